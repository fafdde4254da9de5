internal import CLinux
internal import Glibc
package import Linux

/// The walls a process puts around itself before it reads a byte from a camera (docs/design/processes.md). They hold for
/// ever, for the calling thread and those it starts: close the box before any other thread begins.
///
/// Landlock decides which files are within reach, seccomp which calls of the kernel; what the kernel is too
/// old for is left out and told.
package enum Box {
    /// Most descriptors: 32 cameras, each with at most ten, and the journal.
    private static let descriptorLimit: rlim_t = 1024
    /// Most bytes of writable memory of its own: 32 decoders of 4K H.265 take about half. A camera that makes the
    /// decoder want more must not take the whole machine's.
    private static let memoryLimit: rlim_t = 4 << 30

    /// What every capture process may read: libraries and tables of the name resolver, authorities, time zones, random
    /// numbers.
    private static let readable = [
        "/usr/lib", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf",
        "/etc/gai.conf", "/etc/host.conf", "/etc/services", "/etc/protocols", "/run/systemd/resolve",
        "/etc/localtime", "/usr/share/zoneinfo", "/etc/ssl/certs",
        "/usr/share/ca-certificates", "/usr/local/share/ca-certificates", "/dev/urandom", "/dev/null",
        "/sys/devices/system/cpu/online",
    ]

    /// Keeps the memory to this process: no core file, no tracing or reading by others of its user. Call first of all:
    /// passwords come later.
    package static func hideMemory() {
        limit(__rlimit_resource_t(RLIMIT_CORE.rawValue), 0)
        _ = mkds_process_set_dumpable(false)
    }

    /// Closes the box: from here on this process writes into `folder` alone, reads what it needs, starts no program and
    /// talks to nobody but over IP.
    ///
    /// - Parameters:
    ///   - folder: The directory of its spool, which exists; nil for a process that writes nothing.
    ///   - files: Directories in which file cameras may lie.
    /// - Returns: The version of Landlock in force, 0 when the kernel has none: then only the filter of calls and file
    ///   permissions hold it.
    /// - Throws: ``SystemError`` when a wall the kernel offers cannot be put up.
    package static func close(folder: String?, files: [String]) throws(SystemError) -> Int {
        hideMemory()
        limit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), descriptorLimit)
        limit(__rlimit_resource_t(RLIMIT_DATA.rawValue), memoryLimit)
        try check(mkds_process_no_new_privileges(), "give up new privileges")
        let version = mkds_landlock_version()
        if version > 0 { try restrictFiles(version, folder: folder, files: files) }
        try check(mkds_process_drop_capabilities(), "give up capabilities")
        try CallFilter.install()
        return Int(version)
    }

    private static func restrictFiles(_ version: Int32, folder: String?, files: [String]) throws(SystemError) {
        let ruleset = mkds_landlock_create(version)
        try check(ruleset, "make Landlock's rules")
        defer { Glibc.close(ruleset) }
        if let folder { try check(mkds_landlock_allow_path(ruleset, version, folder, true), "allow \(folder)") }
        for path in readable + files where mkds_landlock_allow_path(ruleset, version, path, false) != 0 {
            // What is not there, or may not be looked at anyway, needs no permission.
            guard errno == ENOENT || errno == EACCES || errno == ENOTDIR else { throw SystemError("allow \(path)") }
        }
        if version >= 4 {
            // The local end of the tunnel of an encrypted camera.
            try check(mkds_landlock_allow_chosen_port(ruleset), "allow a port of its own")
        }
        try check(mkds_landlock_enforce(ruleset), "put Landlock's rules in force")
    }

    private static func limit(_ resource: __rlimit_resource_t, _ value: rlim_t) {
        var present = rlimit()
        getrlimit(resource, &present)
        var wanted = rlimit(rlim_cur: min(value, present.rlim_max), rlim_max: min(value, present.rlim_max))
        setrlimit(resource, &wanted)
    }

    private static func check(_ code: Int32, _ doing: String) throws(SystemError) {
        if code < 0 { throw SystemError(doing) }
    }
}
