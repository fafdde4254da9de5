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

/// What FFmpeg said on one thread. The thread that attached it owns it: no locks, nobody else reads it.
typedef struct mkds_log_sink {
    /// Name and address of the host that was asked for; an answer that points elsewhere sets `redirected`.
    char host[256];
    char address[64];
    /// Lines at warning level or worse.
    uint64_t lines;
    /// RTP packets that FFmpeg counted as missing.
    uint64_t missed_packets;
    /// A file ends before its container says so.
    int truncated;
    /// A picture larger than max_pixels.
    int oversized;
    /// The container was recognised and refused.
    int format_refused;
    /// An answer sent us to another host.
    int redirected;
    /// Challenges of the last refused request.
    int asks_basic, asks_md5, asks_sha256;
    /// The last line at warning level or worse, cut at its end; text behind "://" is blanked.
    char last[192];
} mkds_log_sink;

/// Sends what FFmpeg says on this thread to `sink`, nil stops it. The sink must stay until it is replaced.
void mkds_log_attach(mkds_log_sink *sink);

/// Installs the callback and the allocation limit for the whole process; call once before anything else.
void mkds_prepare(size_t allocation_limit);

/// 1 when an answer on this thread pointed to another host than the attached sink's.
int mkds_log_redirected(void);
