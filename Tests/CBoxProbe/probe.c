#define _GNU_SOURCE
#include "CBoxProbe.h"

#include <errno.h>
#include <sched.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

bool probe_fork(void) {
    pid_t child = fork();
    if (child == 0) _exit(0);
    return child > 0 && waitpid(child, NULL, 0) == child;
}

bool probe_trace(pid_t process) { return ptrace(PTRACE_SEIZE, process, NULL, NULL) == 0; }

bool probe_bpf(void) { return syscall(SYS_bpf, 5, NULL, 0) == 0 || (errno != ENOSYS && errno != EPERM); }

bool probe_kill_thread(pid_t process, pid_t thread, int signal) {
    return syscall(SYS_tgkill, process, thread, signal) == 0;
}

bool probe_unshare(void) { return unshare(CLONE_NEWNS) == 0; }

bool probe_alone_in_network(void) { return unshare(CLONE_NEWNET) == 0; }
