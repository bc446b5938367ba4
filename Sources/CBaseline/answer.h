// What a request is answered with.
#ifndef BASELINE_ANSWER_H
#define BASELINE_ANSWER_H

#include "loop.h"

/// Answers the whole requests, or frames, of a connection's input. Inserts go to the writer and are
/// answered later. True if the connection has joined the feed.
bool answer_input(Loop *loop, Connection *connection);

/// Answers an insert that the writer is done with, and frees it. `body` is for scratch.
void answer_insert(Insert *insert, Buffer *body);

#endif
