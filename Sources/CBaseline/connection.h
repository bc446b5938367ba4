// A client's socket with what came and what is to go.
#ifndef BASELINE_CONNECTION_H
#define BASELINE_CONNECTION_H

#include "buffer.h"

typedef struct Connection {
    int descriptor;
    bool isWebSocket, isSubscribed, isInTurn, isClosed;
    /// Until its insert is committed a connection is asked nothing more, and is not freed.
    bool awaitsInsert;
    bool awaitsWritable;
    size_t place;  // among the loop's subscribers
    Buffer input, output;
} Connection;

/// Reads what is there.
void connection_read(Connection *connection);

/// Sends what fits into the socket; the rest stays. True if there is a rest.
bool connection_write(Connection *connection);

/// Sends bytes that others get too; only what did not fit is copied.
void connection_write_shared(Connection *connection, Text bytes);

/// Closes the socket and frees the connection.
void connection_free(Connection *connection);

#endif
