#define _GNU_SOURCE
#include "connection.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READ_BYTES = 4096, INPUT_MAX = 2 << 20, OUTPUT_MAX = 16 << 20 };

void connection_read(Connection *connection) {
    Buffer *input = &connection->input;
    if (input->count > INPUT_MAX) return;
    buffer_reserve(input, READ_BYTES);
    ssize_t got = recv(
        connection->descriptor, input->bytes + input->count, input->capacity - input->count, 0);
    if (got > 0) input->count += (size_t)got;
    else if (got == 0 || (errno != EAGAIN && errno != EINTR)) connection->isClosed = true;
}

/// How much the socket took; an error closes the connection.
static size_t send_some(Connection *connection, Text bytes) {
    ssize_t sent = send(connection->descriptor, bytes.bytes, bytes.count, MSG_NOSIGNAL);
    if (sent >= 0) return (size_t)sent;
    if (errno != EAGAIN && errno != EINTR) connection->isClosed = true;
    return 0;
}

bool connection_write(Connection *connection) {
    Buffer *output = &connection->output;
    if (output->count)
        buffer_consume(output, send_some(connection, (Text){output->bytes, output->count}));
    return output->count > 0;
}

void connection_write_shared(Connection *connection, Text bytes) {
    size_t sent = connection->output.count ? 0 : send_some(connection, bytes);
    if (connection->output.count > OUTPUT_MAX) connection->isClosed = true;
    if (connection->isClosed) shutdown(connection->descriptor, SHUT_RDWR);  // its event frees it
    else buffer_append(&connection->output, (Text){bytes.bytes + sent, bytes.count - sent});
}

void connection_free(Connection *connection) {
    close(connection->descriptor);
    free(connection->input.bytes);
    free(connection->output.bytes);
    free(connection);
}
