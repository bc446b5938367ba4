#include "item.h"

void item_append(Buffer *buffer, const Item *item) {
    buffer_append(buffer, TEXT("{\"id\":"));
    buffer_append_number(buffer, item->id);
    buffer_append(buffer, TEXT(",\"title\":"));
    buffer_append_string(buffer, item->title);
    buffer_append(buffer, TEXT(",\"body\":"));
    buffer_append_string(buffer, item->body);
    buffer_append(buffer, TEXT(",\"n\":"));
    buffer_append_number(buffer, item->n);
    buffer_append(buffer, TEXT("}"));
}

static void skip_blanks(Text *json) {
    while (json->count && strchr(" \t\r\n", *json->bytes) && *json->bytes) {
        json->bytes++;
        json->count--;
    }
}

/// Takes one byte, with the blanks before it, if it is the one wanted.
static bool take(Text *json, char wanted) {
    skip_blanks(json);
    if (!json->count || *json->bytes != wanted) return false;
    json->bytes++;
    json->count--;
    return true;
}

/// The four hexadecimal digits at the front, or -1.
static long take_hex(Text *json) {
    if (json->count < 4) return -1;
    long value = 0;
    for (int index = 0; index < 4; index++) {
        static const char digits[] = "0123456789abcdef";
        const char *found = strchr(digits, json->bytes[index] | 0x20);
        if (!found || !*found) return -1;
        value = value * 16 + (found - digits);
    }
    json->bytes += 4;
    json->count -= 4;
    return value;
}

static void append_scalar(Buffer *buffer, uint32_t scalar) {
    int following = scalar < 0x80 ? 0 : scalar < 0x800 ? 1 : scalar < 0x10000 ? 2 : 3;
    static const unsigned char lead[] = {0, 0xC0, 0xE0, 0xF0};
    char bytes[4] = {(char)(lead[following] | scalar >> following * 6)};
    for (int index = 1; index <= following; index++)
        bytes[index] = (char)(0x80 | (scalar >> (following - index) * 6 & 0x3F));
    buffer_append(buffer, (Text){bytes, (size_t)following + 1});
}

/// What stands behind a backslash.
static bool take_escape(Text *json, Buffer *storage) {
    if (!json->count) return false;
    static const char names[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    char name = *json->bytes++;
    json->count--;
    const char *found = memchr(names, name, sizeof names - 1);
    if (found) {
        buffer_append(storage, (Text){meanings + (found - names), 1});
        return true;
    }
    long unit = name == 'u' ? take_hex(json) : -1;
    if (unit < 0 || unit >> 10 == 0x37) return false;
    if (unit >> 10 != 0x36) {
        append_scalar(storage, (uint32_t)unit);
        return true;
    }
    if (json->count < 2 || memcmp(json->bytes, "\\u", 2) != 0) return false;
    json->bytes += 2;
    json->count -= 2;
    long low = take_hex(json);
    if (low >> 10 != 0x37) return false;
    append_scalar(storage, (uint32_t)(0x10000 + ((unit & 0x3FF) << 10) + (low & 0x3FF)));
    return true;
}

/// A string's text, appended to the storage. The storage must not move: see `item_read`.
static bool take_string(Text *json, Text *text, Buffer *storage) {
    if (!take(json, '"')) return false;
    size_t start = storage->count;
    for (;;) {
        size_t plain = 0;
        while (plain < json->count && json->bytes[plain] != '"' && json->bytes[plain] != '\\')
            plain++;
        if (plain == json->count) return false;
        buffer_append(storage, (Text){json->bytes, plain});
        bool ends = json->bytes[plain] == '"';
        json->bytes += plain + 1;
        json->count -= plain + 1;
        if (ends) break;
        if (!take_escape(json, storage)) return false;
    }
    *text = (Text){storage->bytes + start, storage->count - start};
    return true;
}

static bool take_number(Text *json, int64_t *number) {
    bool negative = take(json, '-');
    uint64_t value = 0;
    size_t digits = 0;
    for (; digits < json->count && digits < 18; digits++) {
        unsigned digit = (unsigned)json->bytes[digits] - '0';
        if (digit > 9) break;
        value = value * 10 + digit;
    }
    json->bytes += digits;
    json->count -= digits;
    *number = negative ? -(int64_t)value : (int64_t)value;
    return digits > 0;
}

bool item_read(Item *item, Text json, Buffer *storage) {
    enum { TITLE = 1, BODY = 2, N = 4 };
    int seen = 0;
    buffer_reserve(storage, json.count + 1);  // all texts fit, so slices stay where they are
    if (!take(&json, '{')) return false;
    do {
        Text name;
        skip_blanks(&json);
        if (!take_string(&json, &name, storage) || !take(&json, ':')) return false;
        bool read = false;
        if (text_equals(name, TEXT("title"))) {
            read = take_string(&json, &item->title, storage);
            seen |= TITLE;
        } else if (text_equals(name, TEXT("body"))) {
            read = take_string(&json, &item->body, storage);
            seen |= BODY;
        } else if (text_equals(name, TEXT("n"))) {
            skip_blanks(&json);
            read = take_number(&json, &item->n);
            seen |= N;
        }
        if (!read) return false;
    } while (take(&json, ','));
    if (!take(&json, '}')) return false;
    skip_blanks(&json);
    return seen == (TITLE | BODY | N) && json.count == 0;
}
