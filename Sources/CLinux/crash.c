#define _GNU_SOURCE
#include "CLinux.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

// Written before the thread works, read in its own signal handler only.
static _Thread_local char blamed[65];
// A thread whose stack overflowed has no room of its own for the handler.
static _Thread_local _Alignas(16) char reserve[16384];

static size_t append(char *line, size_t length, const char *text) {
    size_t added = strlen(text);
    memcpy(line + length, text, added);
    return length + added;
}

/// Calls nothing that a signal handler may not (signal-safety(7)). The signal raised again waits until it returns and then
/// ends the process, since the handler stands for one time only.
static void on_crash(int number) {
    raise(number);
    if (!blamed[0]) return;
    char line[320];
    size_t length = append(line, 0, "{\"crashed\":\"");
    length = append(line, length, blamed);
    length = append(line, length, "\",\"level\":\"error\",\"message\":\"the process crashes in a camera's thread\",\"camera\":\"");
    length = append(line, length, blamed);
    length = append(line, length, "\"}\n");
    ssize_t written = write(STDERR_FILENO, line, length);
    (void)written;
}

void mkds_crash_blame(const char *name) {
    strncpy(blamed, name, sizeof blamed - 1);
    stack_t alternate = {.ss_sp = reserve, .ss_size = sizeof reserve};
    sigaltstack(&alternate, NULL);
}

void mkds_crash_watch(void) {
    static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT};
    struct sigaction action = {.sa_handler = on_crash, .sa_flags = SA_ONSTACK | SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    for (size_t index = 0; index < sizeof signals / sizeof *signals; index++) sigaction(signals[index], &action, NULL);
}
