extension CallFilter {
    /// Calls that are allowed whatever their arguments.
    static let plain = [
        // Files and pipes; Landlock says which files.
        "read", "write", "readv", "writev", "pread64", "pwrite64", "preadv", "pwritev", "close", "lseek",
        "fstat", "stat", "lstat", "newfstatat", "statx", "access", "faccessat", "faccessat2", "readlink",
        "readlinkat", "getdents64", "mkdir", "mkdirat", "rename", "renameat", "renameat2", "unlink", "unlinkat", "link",
        "linkat", "ftruncate", "fallocate", "fsync", "fdatasync", "sync_file_range", "flock", "fcntl", "dup", "dup2",
        "dup3", "pipe", "pipe2", "statfs", "fstatfs", "fadvise64", "getcwd", "umask",
        // Waiting.
        "poll", "ppoll", "select", "pselect6", "epoll_create", "epoll_create1", "epoll_ctl", "epoll_wait",
        "epoll_pwait", "epoll_pwait2", "eventfd2", "timerfd_create", "timerfd_settime", "timerfd_gettime",
        // Memory and threads.
        "munmap", "mremap", "madvise", "brk", "membarrier", "futex", "set_robust_list", "rseq", "set_tid_address",
        "sched_yield", "exit", "exit_group", "arch_prctl", "restart_syscall",
        // Who and when.
        "gettid", "getpid", "getppid", "getuid", "geteuid", "getgid", "getegid", "getrusage", "getrandom", "uname",
        "sysinfo", "getcpu", "times", "time", "gettimeofday", "clock_gettime", "clock_getres", "nanosleep",
        "clock_nanosleep",
        // Reads the state of the clock; setting it needs a capability that was given up.
        "adjtimex", "clock_adjtime",
        // Signals.
        "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigtimedwait", "rt_sigpending", "sigaltstack",
        // Network, with the sockets there can be. Listening: the local end of a camera's TLS.
        "connect", "bind", "listen", "accept", "accept4", "getsockname", "getpeername", "setsockopt", "getsockopt",
        "sendto", "recvfrom", "sendmsg", "recvmsg", "sendmmsg", "recvmmsg", "shutdown",
    ]

    /// Calls that end the process: no library of ours makes them.
    static let deadly = [
        "execve", "execveat", "fork", "vfork", "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise",
        "pidfd_getfd", "pidfd_send_signal", "kcmp", "mount", "umount2", "move_mount", "open_tree", "fsopen", "fsmount",
        "fsconfig", "fspick", "mount_setattr", "pivot_root", "chroot", "setns", "unshare", "bpf", "perf_event_open",
        "keyctl", "add_key", "request_key", "io_uring_setup", "io_uring_enter", "io_uring_register", "userfaultfd",
        "init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "reboot", "swapon", "swapoff",
        "setuid", "setgid", "setresuid", "setresgid", "setreuid", "setregid", "setgroups", "capset", "personality",
        "iopl", "ioperm", "modify_ldt", "open_by_handle_at", "mknod", "mknodat",
    ]
}
