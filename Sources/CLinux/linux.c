#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timex.h>
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

int mkds_thread_step_back(void) { return setpriority(PRIO_PROCESS, 0, 19); }

long mkds_thread_wait_count(void) {
    struct rusage usage;
    return getrusage(RUSAGE_THREAD, &usage) == 0 ? usage.ru_nvcsw : 0;
}

void mkds_process_return_memory(void) {
    // Fixed: left to itself the threshold grows with the first large block freed, and from then on such blocks lie in pools
    // that shrink only from their end.
    mallopt(M_MMAP_THRESHOLD, 128 << 10);
    mallopt(M_TRIM_THRESHOLD, 2 << 20);
    mallopt(M_ARENA_MAX, 4);
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

int mkds_clock_read(mkds_clock_state *state) {
    struct timex clock = {.modes = 0};
    if (adjtimex(&clock) < 0) return -1;
    *state = (mkds_clock_state){
        .synchronised = (clock.status & STA_UNSYNC) == 0,
        .offset_us = (clock.status & STA_NANO) != 0 ? clock.offset / 1000 : clock.offset,
        .estimated_error_us = clock.esterror,
        .maximum_error_us = clock.maxerror,
        // Scaled by 2^16.
        .frequency_ppm = (double)clock.freq / 65536,
    };
    return 0;
}

static bool is_loopback(const struct sockaddr_in *address, socklen_t length, uint16_t port) {
    return length == sizeof *address && address->sin_family == AF_INET && address->sin_port == htons(port) &&
           address->sin_addr.s_addr == htonl(INADDR_LOOPBACK);
}

bool mkds_is_own_connection(uint16_t from, uint16_t to) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return false;
    int end = limit.rlim_cur < 65536 ? (int)limit.rlim_cur : 65536;
    for (int descriptor = 0; descriptor < end; descriptor++) {
        struct sockaddr_in own, peer;
        socklen_t own_length = sizeof own, peer_length = sizeof peer;
        if (getsockname(descriptor, (struct sockaddr *)&own, &own_length) == 0 && is_loopback(&own, own_length, from) &&
            getpeername(descriptor, (struct sockaddr *)&peer, &peer_length) == 0 && is_loopback(&peer, peer_length, to))
            return true;
    }
    return false;
}
