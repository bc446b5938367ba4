#include "answer.h"

#include "http.h"
#include "websocket.h"

#include <stdio.h>
#include <stdlib.h>

static const Text failed = TEXT("500 Internal Server Error");

/// Runs the statement that the query asks for.
static int64_t append_rows(const Reader *reader, Text query, Buffer *body) {
    Text id = http_parameter(query, TEXT("id=eq."));
    if (id.count) {
        sqlite3_bind_int64(reader->row, 1, http_number(id, 0));
        return statement_append_items(reader->row, body);
    }
    Text from = http_parameter(query, TEXT("n=gte."));
    sqlite3_stmt *statement = from.count ? reader->rowsFrom : reader->firstRows;
    sqlite3_bind_int64(statement, 1, http_number(http_parameter(query, TEXT("limit=")), -1));
    if (from.count) sqlite3_bind_int64(statement, 2, http_number(from, 0));
    return statement_append_items(statement, body);
}

static void answer_get(Loop *loop, const Request *request, Buffer *output) {
    Buffer *body = &loop->body;
    body->count = 0;
    int64_t rows = append_rows(&loop->reader, request->query, body);
    if (rows < 0) {
        http_respond(output, failed, TEXT(""), TEXT("{}"));
        return;
    }
    bool counts = text_contains(request->prefer, TEXT("count=exact"));
    int64_t total = counts ? statement_number(loop->reader.count) : rows;
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
    bool gets = text_equals(request->method, TEXT("GET"));
    if (text_equals(request->path, TEXT("/rest/v1/items"))) {
        if (gets) answer_get(loop, request, &connection->output);
        else begin_insert(loop, connection, request);
    } else if (text_equals(request->path, TEXT("/realtime/v1/websocket"))) {
        websocket_accept(&connection->output, request->webSocketKey);
        connection->isWebSocket = true;
    } else {
        http_respond(&connection->output, TEXT("404 Not Found"), TEXT(""), TEXT("{}"));
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
