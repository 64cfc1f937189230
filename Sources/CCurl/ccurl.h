#pragma once
#include <curl/curl.h>

// libcurl takes options and gives answers through variadic calls, which Swift cannot make. One wrapper a type.

static inline CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode ccurl_set_size(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}
// libcurl copies the text.
static inline CURLcode ccurl_set_text(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}
// The pointer must stay good for as long as the transfer.
static inline CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode ccurl_set_list(CURL *easy, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(easy, option, value);
}

typedef size_t (*ccurl_bytes)(char *bytes, size_t size, size_t count, void *owner);
typedef int (*ccurl_seek)(void *owner, curl_off_t offset, int origin);
typedef curl_socket_t (*ccurl_open)(void *owner, curlsocktype purpose, struct curl_sockaddr *address);
typedef int (*ccurl_before)(void *owner, char *remote, char *local, int remote_port, int local_port);
typedef int (*ccurl_progress)(void *owner, curl_off_t toGet, curl_off_t got, curl_off_t toSend, curl_off_t sent);
typedef int (*ccurl_debug)(CURL *easy, curl_infotype kind, char *bytes, size_t count, void *owner);

static inline CURLcode ccurl_on_write(CURL *easy, ccurl_bytes call, void *owner) {
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, owner);
    return curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, call);
}
static inline CURLcode ccurl_on_header(CURL *easy, ccurl_bytes call, void *owner) {
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, owner);
    return curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, call);
}
static inline CURLcode ccurl_on_read(CURL *easy, ccurl_bytes call, void *owner) {
    curl_easy_setopt(easy, CURLOPT_READDATA, owner);
    return curl_easy_setopt(easy, CURLOPT_READFUNCTION, call);
}
static inline CURLcode ccurl_on_seek(CURL *easy, ccurl_seek call, void *owner) {
    curl_easy_setopt(easy, CURLOPT_SEEKDATA, owner);
    return curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, call);
}
static inline CURLcode ccurl_on_open(CURL *easy, ccurl_open call, void *owner) {
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, owner);
    return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, call);
}
static inline CURLcode ccurl_on_before(CURL *easy, ccurl_before call, void *owner) {
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, owner);
    return curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, call);
}
static inline CURLcode ccurl_on_progress(CURL *easy, ccurl_progress call, void *owner) {
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, owner);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    return curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, call);
}
static inline CURLcode ccurl_on_debug(CURL *easy, ccurl_debug call, void *owner) {
    curl_easy_setopt(easy, CURLOPT_DEBUGDATA, owner);
    curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
    return curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, call);
}

// The certificates the server showed, its own first; NULL where CURLOPT_CERTINFO was not set.
static inline const struct curl_certinfo *ccurl_certificates(CURL *easy) {
    struct curl_certinfo *value = NULL;
    return curl_easy_getinfo(easy, CURLINFO_CERTINFO, &value) == CURLE_OK ? value : NULL;
}
static inline long ccurl_long(CURL *easy, CURLINFO info) {
    long value = 0;
    curl_easy_getinfo(easy, info, &value);
    return value;
}
static inline curl_socket_t ccurl_socket(CURL *easy) {
    curl_socket_t value = CURL_SOCKET_BAD;
    curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &value);
    return value;
}

static inline CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}
// The outcome of a finished message; libcurl keeps it in a union.
static inline CURLcode ccurl_result(const CURLMsg *message) { return message->data.result; }
