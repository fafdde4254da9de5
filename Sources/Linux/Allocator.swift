internal import CLinux

/// The C library's memory, which FFmpeg and Swift share.
package enum Allocator {
    /// Makes what is freed go back to the system, so that a process which opens and closes cameras for months does not keep
    /// the most it ever needed at once, in pieces. Call before the first thread.
    package static func returnFreedMemory() { mkds_process_return_memory() }
}
