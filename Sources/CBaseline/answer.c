#include "answer.h"

#include "CBaseline.h"
#include "http.h"
#include "websocket.h"

#include <stdio.h>
#include <stdlib.h>

static const Text failed = TEXT("500 Internal Server Error");

static void bind_text(const Query *query, Text text) {
    sqlite3_bind_text(query->rows, 2, text.bytes, (int)text.count, SQLITE_TRANSIENT);
    sqlite3_bind_text(query->count, 2, text.bytes, (int)text.count, SQLITE_TRANSIENT);
}

/// All items, or those up to a title.
static const Query *find_many(const Reader *reader, Text parameters) {
    Text last = http_parameter(parameters, TEXT("title=lte.Item%20"));
    if (!last.count) return &reader->items;
    char title[32];
    int count = last.count < 20 ? (int)last.count : 20;
    int length = snprintf(title, sizeof title, "Item %.*s", count, last.bytes);
    bind_text(&reader->itemsUpTo, (Text){title, (size_t)length});
    return &reader->itemsUpTo;
}

/// What the parameters ask for, with its values bound.
static const Query *find_items(const Reader *reader, Text parameters) {
    Text id = http_parameter(parameters, TEXT("id=eq."));
    Text from = http_parameter(parameters, TEXT("n=gte."));
    if (!id.count && !from.count) return find_many(reader, parameters);
    const Query *query = id.count ? &reader->item : &reader->itemsFrom;
    int64_t number = http_number(id.count ? id : from, 0);
    sqlite3_bind_int64(query->rows, 2, number);
    sqlite3_bind_int64(query->count, 2, number);
    return query;
}

/// The notes of the one caller there is.
static const Query *find_notes(const Reader *reader) {
    bind_text(&reader->notes, TEXT(CBASELINE_OWNER));
    return &reader->notes;
}

static void answer_get(Loop *loop, const Request *request, const Query *query, Buffer *output) {
    Buffer *body = &loop->body;
    body->count = 0;
    Text limit = http_parameter(request->query, TEXT("limit="));
    sqlite3_bind_int64(query->rows, 1, http_number(limit, -1));
    int64_t rows = statement_append_items(query->rows, body);
    if (rows < 0) {
        http_respond(output, failed, TEXT(""), TEXT("{}"));
        return;
    }
    bool counts = text_contains(request->prefer, TEXT("count=exact"));
    int64_t total = counts ? statement_number(query->count) : rows;
    char range[32] = "*", size[24] = "*", field[96];
    if (rows) snprintf(range, sizeof range, "0-%lld", (long long)rows - 1);
    if (counts) snprintf(size, sizeof size, "%lld", (long long)total);
    int length = snprintf(field, sizeof field, "Content-Range: %s/%s\r\n", range, size);
    Text status = total > rows ? TEXT("206 Partial Content") : TEXT("200 OK");
    http_respond(output, status, (Text){field, (size_t)length}, (Text){body->bytes, body->count});
}

static void begin_insert(Loop *loop, Connection *connection, const Request *request) {
    Insert *insert = calloc(1, sizeof *insert);
    if (!insert) fail("calloc", "memory is out");
    if (!item_read(&insert->item, request->body, &insert->storage)) {
        http_respond(
            &connection->output, TEXT("400 Bad Request"), TEXT(""),
            TEXT("{\"message\":\"The body is not an item.\"}"));
        free(insert->storage.bytes);
        free(insert);
        return;
    }
    insert->loop = loop;
    insert->connection = connection;
    insert->returnsRow = text_contains(request->prefer, TEXT("return=representation"));
    connection->awaitsInsert = true;
    writer_enqueue(insert);
}

void answer_insert(Insert *insert, Buffer *body) {
    body->count = 0;
    if (insert->returnsRow) {
        buffer_append(body, TEXT("["));
        item_append(body, &insert->item);
        buffer_append(body, TEXT("]"));
    }
    insert->connection->awaitsInsert = false;
    http_respond(
        &insert->connection->output, insert->failed ? failed : TEXT("201 Created"), TEXT(""),
        (Text){body->bytes, body->count});
    free(insert->storage.bytes);
    free(insert);
}

static void answer_request(Loop *loop, Connection *connection, const Request *request) {
    const Reader *reader = &loop->reader;
    Buffer *output = &connection->output;
    bool gets = text_equals(request->method, TEXT("GET"));
    if (text_equals(request->path, TEXT("/rest/v1/items"))) {
        if (gets) answer_get(loop, request, find_items(reader, request->query), output);
        else begin_insert(loop, connection, request);
    } else if (text_equals(request->path, TEXT("/rest/v1/notes"))) {
        answer_get(loop, request, find_notes(reader), output);
    } else if (text_equals(request->path, TEXT("/realtime/v1/websocket"))) {
        websocket_accept(output, request->webSocketKey);
        connection->isWebSocket = true;
    } else {
        http_respond(output, TEXT("404 Not Found"), TEXT(""), TEXT("{}"));
    }
}

bool answer_input(Loop *loop, Connection *connection) {
    Buffer *input = &connection->input;
    size_t used = 0;
    while (used < input->count && !connection->awaitsInsert && !connection->isWebSocket) {
        Request request;
        ssize_t length = http_read(&request, (Text){input->bytes + used, input->count - used});
        if (length < 0) connection->isClosed = true;
        if (length <= 0) break;
        answer_request(loop, connection, &request);
        used += (size_t)length;
    }
    buffer_consume(input, used);
    if (!connection->isWebSocket) return false;
    Frames frames = websocket_read(input, &connection->output);
    if (frames == FRAMES_END) connection->isClosed = true;
    return frames == FRAMES_JOIN;
}
