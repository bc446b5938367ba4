#define _GNU_SOURCE  // memmem
#include "http.h"

#include <strings.h>

enum { HEAD_MAX = 16 << 10, BODY_MAX = 1 << 20 };

/// Cuts the text before the first `separator` off its front, the separator with it.
static Text cut(Text *text, char separator) {
    const char *found = memchr(text->bytes, separator, text->count);
    size_t count = found ? (size_t)(found - text->bytes) : text->count;
    Text front = {text->bytes, count};
    size_t gone = found ? count + 1 : count;
    text->bytes += gone;
    text->count -= gone;
    return front;
}

static bool is_field(Text name, Text wanted) {
    return name.count == wanted.count && strncasecmp(name.bytes, wanted.bytes, name.count) == 0;
}

/// Reads the field lines of a head, each with its CRLF. Returns the length of the body.
static size_t read_fields(Request *request, Text lines) {
    size_t bodyBytes = 0;
    while (lines.count) {
        Text value = cut(&lines, '\n');
        if (value.count) value.count--;
        Text name = cut(&value, ':');
        while (value.count && *value.bytes == ' ') {
            value.bytes++;
            value.count--;
        }
        if (is_field(name, TEXT("content-length"))) bodyBytes = (size_t)http_number(value, 0);
        else if (is_field(name, TEXT("prefer"))) request->prefer = value;
        else if (is_field(name, TEXT("sec-websocket-key"))) request->webSocketKey = value;
    }
    return bodyBytes;
}

ssize_t http_read(Request *request, Text input) {
    const char *end = memmem(input.bytes, input.count, "\r\n\r\n", 4);
    if (!end) return input.count > HEAD_MAX ? -1 : 0;
    size_t headBytes = (size_t)(end - input.bytes) + 4;
    Text lines = {input.bytes, headBytes - 2};
    Text first = cut(&lines, '\n');
    *request = (Request){.method = cut(&first, ' ')};
    Text target = cut(&first, ' ');
    request->path = cut(&target, '?');
    request->query = target;
    if (!request->path.count || !first.count) return -1;
    size_t bodyBytes = read_fields(request, lines);
    if (bodyBytes > BODY_MAX) return -1;
    if (input.count < headBytes + bodyBytes) return 0;
    request->body = (Text){input.bytes + headBytes, bodyBytes};
    return (ssize_t)(headBytes + bodyBytes);
}

Text http_parameter(Text query, Text name) {
    while (query.count) {
        Text parameter = cut(&query, '&');
        if (parameter.count >= name.count && !memcmp(parameter.bytes, name.bytes, name.count))
            return (Text){parameter.bytes + name.count, parameter.count - name.count};
    }
    return (Text){0};
}

int64_t http_number(Text text, int64_t standard) {
    int64_t value = 0;
    size_t digits = 0;
    for (; digits < text.count && digits < 18; digits++) {
        unsigned digit = (unsigned)text.bytes[digits] - '0';
        if (digit > 9) break;
        value = value * 10 + digit;
    }
    return digits ? value : standard;
}

void http_respond(Buffer *output, Text status, Text field, Text body) {
    buffer_append(output, TEXT("HTTP/1.1 "));
    buffer_append(output, status);
    buffer_append(output, TEXT("\r\nContent-Type: application/json; charset=utf-8\r\n"));
    buffer_append(output, field);
    buffer_append(output, TEXT("Content-Length: "));
    buffer_append_number(output, (int64_t)body.count);
    buffer_append(output, TEXT("\r\n\r\n"));
    buffer_append(output, body);
}
