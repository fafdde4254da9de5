#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// pthread functions return their error instead of setting errno.
static int from_error(int error) {
    if (error == 0) return 0;
    errno = error;
    return -1;
}

int mkds_thread_set_name(const char *name) {
    char cut[16];
    strncpy(cut, name, sizeof cut - 1);
    cut[sizeof cut - 1] = 0;
    return from_error(pthread_setname_np(pthread_self(), cut));
}

int mkds_thread_block_signals(void) {
    sigset_t all;
    sigfillset(&all);
    // What a fault of this very thread raises must not be blocked: the kernel would kill without a trace.
    sigdelset(&all, SIGSEGV);
    sigdelset(&all, SIGBUS);
    sigdelset(&all, SIGFPE);
    sigdelset(&all, SIGILL);
    sigdelset(&all, SIGTRAP);
    sigdelset(&all, SIGABRT);
    return from_error(pthread_sigmask(SIG_BLOCK, &all, NULL));
}

int mkds_process_no_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL); }

int mkds_process_set_dumpable(bool dumpable) { return prctl(PR_SET_DUMPABLE, dumpable ? 1UL : 0UL, 0, 0, 0); }

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
int mkds_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int mkds_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int mkds_eventfd_signal(int descriptor) {
    uint64_t one = 1;
    for (;;) {
        if (write(descriptor, &one, sizeof one) == (ssize_t)sizeof one) return 0;
        if (errno == EAGAIN) return 0;
        if (errno != EINTR) return -1;
    }
}

int mkds_eventfd_drain(int descriptor) {
    uint64_t count;
    for (;;) {
        if (read(descriptor, &count, sizeof count) == (ssize_t)sizeof count) return 1;
        if (errno == EAGAIN) return 0;
        if (errno != EINTR) return -1;
    }
}

int mkds_inotify(void) { return inotify_init1(IN_CLOEXEC | IN_NONBLOCK); }

int mkds_inotify_watch_directory(int descriptor, const char *path) {
    return inotify_add_watch(
        descriptor, path, IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR);
}

int mkds_inotify_drain(int descriptor) {
    _Alignas(struct inotify_event) char buffer[16384];
    int found = 0;
    for (;;) {
        ssize_t count = read(descriptor, buffer, sizeof buffer);
        if (count > 0) {
            found = 1;
            continue;
        }
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && errno != EAGAIN) return -1;
        return found;
    }
}

int64_t mkds_wait_readable(const int *descriptors, int count, int milliseconds) {
    struct pollfd waiting[63];
    if (count < 0 || count > 63) {
        errno = EINVAL;
        return -1;
    }
    for (int i = 0; i < count; i++) waiting[i] = (struct pollfd){.fd = descriptors[i], .events = POLLIN};
    int ready = poll(waiting, (nfds_t)count, milliseconds);
    if (ready < 0) return errno == EINTR ? 0 : -1;
    int64_t mask = 0;
    for (int i = 0; i < count; i++)
        if (waiting[i].revents != 0) mask |= (int64_t)1 << i;
    return mask;
}

int mkds_flock_try_exclusive(int descriptor) { return flock(descriptor, LOCK_EX | LOCK_NB); }

int mkds_reserve_blocks(int descriptor, int64_t byteCount) {
    return fallocate(descriptor, FALLOC_FL_KEEP_SIZE, 0, (off_t)byteCount);
}
