#define _GNU_SOURCE  // memmem
#include "websocket.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdlib.h>

enum { OPCODE_TEXT = 1, OPCODE_CLOSE = 8, OPCODE_PING = 9, OPCODE_PONG = 10 };

void websocket_accept(Buffer *output, Text key) {
    unsigned char digest[SHA_DIGEST_LENGTH], encoded[32];
    Buffer joined = {0};
    buffer_append(&joined, key);
    buffer_append(&joined, TEXT("258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
    SHA1((unsigned char *)joined.bytes, joined.count, digest);
    int length = EVP_EncodeBlock(encoded, digest, sizeof digest);
    buffer_append(output, TEXT("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                               "Connection: Upgrade\r\nSec-WebSocket-Accept: "));
    buffer_append(output, (Text){(char *)encoded, (size_t)length});
    buffer_append(output, TEXT("\r\n\r\n"));
    free(joined.bytes);
}

static void append_frame(Buffer *output, int opcode, Text payload) {
    unsigned char head[4] = {(unsigned char)(0x80 | opcode)};
    size_t headBytes = payload.count < 126 ? 2 : 4;
    head[1] = payload.count < 126 ? (unsigned char)payload.count : 126;
    head[2] = (unsigned char)(payload.count >> 8);
    head[3] = (unsigned char)payload.count;
    buffer_append(output, (Text){(char *)head, headBytes});
    buffer_append(output, payload);
}

/// Answers a message's `ref` with ok. `response` is the JSON object that comes with it.
static void append_reply(Buffer *output, Text message, Text topic, Text response) {
    Text reference = TEXT("null");
    const char *found = memmem(message.bytes, message.count, "\"ref\":\"", 7);
    if (found) {
        const char *start = found + 6;
        size_t left = (size_t)(message.bytes + message.count - start);
        const char *quote = memchr(start + 1, '"', left - 1);
        if (quote) reference = (Text){start, (size_t)(quote - start) + 1};
    }
    Buffer text = {0};
    buffer_append(&text, TEXT("{\"ref\":"));
    buffer_append(&text, reference);
    buffer_append(
        &text, TEXT(",\"event\":\"phx_reply\",\"payload\":{\"status\":\"ok\",\"response\":"));
    buffer_append(&text, response);
    buffer_append(&text, TEXT("},\"topic\":\""));
    buffer_append(&text, topic);
    buffer_append(&text, TEXT("\"}"));
    append_frame(output, OPCODE_TEXT, (Text){text.bytes, text.count});
    free(text.bytes);
}

/// Answers a text message. True if it joins the topic.
static bool answer_message(Text message, Buffer *output) {
    if (text_contains(message, TEXT("\"heartbeat\"")))
        append_reply(output, message, TEXT("phoenix"), TEXT("{}"));
    if (!text_contains(message, TEXT("\"phx_join\""))) return false;
    append_reply(
        output, message, TEXT("realtime:bench"),
        TEXT("{\"postgres_changes\":[{\"id\":1,\"event\":\"INSERT\",\"schema\":\"public\","
             "\"table\":\"items\"}]}"));
    append_frame(
        output, OPCODE_TEXT,
        TEXT("{\"ref\":null,\"event\":\"system\",\"payload\":{\"channel\":\"bench\","
             "\"extension\":\"postgres_changes\",\"message\":\"Subscribed to PostgreSQL\","
             "\"status\":\"ok\"},\"topic\":\"realtime:bench\"}"));
    return true;
}

Frames websocket_read(Buffer *input, Buffer *output) {
    Frames result = FRAMES_GO_ON;
    size_t at = 0;
    while (input->count - at >= 6) {
        unsigned char *frame = (unsigned char *)input->bytes + at;
        size_t length = frame[1] & 0x7F, head = 6;
        if (length == 127 || !(frame[1] & 0x80)) return FRAMES_END;
        if (length == 126) {
            length = (size_t)frame[2] << 8 | frame[3];
            head = 8;
        }
        if (input->count - at < head + length) break;
        unsigned char *payload = frame + head, *mask = payload - 4;
        for (size_t index = 0; index < length; index++) payload[index] ^= mask[index & 3];
        Text text = {(char *)payload, length};
        int opcode = frame[0] & 0x0F;
        if (opcode == OPCODE_CLOSE) return FRAMES_END;
        if (opcode == OPCODE_PING) append_frame(output, OPCODE_PONG, text);
        if (opcode == OPCODE_TEXT && answer_message(text, output)) result = FRAMES_JOIN;
        at += head + length;
    }
    buffer_consume(input, at);
    return result;
}

void websocket_append_insert(Buffer *output, const Item *item, Text time) {
    static _Thread_local Buffer text;
    text.count = 0;
    buffer_append(&text, TEXT("{\"ref\":null,\"event\":\"postgres_changes\",\"payload\":{\"data\":{"
                              "\"schema\":\"public\",\"table\":\"items\",\"commit_timestamp\":\""));
    buffer_append(&text, time);
    buffer_append(
        &text, TEXT("\",\"type\":\"INSERT\",\"columns\":[{\"name\":\"id\",\"type\":\"int8\"},"
                    "{\"name\":\"title\",\"type\":\"text\"},{\"name\":\"body\",\"type\":\"text\"},"
                    "{\"name\":\"n\",\"type\":\"int8\"}],\"record\":"));
    item_append(&text, item);
    buffer_append(&text, TEXT(",\"errors\":null},\"ids\":[1]},\"topic\":\"realtime:bench\"}"));
    append_frame(output, OPCODE_TEXT, (Text){text.bytes, text.count});
}
