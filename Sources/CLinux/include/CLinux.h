/// Linux calls that Swift cannot reach or reaches badly: GNU extensions, variadics, function-like macros.
///
/// Every function returns 0 (or a descriptor, or a count) when it worked and -1 with errno set when it did not, unless
/// it says otherwise. None keeps a pointer it was given. Descriptors are made close-on-exec.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

// Threads and processes.

/// Names the calling thread; the kernel keeps 15 bytes, the rest is cut off here instead of refused.
int mkds_thread_set_name(const char *_Nonnull name);
/// Blocks every signal in the calling thread, so that signals reach the threads that wait for them.
int mkds_thread_block_signals(void);
/// Lets every other thread of the machine go before the calling one (nice 19).
int mkds_thread_step_back(void);
/// How often the calling thread gave its processor away to wait for something; 0 where the kernel does not count.
long mkds_thread_wait_count(void);
/// Makes freed memory go back to the system: large blocks each from the system and back to it, few pools for the small ones
/// (mallopt(3)). Call before the first thread.
void mkds_process_return_memory(void);
/// No program started from here on gains rights by set-user-id or file capabilities (PR_SET_NO_NEW_PRIVS).
int mkds_process_no_new_privileges(void);
/// Forbids core dumps and ptrace by others of the same user (PR_SET_DUMPABLE), for processes that hold passwords.
int mkds_process_set_dumpable(bool dumpable);
/// A descriptor that becomes readable when process `pid` ends.
int mkds_pidfd_open(pid_t pid);

/// Makes a pipe, reading end first; both descriptors lie above 2, so that they survive being put onto the standard streams.
int mkds_pipe(int *_Nonnull ends);
/// Starts `program` (a path) with the null-terminated arguments and environment; returns its process id.
///
/// It inherits three descriptors, all above 2, as its standard input, output and error, and no other; signal handling
/// and mask are the default ones, and it leads a process group of its own, so that Ctrl-C at a terminal reaches only us.
pid_t mkds_spawn(const char *_Nonnull program, char *_Nullable const *_Nonnull arguments,
                 char *_Nullable const *_Nonnull environment, const int *_Nonnull streams);

// The box (Linux's userspace-api/landlock). It holds for the calling thread and those it starts afterwards.

/// The version of Landlock the kernel offers; 0 when it has none or it is switched off.
int mkds_landlock_version(void);
/// The rights over files which `version` knows, as bits of the kernel's `LANDLOCK_ACCESS_FS_*`: all are taken away. A bit
/// the kernel does not know would make it refuse the whole set.
uint64_t mkds_landlock_known_rights(int version);
/// Those of them that are given back for a file or everything under a directory.
uint64_t mkds_landlock_rights(int version, bool writable, bool directory);
/// A set of rules that takes away every right which `version` knows over files, ports to listen on (version 4), abstract
/// Unix sockets and signals of other processes (version 6); exceptions are then added to it.
int mkds_landlock_create(int version);
/// Lets the file, or everything under the directory, be read; `writable` also written, made and removed: regular files
/// and directories, nothing else.
int mkds_landlock_allow_path(int ruleset, int version, const char *_Nonnull path, bool writable);
/// Lets it listen on a TCP port, though only on one the kernel chooses; from version 4 on.
int mkds_landlock_allow_chosen_port(int ruleset);
/// Puts the set of rules in force, for ever.
int mkds_landlock_enforce(int ruleset);
/// Gives up all capabilities; a process that has none loses nothing.
int mkds_process_drop_capabilities(void);

// A place in a unit of the service manager, and the walls that only the service manager can build.

/// Connects to the sequential-packet socket at `path`, for each of whose connections a unit is started. Non-blocking.
int mkds_unit_connect(const char *_Nonnull path);
/// Sends one message with three descriptors, which are to be the unit's standard input, output and error.
int mkds_unit_send_streams(int connection, const void *_Nonnull bytes, size_t byteCount, const int *_Nonnull streams);
/// Waits for that message, puts the three descriptors in place, and lets the sender know who we are; the count of bytes.
ssize_t mkds_unit_take_streams(int connection, void *_Nonnull bytes, size_t capacity);
/// The process that answered, vouched for by the kernel; 0 when none has yet, -1 when the connection ended or the answer
/// came from another user. Never waits.
pid_t mkds_unit_sender(int connection);
/// Sends a signal to the process behind a descriptor of ``mkds_pidfd_open``.
int mkds_pidfd_signal(int descriptor, int signal);
/// Sends an empty datagram to an IPv4 address over the loopback interface, where it ends: EPERM when the control group's
/// filter forbids that address. Nothing leaves the machine.
int mkds_send_on_loopback(uint32_t address);

// Crashes.

/// The calling thread works for `name` (at most 64 bytes, plain) from here on; it also gets a stack for the handler.
void mkds_crash_blame(const char *_Nonnull name);
/// From here on a crash in a thread with a name writes `{"crashed":NAME,…}` on standard error before it ends the process.
void mkds_crash_watch(void);

// Waking and watching.

/// A non-blocking event counter (eventfd).
int mkds_eventfd(void);
/// Makes the event counter readable; a counter that already is stays so.
int mkds_eventfd_signal(int descriptor);
/// Resets the event counter; returns 1 when it had been signalled, 0 when not.
int mkds_eventfd_drain(int descriptor);
/// A non-blocking inotify instance.
int mkds_inotify(void);
/// Watches a directory for files written, made, renamed and removed in it; returns the watch.
int mkds_inotify_watch_directory(int descriptor, const char *_Nonnull path);
/// Throws away all that was reported; returns 1 when there was something, 0 when not.
int mkds_inotify_drain(int descriptor);
/// Waits until one of up to 63 descriptors is readable; `milliseconds` < 0 waits for ever.
/// Returns a bit mask of the readable ones, 0 on timeout. A signal ends the wait early with 0.
int64_t mkds_wait_readable(const int *_Nonnull descriptors, int count, int milliseconds);

// Files.

/// Takes an exclusive whole-file lock of the open file description; never waits (EWOULDBLOCK).
int mkds_flock_try_exclusive(int descriptor);
/// Reserves blocks for the first `byteCount` bytes without changing the file's size (FALLOC_FL_KEEP_SIZE).
int mkds_reserve_blocks(int descriptor, int64_t byteCount);

// The clock.

/// How the host's clock stands, by its kernel.
typedef struct mkds_clock_state {
    /// A time source sets it (not STA_UNSYNC).
    bool synchronised;
    /// Correction still to be made, microseconds.
    int64_t offset_us;
    int64_t estimated_error_us;
    int64_t maximum_error_us;
    /// Correction of the oscillator, parts per million.
    double frequency_ppm;
} mkds_clock_state;

/// Reads it (adjtimex(2) with nothing to adjust, which needs no privilege).
int mkds_clock_read(mkds_clock_state *_Nonnull state);

// Connections.

/// Whether this very process holds the other end of a TCP connection from 127.0.0.1:`from` to 127.0.0.1:`to`.
///
/// Both ends carry the same addresses and ports, and no two connections of one network namespace do: so a socket of ours
/// that has them is that end. Of at most 65536 descriptors.
bool mkds_is_own_connection(uint16_t from, uint16_t to);

// Checksums.

/// CRC-32C (Castagnoli, RFC 3720 B.4) of `bytes`, going on from `crc` (0 to begin). By the processor's own instruction
/// where there is one.
uint32_t mkds_crc32c(uint32_t crc, const void *_Nullable bytes, size_t byteCount);
/// The same by table, on every processor; for tests.
uint32_t mkds_crc32c_table(uint32_t crc, const void *_Nullable bytes, size_t byteCount);

#ifdef __cplusplus
}
#endif
