// An event loop: a listening socket, its connections and a connection to the database of its own.
#ifndef BASELINE_LOOP_H
#define BASELINE_LOOP_H

#include "connection.h"
#include "writer.h"

#include <pthread.h>

typedef struct {
    Connection **members;
    size_t count, capacity;
} Connections;

typedef struct Loop {
    int poll, listener, wake;
    Reader reader;
    Connections turn, subscribers;
    Buffer body;
    pthread_mutex_t lock;
    Outcome *outcomes, **outcomesEnd;  // under the lock, oldest first
} Loop;

/// Prepares a loop that listens on 127.0.0.1, beside others on the same port.
void loop_open(Loop *loop, const char *path, int port);

/// The port a loop listens on.
int loop_port(const Loop *loop);

/// Runs a loop on a thread of its own.
void loop_start(Loop *loop);

/// Hands the outcome of a commit over. Called by the writer.
void loop_deliver(Loop *loop, Outcome *outcome);

/// Whether any loop has a subscriber.
bool loop_has_subscribers(void);

#endif
