#pragma once
#include <errno.h>
#include <gmime/gmime.h>
#include <iconv.h>
#include <stdbool.h>

// GMime is made of GObject casts, which Swift cannot write. Typed wrappers; an object is any part of a message and is
// owned by the one that was parsed, which `cmime_release` frees.

static inline void cmime_start(void) { g_mime_init(); }

// Counts headers while parsing and ends the input when there are too many: GMime itself knows no bound.
struct cmime_count {
    GMimeStream *stream;
    long left;
};

static inline void cmime_count_header(GMimeParser *parser, const char *name, const char *value, gint64 offset,
                                      gpointer owner) {
    (void)parser, (void)name, (void)value, (void)offset;
    struct cmime_count *count = (struct cmime_count *)owner;
    if (--count->left == 0) g_mime_stream_set_bounds(count->stream, 0, 0);
}

// Parses a message, or with `part` a lone MIME part (headers, blank line, body), from an open file that stays the
// caller's and must stay open: bodies are read from it when asked for. NULL if nothing could be made of it; `left` is
// not positive afterwards if there were more headers than it allowed.
static inline GMimeObject *cmime_parse(int file, bool part, long *left) {
    GMimeStream *stream = g_mime_stream_fs_new(file);
    g_mime_stream_fs_set_owner((GMimeStreamFs *)stream, FALSE);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    struct cmime_count count = {stream, *left};
    g_mime_parser_set_header_regex(parser, "", cmime_count_header, &count);
    GMimeObject *object = part ? g_mime_parser_construct_part(parser, NULL)
                               : (GMimeObject *)g_mime_parser_construct_message(parser, NULL);
    *left = count.left;
    g_object_unref(parser);
    g_object_unref(stream);
    return object;
}
static inline void cmime_release(GMimeObject *object) { g_object_unref(object); }

enum cmime_kind { CMIME_LEAF, CMIME_MULTIPART, CMIME_ENCLOSED, CMIME_MESSAGE };
static inline enum cmime_kind cmime_kind(GMimeObject *object) {
    if (GMIME_IS_MESSAGE(object)) return CMIME_MESSAGE;
    if (GMIME_IS_MULTIPART(object)) return CMIME_MULTIPART;
    if (GMIME_IS_MESSAGE_PART(object)) return CMIME_ENCLOSED;
    return CMIME_LEAF;
}
// The top part of a message; NULL for a message without one and for everything else.
static inline GMimeObject *cmime_body(GMimeObject *object) {
    return GMIME_IS_MESSAGE(object) ? g_mime_message_get_mime_part((GMimeMessage *)object) : NULL;
}
// The message a message/rfc822 part holds, or NULL.
static inline GMimeObject *cmime_enclosed(GMimeObject *object) {
    return GMIME_IS_MESSAGE_PART(object) ? (GMimeObject *)g_mime_message_part_get_message((GMimeMessagePart *)object)
                                         : NULL;
}
static inline int cmime_count(GMimeObject *object) {
    return GMIME_IS_MULTIPART(object) ? g_mime_multipart_get_count((GMimeMultipart *)object) : 0;
}
static inline GMimeObject *cmime_child(GMimeObject *object, int index) {
    return g_mime_multipart_get_part((GMimeMultipart *)object, index);
}

static inline const char *cmime_type(GMimeObject *object) {
    GMimeContentType *type = g_mime_object_get_content_type(object);
    return type ? g_mime_content_type_get_media_type(type) : NULL;
}
static inline const char *cmime_subtype(GMimeObject *object) {
    GMimeContentType *type = g_mime_object_get_content_type(object);
    return type ? g_mime_content_type_get_media_subtype(type) : NULL;
}
// Decoded parameter (RFC 2231) of Content-Type or Content-Disposition, or NULL.
static inline const char *cmime_type_parameter(GMimeObject *object, const char *name) {
    GMimeContentType *type = g_mime_object_get_content_type(object);
    return type ? g_mime_content_type_get_parameter(type, name) : NULL;
}
static inline const char *cmime_disposition_parameter(GMimeObject *object, const char *name) {
    GMimeContentDisposition *disposition = g_mime_object_get_content_disposition(object);
    return disposition ? g_mime_content_disposition_get_parameter(disposition, name) : NULL;
}
static inline const char *cmime_disposition(GMimeObject *object) { return g_mime_object_get_disposition(object); }

static inline int cmime_header_count(GMimeObject *object) {
    return g_mime_header_list_get_count(g_mime_object_get_header_list(object));
}
static inline GMimeHeader *cmime_header(GMimeObject *object, int index) {
    return g_mime_header_list_get_header_at(g_mime_object_get_header_list(object), index);
}
static inline const char *cmime_header_name(GMimeHeader *header) { return g_mime_header_get_name(header); }
// As it stands in the message, folds and encoded words and all.
static inline const char *cmime_header_raw(GMimeHeader *header) { return g_mime_header_get_raw_value(header); }

// The decoded content of a leaf, to be read with `cmime_read` and closed; NULL if it has none.
static inline GMimeStream *cmime_open(GMimeObject *object) {
    if (!GMIME_IS_PART(object)) return NULL;
    GMimeDataWrapper *content = g_mime_part_get_content((GMimePart *)object);
    GMimeStream *source = content ? g_mime_data_wrapper_get_stream(content) : NULL;
    if (!source) return NULL;
    g_mime_stream_reset(source);
    GMimeStream *decoded = g_mime_stream_filter_new(source);
    GMimeFilter *filter = g_mime_filter_basic_new(g_mime_data_wrapper_get_encoding(content), FALSE);
    g_mime_stream_filter_add((GMimeStreamFilter *)decoded, filter);
    g_object_unref(filter);
    return decoded;
}
// Bytes read, 0 at the end, negative on failure.
static inline long cmime_read(GMimeStream *stream, char *room, size_t size) {
    return g_mime_stream_read(stream, room, size);
}
static inline void cmime_close(GMimeStream *stream) { g_object_unref(stream); }

// Writes a message or part as it came to an open file that stays the caller's; negative on failure.
static inline long cmime_write(GMimeObject *object, int file) {
    GMimeStream *stream = g_mime_stream_fs_new(file);
    g_mime_stream_fs_set_owner((GMimeStreamFs *)stream, FALSE);
    long size = g_mime_object_write_to_stream(object, NULL, stream);
    if (size >= 0 && g_mime_stream_flush(stream) < 0) size = -1;
    g_object_unref(stream);
    return size;
}

// Reads a Date header (RFC 5322 and what is seen in its place) as seconds since 1970; false if it is none.
static inline bool cmime_date(const char *text, long long *seconds) {
    GDateTime *date = g_mime_utils_header_decode_date(text);
    if (!date) return false;
    *seconds = g_date_time_to_unix(date);
    g_date_time_unref(date);
    return true;
}

// Charsets: to UTF-8 through the system's iconv. NULL for a name it does not know.
static inline void *cmime_charset_open(const char *name) {
    iconv_t charset = iconv_open("UTF-8", name);
    return charset == (iconv_t)-1 ? NULL : (void *)charset;
}
// Converts what it can and moves both places on. 0 when all is converted, EILSEQ at a bad byte, EINVAL at one cut
// short, E2BIG when the room is full.
static inline int cmime_charset_convert(void *charset, char **from, size_t *left, char **room, size_t *size) {
    return iconv((iconv_t)charset, from, left, room, size) == (size_t)-1 ? errno : 0;
}
static inline void cmime_charset_close(void *charset) { iconv_close((iconv_t)charset); }

// Writing. A part made here is given to a multipart and released; text is UTF-8.
static inline GMimeObject *cmime_text_part(const char *subtype, const char *text) {
    GMimeTextPart *part = g_mime_text_part_new_with_subtype(subtype);
    g_mime_text_part_set_charset(part, "utf-8");
    g_mime_text_part_set_text(part, text);
    g_mime_part_set_content_encoding((GMimePart *)part, GMIME_CONTENT_ENCODING_BASE64);
    return (GMimeObject *)part;
}
// A file as an attachment; the descriptor stays the caller's and must stay open until the message was written.
static inline GMimeObject *cmime_file_part(int file, const char *type, const char *subtype, const char *name) {
    GMimePart *part = g_mime_part_new_with_type(type, subtype);
    GMimeStream *stream = g_mime_stream_fs_new(file);
    g_mime_stream_fs_set_owner((GMimeStreamFs *)stream, FALSE);
    GMimeDataWrapper *content = g_mime_data_wrapper_new_with_stream(stream, GMIME_CONTENT_ENCODING_DEFAULT);
    g_mime_part_set_content(part, content);
    g_object_unref(content);
    g_object_unref(stream);
    g_mime_part_set_content_encoding(part, GMIME_CONTENT_ENCODING_BASE64);
    g_mime_object_set_disposition((GMimeObject *)part, GMIME_DISPOSITION_ATTACHMENT);
    g_mime_part_set_filename(part, name);
    return (GMimeObject *)part;
}
static inline GMimeObject *cmime_multipart(const char *subtype) {
    return (GMimeObject *)g_mime_multipart_new_with_subtype(subtype);
}
static inline void cmime_add(GMimeObject *multipart, GMimeObject *part) {
    g_mime_multipart_add((GMimeMultipart *)multipart, part);
    g_object_unref(part);
}
static inline GMimeObject *cmime_message(const char *from_name, const char *from, const char *to, const char *subject,
                                         const char *id, gint64 seconds, GMimeObject *body) {
    GMimeMessage *message = g_mime_message_new(TRUE);
    g_mime_message_add_mailbox(message, GMIME_ADDRESS_TYPE_FROM, from_name, from);
    g_mime_message_add_mailbox(message, GMIME_ADDRESS_TYPE_TO, NULL, to);
    g_mime_message_set_subject(message, subject, "utf-8");
    g_mime_message_set_message_id(message, id);
    GDateTime *date = g_date_time_new_from_unix_utc(seconds);
    g_mime_message_set_date(message, date);
    g_date_time_unref(date);
    g_mime_message_set_mime_part(message, body);
    g_object_unref(body);
    return (GMimeObject *)message;
}
static inline void cmime_set_header(GMimeObject *object, const char *name, const char *value) {
    g_mime_object_set_header(object, name, value, "utf-8");
}
// Writes with CRLF, as mail travels; false if the file took not all of it.
static inline bool cmime_write_message(GMimeObject *object, int file) {
    GMimeFormatOptions *options = g_mime_format_options_new();
    g_mime_format_options_set_newline_format(options, GMIME_NEWLINE_FORMAT_DOS);
    GMimeStream *stream = g_mime_stream_fs_new(file);
    g_mime_stream_fs_set_owner((GMimeStreamFs *)stream, FALSE);
    bool written = g_mime_object_write_to_stream(object, options, stream) >= 0 && g_mime_stream_flush(stream) == 0;
    g_object_unref(stream);
    g_mime_format_options_free(options);
    return written;
}
