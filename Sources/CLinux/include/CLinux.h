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

// Checksums.

/// CRC-32C (Castagnoli, RFC 3720 B.4) of `bytes`, going on from `crc` (0 to begin). By the processor's own instruction
/// where there is one.
uint32_t mkds_crc32c(uint32_t crc, const void *_Nullable bytes, size_t byteCount);
/// The same by table, on every processor; for tests.
uint32_t mkds_crc32c_table(uint32_t crc, const void *_Nullable bytes, size_t byteCount);

#ifdef __cplusplus
}
#endif
