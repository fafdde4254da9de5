#define _GNU_SOURCE
#include "CFFmpeg.h"

#include <ctype.h>
#include <dlfcn.h>
#include <libavutil/log.h>
#include <libavutil/mem.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

// Every context of ours lives on one thread, so the thread tells whose line it is. libsrt alone has threads of its own;
// they never call FFmpeg.
static _Thread_local mkds_log_sink *attached;

void mkds_log_attach(mkds_log_sink *sink) { attached = sink; }

void mkds_log_detach(const mkds_log_sink *sink) {
    if (attached == sink) attached = NULL;
}

void mkds_log_refuse_playlist(void) {
    if (attached) attached->redirected = MKDS_REDIRECTED_BY_PLAYLIST;
}

int mkds_log_redirected(void) { return attached ? attached->redirected : 0; }

int mkds_log_began_anew(void) { return attached && attached->late_packets >= MKDS_LATE_PACKETS_LIMIT; }

/// Compares a host as it stands in a URL, an IPv6 address in brackets, with a plain one.
static int same(const char *host, size_t length, const char *known) {
    if (length > 2 && host[0] == '[') {
        host++;
        length -= 2;
    }
    return length == strlen(known) && strncasecmp(host, known, length) == 0;
}

/// Compares the host a URL names (RFC 3986 section 3.2: behind "//", with or without a scheme) with the sink's.
static void note_location(mkds_log_sink *sink, const char *url, int is_rtsp) {
    while (isspace((unsigned char)*url)) url++;
    const char *host = strncmp(url, "//", 2) == 0 ? url : strstr(url, "://");
    if (is_rtsp && (!host || host == url)) {
        // FFmpeg's RTSP takes a URL without a scheme for one without a host, which is this machine.
        sink->redirected = MKDS_REDIRECTED_WITHIN;
        return;
    }
    if (!host) return;  // relative: the same host
    host = strstr(host, "//") + 2;
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
    if (!same(host, end, sink->host) && !same(host, end, sink->address)) {
        sink->redirected = MKDS_REDIRECTED_ELSEWHERE;
    } else if (sink->tunnelled) {
        sink->redirected = MKDS_REDIRECTED_WITHIN;
    }
}

static int has(const char *text, const char *word) { return strcasestr(text, word) != NULL; }

static void note_header(mkds_log_sink *sink, const char *line, int is_rtsp) {
    if (strncasecmp(line, "Location:", 9) == 0) {
        note_location(sink, line + 9, is_rtsp);
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

/// Whether a session description has a line `m=application` (RFC 8866 section 5.14).
static int lists_metadata(const char *text) {
    static const char media[] = "m=application";
    for (const char *found = strstr(text, media); found; found = strstr(found + 1, media)) {
        if (found == text || isspace((unsigned char)found[-1])) return 1;
    }
    return 0;
}

static void callback(void *context, int level, const char *format, va_list arguments) {
    mkds_log_sink *sink = attached;
    if (!sink) return;
    if (level == AV_LOG_TRACE) {
        int is_rtsp = strcmp(format, "line='%s'\n") == 0;
        if (is_rtsp || strcmp(format, "header='%s'\n") == 0) {
            va_list copy;
            va_copy(copy, arguments);
            const char *line = va_arg(copy, const char *);
            if (line) note_header(sink, line, is_rtsp);
            va_end(copy);
        }
        return;
    }
    if (strncmp(format, "SDP:\n%s", 7) == 0) {
        va_list copy;
        va_copy(copy, arguments);
        const char *text = va_arg(copy, const char *);
        if (text) {
            sink->offers_metadata = lists_metadata(text);
            if (sink->description) snprintf(sink->description, sink->description_size, "%s", text);
        }
        va_end(copy);
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
    if (strncmp(format, "RTP: dropping old packet", 24) == 0) sink->late_packets++;
    if (strstr(format, "partial file") || strstr(format, "ended prematurely")) sink->truncated = 1;
    if (strstr(format, "Failed to open segment")) sink->segment_failed = 1;
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

/// libsrt complains on standard error from threads of its own; what matters of it comes back as FFmpeg's error. It is
/// FFmpeg's dependency, not ours: there to be asked if this FFmpeg has it.
static void silence_srt(void) {
    void (*set_level)(int) = (void (*)(int))dlsym(RTLD_DEFAULT, "srt_setloglevel");
    if (set_level) set_level(2);  // LOG_CRIT
}

void mkds_prepare(size_t allocation_limit) {
    av_max_alloc(allocation_limit);
    av_log_set_callback(callback);
    silence_srt();
}
