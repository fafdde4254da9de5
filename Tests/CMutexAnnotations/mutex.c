// Swift's `Synchronization.Mutex` takes and releases a free lock by atomics that are compiled into our code, where Thread
// Sanitizer sees them. When threads meet, it calls into libswiftSynchronization, which is not instrumented: the sanitizer
// then misses that one thread waited for the other and reports races that are none. These two functions stand in front of
// the library's own, call them, and say what happened. Without the sanitizer they only pass the call on.

#define _GNU_SOURCE
#include "CMutexAnnotations.h"

#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>

extern void __tsan_acquire(void *address) __attribute__((weak));
extern void __tsan_release(void *address) __attribute__((weak));

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))

// Names of `_MutexHandle._lockSlow(_: UInt32)` and `_MutexHandle._unlockSlow()`.
#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

typedef SWIFT void (*lock_function)(uint32_t, SELF void *);
typedef SWIFT void (*unlock_function)(SELF void *);

SWIFT void mkds_lock_slow(uint32_t thread, SELF void *handle) __asm__(LOCK_SLOW);
SWIFT void mkds_unlock_slow(SELF void *handle) __asm__(UNLOCK_SLOW);

static void *original(const char *name) {
    void *function = dlsym(RTLD_NEXT, name);
    if (!function) abort();
    return function;
}

SWIFT void mkds_lock_slow(uint32_t thread, SELF void *handle) {
    static lock_function next;
    lock_function function = __atomic_load_n(&next, __ATOMIC_RELAXED);
    if (!function) {
        function = (lock_function)original(LOCK_SLOW);
        __atomic_store_n(&next, function, __ATOMIC_RELAXED);
    }
    function(thread, handle);
    if (__tsan_acquire) __tsan_acquire(handle);
}

SWIFT void mkds_unlock_slow(SELF void *handle) {
    static unlock_function next;
    unlock_function function = __atomic_load_n(&next, __ATOMIC_RELAXED);
    if (!function) {
        function = (unlock_function)original(UNLOCK_SLOW);
        __atomic_store_n(&next, function, __ATOMIC_RELAXED);
    }
    if (__tsan_release) __tsan_release(handle);
    function(handle);
}
