#define _GNU_SOURCE
#include "CFFmpeg.h"

#include <ctype.h>
#include <libavutil/log.h>
#include <libavutil/mem.h>
#include <string.h>
#include <strings.h>

// Every context of ours lives on one thread and uses no helper threads, so the thread tells whose line it is.
static _Thread_local mkds_log_sink *attached;

void mkds_log_attach(mkds_log_sink *sink) { attached = sink; }

int mkds_log_redirected(void) { return attached ? attached->redirected : 0; }

/// Compares a host as it stands in a URL, an IPv6 address in brackets, with a plain one.
static int same(const char *host, size_t length, const char *known) {
    if (length > 2 && host[0] == '[') {
        host++;
        length -= 2;
    }
    return length == strlen(known) && strncasecmp(host, known, length) == 0;
}

/// Compares the host of an absolute URL (scheme://[user@]host[:port]/…) with the sink's.
static void note_location(mkds_log_sink *sink, const char *url) {
    const char *host = strstr(url, "://");
    if (!host) return;  // relative: the same host
    host += 3;
    size_t length = strcspn(host, "/?#");
    for (size_t i = length; i > 0; i--) {
        if (host[i - 1] == '@') {
            host += i;
            length -= i;
            break;
        }
    }
    size_t end = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/?#");
    if (end > length) end = length;
    if (!same(host, end, sink->host) && !same(host, end, sink->address)) sink->redirected = 1;
}

static int has(const char *text, const char *word) { return strcasestr(text, word) != NULL; }

static void note_header(mkds_log_sink *sink, const char *line) {
    if (strncasecmp(line, "Location:", 9) == 0) {
        note_location(sink, line + 9);
    } else if (strncasecmp(line, "WWW-Authenticate:", 17) == 0) {
        const char *value = line + 17;
        while (*value == ' ') value++;
        if (strncasecmp(value, "Basic", 5) == 0) {
            sink->asks_basic = 1;
        } else if (strncasecmp(value, "Digest", 6) == 0) {
            if (has(value, "algorithm") && has(value, "SHA-")) sink->asks_sha256 = 1;
            else sink->asks_md5 = 1;
        }
    }
}

/// Blanks what may be part of a URL: user name and password could stand in it.
static void blank_urls(char *text) {
    for (char *found = strstr(text, "://"); found; found = strstr(found, "://")) {
        for (found += 3; *found && !isspace((unsigned char)*found); found++) *found = '*';
    }
}

static void callback(void *context, int level, const char *format, va_list arguments) {
    mkds_log_sink *sink = attached;
    if (!sink) return;
    if (level == AV_LOG_TRACE) {
        if (strcmp(format, "line='%s'\n") == 0 || strcmp(format, "header='%s'\n") == 0) {
            va_list copy;
            va_copy(copy, arguments);
            const char *line = va_arg(copy, const char *);
            if (line) note_header(sink, line);
            va_end(copy);
        }
        return;
    }
    if (level > AV_LOG_WARNING) return;
    // Follows from our own probing limits; not the camera's fault.
    if (strstr(format, "not enough frames to estimate rate") || strstr(format, "Could not find codec parameters")) return;
    sink->lines++;
    if (strncmp(format, "RTP: missed %d", 14) == 0) {
        va_list copy;
        va_copy(copy, arguments);
        int missed = va_arg(copy, int);
        if (missed > 0) sink->missed_packets += (uint64_t)missed;
        va_end(copy);
    }
    if (strstr(format, "partial file") || strstr(format, "ended prematurely")) sink->truncated = 1;
    if (strstr(format, "exceeds specified max pixel count")) sink->oversized = 1;
    if (strncmp(format, "Format not on whitelist", 23) == 0) sink->format_refused = 1;
    // A broken stream can say 100,000 lines a second: format the first of each burst only.
    if (sink->last[0]) return;
    int prefix = 1;
    av_log_format_line2(context, level, format, arguments, sink->last, sizeof sink->last, &prefix);
    size_t length = strnlen(sink->last, sizeof sink->last - 1);
    sink->last[length] = 0;
    while (length > 0 && isspace((unsigned char)sink->last[length - 1])) sink->last[--length] = 0;
    blank_urls(sink->last);
}

void mkds_prepare(size_t allocation_limit) {
    av_max_alloc(allocation_limit);
    av_log_set_callback(callback);
}
