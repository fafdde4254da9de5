#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

int mkds_pipe(int *ends) {
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    for (int index = 0; index < 2; index++) {
        if (ends[index] > 2) continue;
        int moved = fcntl(ends[index], F_DUPFD_CLOEXEC, 3);
        if (moved < 0) {
            int error = errno;
            close(ends[0]);
            close(ends[1]);
            errno = error;
            return -1;
        }
        close(ends[index]);
        ends[index] = moved;
    }
    return 0;
}

static int spawn(pid_t *pid, const char *program, char *const *arguments, char *const *environment, const int *streams,
                 posix_spawn_file_actions_t *actions, posix_spawnattr_t *attributes) {
    int code = 0;
    // The sources lie above 2, so no dup2 overwrites one that a later dup2 needs.
    for (int target = 0; target < 3 && code == 0; target++) {
        code = posix_spawn_file_actions_adddup2(actions, streams[target], target);
    }
    if (code == 0) code = posix_spawn_file_actions_addclosefrom_np(actions, 3);
    if (code != 0) return code;

    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setsigdefault(attributes, &all);
    posix_spawnattr_setpgroup(attributes, 0);
    posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    return posix_spawn(pid, program, actions, attributes, arguments, environment);
}

pid_t mkds_spawn(const char *program, char *const *arguments, char *const *environment, const int *streams) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int code = posix_spawn_file_actions_init(&actions);
    if (code != 0) {
        errno = code;
        return -1;
    }
    pid_t pid = -1;
    code = posix_spawnattr_init(&attributes);
    if (code == 0) {
        code = spawn(&pid, program, arguments, environment, streams, &actions, &attributes);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    if (code != 0) {
        errno = code;
        return -1;
    }
    return pid;
}
