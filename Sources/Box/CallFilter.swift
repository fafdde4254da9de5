internal import CSeccomp
internal import Glibc
internal import Linux

/// Which calls of the kernel a capture process may make: those on a list, some of them with certain arguments only.
///
/// A call on no list gets ENOSYS, as from an older kernel, because libraries then fall back to what is allowed. Calls
/// that no library of ours makes and an attacker wants end the process at once (SIGSYS): its death is seen and told.
enum CallFilter {
    /// Puts the filter in force for all threads of the process. There is no way back.
    static func install() throws(SystemError) {
        guard let filter = seccomp_init(error(ENOSYS)) else {
            throw SystemError("make the filter of calls", code: ENOMEM)
        }
        defer { seccomp_release(filter) }
        // For threads that exist already, should there be any; and the list as a tree.
        try check(seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1))
        try check(seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2))
        for name in plain { try add(filter, SCMP_ACT_ALLOW, name) }
        for name in deadly { try add(filter, SCMP_ACT_KILL_PROCESS, name) }
        try addFiles(filter)
        try addProcesses(filter)
        try addSockets(filter)
        try addMemory(filter)
        try check(seccomp_load(filter))
    }

    // MARK: - Calls with arguments

    private static func addFiles(_ filter: scmp_filter_ctx) throws(SystemError) {
        // Emptying a file by opening it to read: Landlock knows that as a right from version 3 on only.
        let (emptying, access) = (UInt64(O_TRUNC), UInt64(O_ACCMODE))
        for (name, flags) in [("open", UInt32(1)), ("openat", 2)] {
            try add(filter, SCMP_ACT_ALLOW, name, where: masked(flags, emptying, equals: 0))
            for kind in [O_WRONLY, O_RDWR] {
                try add(
                    filter, SCMP_ACT_ALLOW, name,
                    where: masked(flags, emptying | access, equals: emptying | UInt64(kind)))
            }
        }
    }

    private static func addProcesses(_ filter: scmp_filter_ctx) throws(SystemError) {
        // Threads may be made, processes not. clone3 hides its flags in memory: glibc takes clone when it is missing.
        let thread = UInt64(0x0001_0000)  // CLONE_THREAD
        try add(filter, SCMP_ACT_ALLOW, "clone", where: masked(0, thread, equals: thread))
        try add(filter, SCMP_ACT_KILL_PROCESS, "clone", where: masked(0, thread, equals: 0))
        // Signals, limits and places: its own only. Others of the same user are mkdsd and PostgreSQL.
        for name in ["kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"] {
            try add(filter, SCMP_ACT_ALLOW, name, where: equal(0, UInt64(getpid())))
        }
        for name in ["prlimit64", "sched_getaffinity"] {
            try add(filter, SCMP_ACT_ALLOW, name, where: equal(0, 0))
        }
        // A thread may step back behind others: PRIO_PROCESS, itself. Stepping forward needs a capability given up.
        try add(filter, SCMP_ACT_ALLOW, "setpriority", where: equal(0, 0), equal(1, 0))
        // PR_SET_NAME and PR_GET_NAME.
        for option: UInt64 in [15, 16] { try add(filter, SCMP_ACT_ALLOW, "prctl", where: equal(0, option)) }
    }

    private static func addSockets(_ filter: scmp_filter_ctx) throws(SystemError) {
        for family in [AF_INET, AF_INET6] {
            try add(filter, SCMP_ACT_ALLOW, "socket", where: equal(0, UInt64(family)))
        }
        // The resolver asks the kernel for its own addresses; NETLINK_ROUTE is 0. Other families, Unix sockets first,
        // are missing like any call on no list.
        try add(filter, SCMP_ACT_ALLOW, "socket", where: equal(0, UInt64(AF_NETLINK)), equal(2, 0))
        // A pair is joined from the start and as a stream leads nowhere else; a datagram end could be sent elsewhere.
        let kind = UInt64(SOCK_STREAM.rawValue)
        try add(
            filter, SCMP_ACT_ALLOW, "socketpair", where: equal(0, UInt64(AF_UNIX)), masked(1, 0xf, equals: kind))
    }

    private static func addMemory(_ filter: scmp_filter_ctx) throws(SystemError) {
        // Nothing becomes code that was writable: libraries are mapped from files, never written.
        let code = UInt64(PROT_EXEC)
        try add(filter, SCMP_ACT_ALLOW, "mprotect", where: masked(2, code, equals: 0))
        let both = code | UInt64(PROT_WRITE)
        for part in [0, code, UInt64(PROT_WRITE)] {
            try add(filter, SCMP_ACT_ALLOW, "mmap", where: masked(2, both, equals: part))
        }
        // Questions to a descriptor; what else ioctl can do is for devices and terminals.
        for request in [TCGETS, FIONREAD, FIONBIO, FIOCLEX] {
            try add(filter, SCMP_ACT_ALLOW, "ioctl", where: equal(1, UInt64(request)))
        }
    }

    // MARK: - libseccomp

    /// SCMP_ACT_ERRNO.
    private static func error(_ number: Int32) -> UInt32 { 0x0005_0000 | UInt32(number) }

    private static func equal(_ argument: UInt32, _ value: UInt64) -> scmp_arg_cmp {
        scmp_arg_cmp(arg: argument, op: SCMP_CMP_EQ, datum_a: value, datum_b: 0)
    }

    private static func masked(_ argument: UInt32, _ mask: UInt64, equals value: UInt64) -> scmp_arg_cmp {
        scmp_arg_cmp(arg: argument, op: SCMP_CMP_MASKED_EQ, datum_a: mask, datum_b: value)
    }

    private static func add(
        _ filter: scmp_filter_ctx, _ action: UInt32, _ name: String, where conditions: scmp_arg_cmp...
    ) throws(SystemError) {
        let number = seccomp_syscall_resolve_name(name)
        // Below zero: this processor's kernel never had it, or this libseccomp does not know it. Then it is refused.
        guard number >= 0 else { return }
        try check(seccomp_rule_add_array(filter, action, number, UInt32(conditions.count), conditions))
    }

    private static func check(_ code: Int32) throws(SystemError) {
        if code < 0 { throw SystemError("put up the filter of calls", code: -code) }
    }
}
