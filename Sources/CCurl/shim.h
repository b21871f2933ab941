#ifndef FARFIELD_CCURL_SHIM_H
#define FARFIELD_CCURL_SHIM_H

#include <curl/curl.h>

/* libcurl's option and info calls are variadic, which Swift cannot import:
   one inline of a fixed type for each kind of argument. No logic here. */

typedef size_t (*ff_curl_sink)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode ff_curl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ff_curl_set_offset(CURL *handle, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ff_curl_set_string(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ff_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ff_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ff_curl_set_sink(CURL *handle, CURLoption option, ff_curl_sink value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ff_curl_set_opener(CURL *handle, CURLoption option, curl_opensocket_callback value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ff_curl_set_seeker(CURL *handle, CURLoption option, curl_seek_callback value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ff_curl_set_inspector(CURL *handle, CURLoption option, curl_prereq_callback value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ff_curl_get_pointer(CURL *handle, CURLINFO info, void **value) {
    return curl_easy_getinfo(handle, info, value);
}

static inline CURLcode ff_curl_get_long(CURL *handle, CURLINFO info, long *value) {
    return curl_easy_getinfo(handle, info, value);
}

/* The message's union, whose `result` member is awkward to reach from Swift. */
static inline CURLcode ff_curl_message_result(const CURLMsg *message) {
    return message->data.result;
}

#endif
