#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// Landlock, from the kernel's userspace-api/landlock. Debian 12's header ends with version 2; newer kernels offer more.
#define LANDLOCK_CREATE_RULESET 444
#define LANDLOCK_ADD_RULE 445
#define LANDLOCK_RESTRICT_SELF 446

struct ruleset_attributes {
    uint64_t files;
    uint64_t network;  // version 4
    uint64_t scoped;   // version 6
};

struct __attribute__((packed)) path_rule {
    uint64_t access;
    int32_t descriptor;
};

struct port_rule {
    uint64_t access;
    uint64_t port;
};

enum {
    WRITE_FILE = 1 << 1,
    READ_FILE = 1 << 2,
    READ_DIR = 1 << 3,
    REMOVE_FILE = 1 << 5,
    MAKE_DIR = 1 << 7,
    MAKE_REG = 1 << 8,
    REFER = 1 << 13,
    TRUNCATE = 1 << 14,
    BIND_TCP = 1 << 0,
};

/// Rights over files that this version of Landlock can take away; all of them are taken.
uint64_t mkds_landlock_known_rights(int version) {
    int count = version >= 5 ? 16 : version >= 3 ? 15 : version == 2 ? 14 : 13;
    return ((uint64_t)1 << count) - 1;
}

uint64_t mkds_landlock_rights(int version, bool writable, bool directory) {
    uint64_t access = READ_FILE | READ_DIR;
    if (writable) access |= WRITE_FILE | REMOVE_FILE | MAKE_DIR | MAKE_REG | REFER | TRUNCATE;
    if (!directory) access &= READ_FILE | WRITE_FILE | TRUNCATE;
    return access & mkds_landlock_known_rights(version);
}

int mkds_landlock_version(void) {
    long version = syscall(LANDLOCK_CREATE_RULESET, NULL, (size_t)0, 1U);
    return version > 0 ? (int)version : 0;
}

int mkds_landlock_create(int version) {
    struct ruleset_attributes attributes = {
        .files = mkds_landlock_known_rights(version),
        .network = BIND_TCP,
        .scoped = 3,  // abstract Unix sockets and signals
    };
    size_t size = version >= 6 ? sizeof attributes
                : version >= 4 ? offsetof(struct ruleset_attributes, scoped)
                               : offsetof(struct ruleset_attributes, network);
    return (int)syscall(LANDLOCK_CREATE_RULESET, &attributes, size, 0U);
}

int mkds_landlock_allow_path(int ruleset, int version, const char *path, bool writable) {
    int descriptor = open(path, O_PATH | O_CLOEXEC);
    if (descriptor < 0) return -1;
    struct stat status;
    int code = fstat(descriptor, &status);
    if (code == 0) {
        uint64_t access = mkds_landlock_rights(version, writable, S_ISDIR(status.st_mode));
        struct path_rule rule = {.access = access, .descriptor = descriptor};
        code = (int)syscall(LANDLOCK_ADD_RULE, ruleset, 1, &rule, 0U);
    }
    int error = errno;
    close(descriptor);
    errno = error;
    return code;
}

int mkds_landlock_allow_chosen_port(int ruleset) {
    struct port_rule rule = {.access = BIND_TCP, .port = 0};
    return (int)syscall(LANDLOCK_ADD_RULE, ruleset, 2, &rule, 0U);
}

int mkds_landlock_enforce(int ruleset) { return (int)syscall(LANDLOCK_RESTRICT_SELF, ruleset, 0U); }

int mkds_process_drop_capabilities(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    struct __user_cap_data_struct has[_LINUX_CAPABILITY_U32S_3], none[_LINUX_CAPABILITY_U32S_3] = {0};
    if (syscall(SYS_capget, &header, has) != 0) return -1;
    // A unit that has none may not even be allowed to give them up.
    if (memcmp(has, none, sizeof none) == 0) return 0;
    // What is ambient goes with what is permitted.
    return (int)syscall(SYS_capset, &header, none);
}
