#pragma once
// FFmpeg 5.1 (libavformat 59) and what Swift cannot import of it: function-like macros, AV_NOPTS_VALUE and the
// variadic log callback. Only the Media target may import this module.
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>

static const int64_t MKDS_NO_PTS = AV_NOPTS_VALUE;
static const int MKDS_ERROR_EOF = AVERROR_EOF;
static const int MKDS_ERROR_EXIT = AVERROR_EXIT;
static const int MKDS_ERROR_INVALID = AVERROR_INVALIDDATA;
static const int MKDS_ERROR_NO_DEMUXER = AVERROR_DEMUXER_NOT_FOUND;
static const int MKDS_ERROR_NO_PROTOCOL = AVERROR_PROTOCOL_NOT_FOUND;
static const int MKDS_ERROR_NO_STREAM = AVERROR_STREAM_NOT_FOUND;
static const int MKDS_ERROR_NO_DECODER = AVERROR_DECODER_NOT_FOUND;
static const int MKDS_ERROR_PATCHWELCOME = AVERROR_PATCHWELCOME;
static const int MKDS_ERROR_HTTP_400 = AVERROR_HTTP_BAD_REQUEST;
static const int MKDS_ERROR_HTTP_401 = AVERROR_HTTP_UNAUTHORIZED;
static const int MKDS_ERROR_HTTP_403 = AVERROR_HTTP_FORBIDDEN;
static const int MKDS_ERROR_HTTP_404 = AVERROR_HTTP_NOT_FOUND;
static const int MKDS_ERROR_HTTP_4XX = AVERROR_HTTP_OTHER_4XX;
static const int MKDS_ERROR_HTTP_5XX = AVERROR_HTTP_SERVER_ERROR;

/// The AVERROR code of an errno value.
static inline int mkds_averror(int errnum) { return AVERROR(errnum); }

/// FFmpeg's own text of an error code.
static inline void mkds_error_text(int code, char *text, size_t size) { av_strerror(code, text, size); }

/// Redirects that are not followed: to another host, to another address of the same one, and what a playlist names that
/// is not on its server.
static const int MKDS_REDIRECTED_ELSEWHERE = 1;
static const int MKDS_REDIRECTED_WITHIN = 2;
static const int MKDS_REDIRECTED_BY_PLAYLIST = 3;

/// Over TCP no packet comes late: so many in a row mean that the camera's encoder began to count anew.
static const uint32_t MKDS_LATE_PACKETS_LIMIT = 20;

/// What FFmpeg said on one thread. The thread that attached it owns it: no locks, nobody else reads it.
typedef struct mkds_log_sink {
    /// Name and address of the host that was asked for; an answer that points elsewhere sets `redirected`.
    char host[256];
    char address[64];
    /// Lines at warning level or worse.
    uint64_t lines;
    /// RTP packets that FFmpeg counted as missing.
    uint64_t missed_packets;
    /// RTP packets dropped since the last video packet because they are numbered lower than one before.
    uint32_t late_packets;
    /// A file ends before its container says so.
    int truncated;
    /// A playlist named segments that could not be opened.
    int segment_failed;
    /// A picture larger than max_pixels.
    int oversized;
    /// The container was recognised and refused.
    int format_refused;
    /// The host is reached through a tunnel, which FFmpeg must not leave: no redirect is followed.
    int tunnelled;
    /// An answer sent us to where we do not follow: one of the numbers below, else 0.
    int redirected;
    /// Challenges of the last refused request.
    int asks_basic, asks_md5, asks_sha256;
    /// The camera's session description lists data, which may be metadata.
    int offers_metadata;
    /// The last line at warning level or worse, cut at its end; text behind "://" is blanked.
    char last[192];
    /// Where the camera's session description (RFC 8866) is copied to, cut at its end; null where nobody wants it.
    char *description;
    size_t description_size;
} mkds_log_sink;

/// Sends what FFmpeg says on this thread to `sink`, which must stay until it is replaced or detached.
void mkds_log_attach(mkds_log_sink *sink);

/// Stops sending to `sink` if this thread still does; another one attached since stays.
void mkds_log_detach(const mkds_log_sink *sink);

/// Installs the callback and the allocation limit for the whole process; call once before anything else.
void mkds_prepare(size_t allocation_limit);

/// Not 0 when an answer on this thread sent us to where we do not follow.
int mkds_log_redirected(void);

/// Notes on this thread that a playlist named what is not on its server; the opening or reading under way gives up.
void mkds_log_refuse_playlist(void);

/// Not 0 when the RTP packets of this thread's camera are dropped because they are numbered anew.
int mkds_log_began_anew(void);
