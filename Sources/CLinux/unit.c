#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <string.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

enum { STREAMS = 3 };

union stream_control {
    char bytes[CMSG_SPACE(sizeof(int) * STREAMS)];
    struct cmsghdr align;
};

int mkds_unit_connect(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address.sun_path, path);
    int descriptor = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) return -1;
    int on = 1;
    if (setsockopt(descriptor, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) == 0 &&
        connect(descriptor, (struct sockaddr *)&address, sizeof address) == 0) {
        return descriptor;
    }
    int error = errno;
    close(descriptor);
    errno = error;
    return -1;
}

int mkds_unit_send_streams(int connection, const void *bytes, size_t byteCount, const int *streams) {
    union stream_control control;
    memset(&control, 0, sizeof control);
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = byteCount};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * STREAMS);
    memcpy(CMSG_DATA(header), streams, sizeof(int) * STREAMS);
    return sendmsg(connection, &message, MSG_NOSIGNAL) == (ssize_t)byteCount ? 0 : -1;
}

ssize_t mkds_unit_take_streams(int connection, void *bytes, size_t capacity) {
    union stream_control control;
    memset(&control, 0, sizeof control);
    struct iovec part = {.iov_base = bytes, .iov_len = capacity};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    ssize_t count;
    do count = recvmsg(connection, &message, MSG_CMSG_CLOEXEC);
    while (count < 0 && errno == EINTR);
    if (count < 0) return -1;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (count == 0 || (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) || header == NULL ||
        header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS ||
        header->cmsg_len != CMSG_LEN(sizeof(int) * STREAMS)) {
        errno = EBADMSG;
        return -1;
    }
    int streams[STREAMS];
    memcpy(streams, CMSG_DATA(header), sizeof streams);
    for (int target = 0; target < STREAMS; target++) {
        // None of them is 0 to 2: systemd opened those for us before.
        if (dup2(streams[target], target) < 0) return -1;
        close(streams[target]);
    }
    // Tells the other end our process number, with the kernel as witness.
    return send(connection, "", 1, MSG_NOSIGNAL) == 1 ? count : -1;
}

pid_t mkds_unit_sender(int connection) {
    union {
        char bytes[CMSG_SPACE(sizeof(struct ucred))];
        struct cmsghdr align;
    } control;
    char byte;
    struct iovec part = {.iov_base = &byte, .iov_len = 1};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    ssize_t count = recvmsg(connection, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (count < 0) return errno == EAGAIN || errno == EINTR ? 0 : -1;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    struct ucred sender;
    if (count != 1 || header == NULL || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_CREDENTIALS ||
        header->cmsg_len != CMSG_LEN(sizeof sender)) {
        return -1;
    }
    memcpy(&sender, CMSG_DATA(header), sizeof sender);
    return sender.uid == geteuid() ? sender.pid : -1;
}

int mkds_pidfd_signal(int descriptor, int signal) {
    return (int)syscall(SYS_pidfd_send_signal, descriptor, signal, NULL, 0U);
}

int mkds_send_on_loopback(uint32_t address) {
    int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    struct sockaddr_in target = {.sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(address)};
    int code = setsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3);
    if (code == 0 && sendto(descriptor, "", 0, 0, (struct sockaddr *)&target, sizeof target) < 0) code = -1;
    int error = errno;
    close(descriptor);
    errno = error;
    return code;
}
