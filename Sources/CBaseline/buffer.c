#define _GNU_SOURCE  // memmem
#include "buffer.h"

#include "CBaseline.h"

#include <stdio.h>
#include <stdlib.h>

void fail(const char *call, const char *reason) {
    fprintf(stderr, "baseline: %s: %s\n", call, reason);
    exit(1);
}

void buffer_reserve(Buffer *buffer, size_t more) {
    size_t needed = buffer->count + more;
    if (needed <= buffer->capacity) return;
    buffer->capacity = needed * 2;
    buffer->bytes = realloc(buffer->bytes, buffer->capacity);
    if (!buffer->bytes) fail("realloc", "memory is out");
}

void buffer_append_number(Buffer *buffer, int64_t value) {
    char digits[20];
    size_t first = sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        digits[--first] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (value < 0) buffer_append(buffer, TEXT("-"));
    buffer_append(buffer, (Text){digits + first, sizeof digits - first});
}

/// Bit 7 of each byte of the word that a JSON string must escape: below 0x20, quote, backslash.
/// May also mark a byte behind one that is rightly marked, so only the lowest mark counts.
static uint64_t escapes(uint64_t word) {
    const uint64_t ones = 0x0101010101010101, high = ones * 0x80;
    uint64_t quote = word ^ ones * '"', backslash = word ^ ones * '\\';
    uint64_t control = (word - ones * 0x20) & ~word;
    return (control | ((quote - ones) & ~quote) | ((backslash - ones) & ~backslash)) & high;
}

/// How many bytes from the start need no escape. Eight at a time; words are little-endian.
static size_t plain_prefix(Text text) {
    size_t at = 0;
    for (uint64_t word; at + sizeof word <= text.count; at += sizeof word) {
        memcpy(&word, text.bytes + at, sizeof word);
        uint64_t marked = escapes(word);
        if (marked) return at + (size_t)__builtin_ctzll(marked) / 8;
    }
    for (; at < text.count; at++) {
        unsigned char byte = (unsigned char)text.bytes[at];
        if (byte < 0x20 || byte == '"' || byte == '\\') break;
    }
    return at;
}

void buffer_append_string(Buffer *buffer, Text text) {
    buffer_append(buffer, TEXT("\""));
    for (;;) {
        size_t plain = plain_prefix(text);
        buffer_append(buffer, (Text){text.bytes, plain});
        if (plain == text.count) break;
        unsigned char byte = (unsigned char)text.bytes[plain];
        char escape[8];
        int length = snprintf(escape, sizeof escape, byte < 0x20 ? "\\u%04x" : "\\%c", byte);
        buffer_append(buffer, (Text){escape, (size_t)length});
        text.bytes += plain + 1;
        text.count -= plain + 1;
    }
    buffer_append(buffer, TEXT("\""));
}

bool text_contains(Text text, Text wanted) {
    return cbaseline_find(text.bytes, text.count, wanted.bytes, wanted.count) != NULL;
}

const void *cbaseline_find(
    const void *bytes, size_t count, const void *wanted, size_t wantedCount) {
    return memmem(bytes, count, wanted, wantedCount);
}
