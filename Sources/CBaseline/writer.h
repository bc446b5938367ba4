// One thread that commits all waiting inserts together.
#ifndef BASELINE_WRITER_H
#define BASELINE_WRITER_H

#include "database.h"

#include <stdatomic.h>

struct Loop;
struct Connection;

/// An insert on its way: made by a loop, committed by the writer, answered by the loop.
typedef struct Insert {
    struct Insert *next;
    struct Loop *loop;
    struct Connection *connection;
    Item item;
    Buffer storage;
    bool returnsRow, failed;
} Insert;

/// The frames of one commit, which all loops share. The last to let go frees them.
typedef struct {
    atomic_int holders;
    Buffer frames;
} Broadcast;

/// What one commit means to one loop.
typedef struct Outcome {
    struct Outcome *next;
    Insert *inserts;
    Broadcast *broadcast;
} Outcome;

/// Starts the thread. `loops` is where outcomes go; commits are told to all of them.
void writer_start(const char *path, struct Loop *loops, int loopCount);

/// Gives an insert to the writer. Any thread.
void writer_enqueue(Insert *insert);

void broadcast_release(Broadcast *broadcast);

#endif
