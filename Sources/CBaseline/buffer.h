// Bytes: a slice that somebody else owns, and a buffer that grows.
#ifndef BASELINE_BUFFER_H
#define BASELINE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct {
    const char *bytes;
    size_t count;
} Text;

typedef struct {
    char *bytes;
    size_t count, capacity;
} Buffer;

/// Makes room for `more` bytes. Ends the process when memory is out, as everything here does.
void buffer_reserve(Buffer *buffer, size_t more);

/// Ends the process with a line that says which call failed.
_Noreturn void fail(const char *call, const char *reason);

/// A signed number in decimal.
void buffer_append_number(Buffer *buffer, int64_t value);

/// A JSON string (RFC 8259 §7) with its quotes.
void buffer_append_string(Buffer *buffer, Text text);

static inline void buffer_append(Buffer *buffer, Text text) {
    buffer_reserve(buffer, text.count);
    memcpy(buffer->bytes + buffer->count, text.bytes, text.count);
    buffer->count += text.count;
}

/// Drops bytes from the front.
static inline void buffer_consume(Buffer *buffer, size_t count) {
    buffer->count -= count;
    if (buffer->count) memmove(buffer->bytes, buffer->bytes + count, buffer->count);
}

#define TEXT(literal) ((Text){literal, sizeof literal - 1})

static inline bool text_equals(Text text, Text other) {
    return text.count == other.count && memcmp(text.bytes, other.bytes, text.count) == 0;
}

/// Whether `wanted` stands anywhere in the text.
bool text_contains(Text text, Text wanted);

#endif
