#pragma once
#include <curl/curl.h>
#include <openssl/ssl.h>

// curl_easy_setopt and curl_easy_getinfo are variadic, which Swift cannot call: one function for each kind of argument.

static inline CURLcode mkds_curl_set_long(CURL *curl, CURLoption option, long value) {
    return curl_easy_setopt(curl, option, value);
}

/// libcurl copies the text.
static inline CURLcode mkds_curl_set_text(CURL *curl, CURLoption option, const char *value) {
    return curl_easy_setopt(curl, option, value);
}

/// libcurl keeps the pointer; NULL takes it away.
static inline CURLcode mkds_curl_set_pointer(CURL *curl, CURLoption option, void *value) {
    return curl_easy_setopt(curl, option, value);
}

/// What takes the bytes of headers or body: buffer, 1, count, the pointer set as its data; returns count to go on.
typedef size_t (*mkds_curl_sink)(char *, size_t, size_t, void *);

static inline CURLcode mkds_curl_set_sink(CURL *curl, CURLoption option, mkds_curl_sink sink) {
    return curl_easy_setopt(curl, option, sink);
}

/// Decides on the certificates shown in a handshake: 1 takes them, 0 ends the handshake.
typedef int (*mkds_certificate_judge)(X509_STORE_CTX *, void *);

/// Called by libcurl with each new SSL_CTX.
typedef CURLcode (*mkds_curl_tls_setup)(CURL *, void *, void *);

static inline CURLcode mkds_curl_set_tls_setup(CURL *curl, mkds_curl_tls_setup setup) {
    return curl_easy_setopt(curl, CURLOPT_SSL_CTX_FUNCTION, setup);
}

static inline void mkds_tls_judge_with(void *context, mkds_certificate_judge judge, void *data) {
    SSL_CTX_set_cert_verify_callback((SSL_CTX *)context, judge, data);
}

static inline long mkds_curl_get_long(CURL *curl, CURLINFO info) {
    long value = 0;
    return curl_easy_getinfo(curl, info, &value) == CURLE_OK ? value : 0;
}

static inline CURLMcode mkds_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

/// The certificates shown, that of the camera first; borrowed.
static inline int mkds_shown_count(X509_STORE_CTX *context) { return sk_X509_num(X509_STORE_CTX_get0_untrusted(context)); }

static inline X509 *mkds_shown(X509_STORE_CTX *context, int index) {
    return sk_X509_value(X509_STORE_CTX_get0_untrusted(context), index);
}

/// The result of the transfer that has ended; -1 while none has.
static inline int mkds_curl_ended(CURLM *multi) {
    int left = 0;
    CURLMsg *message = curl_multi_info_read(multi, &left);
    return message != NULL && message->msg == CURLMSG_DONE ? (int)message->data.result : -1;
}
