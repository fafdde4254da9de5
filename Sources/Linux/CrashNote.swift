internal import CLinux

/// A last line on standard error of a process that crashes, naming whose work the crashing thread did:
/// `{"crashed":NAME,…}`.
package enum CrashNote {
    /// Writes the line when the process crashes from here on (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT).
    package static func watch() { mkds_crash_watch() }

    /// The calling thread works for `name` from here on: at most 64 bytes without quotes and control characters.
    package static func blame(_ name: String) { mkds_crash_blame(name) }
}
