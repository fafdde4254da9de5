/// Calls of the kernel that Swift does not offer; each returns whether it worked.
#pragma once
#include <stdbool.h>
#include <sys/types.h>

/// Makes a process and waits for its end.
bool probe_fork(void);
/// Seizes a process without stopping it; it is let go when this one ends.
bool probe_trace(pid_t process);
/// Asks for a program in the kernel (bpf): refused for its arguments where the call is allowed.
bool probe_bpf(void);
/// Sends a signal to one thread of a process.
bool probe_kill_thread(pid_t process, pid_t thread, int signal);
/// Makes a name space of mounts.
bool probe_unshare(void);
/// Puts the calling thread, and no other, into a network name space of its own.
bool probe_alone_in_network(void);
