// A bare epoll and SQLite server: the floor that Apus is measured against on the same machine.
//
//   GET  /rest/v1/items?id=eq.N                      one row
//   GET  /rest/v1/items?…&limit=L                    the first rows; count=exact counts all
//   GET  /rest/v1/items?n=gte.N&order=n.asc&limit=L  the rows of an index; count=exact counts them
//   GET  /rest/v1/items?title=gte.Item%201&title=lte.Item%20N&order=id.asc&limit=L
//                                                    the same without an index
//   GET  /rest/v1/notes?…&limit=L                    the rows of one owner; count=exact counts them
//   POST /rest/v1/items {"title":…,"body":…,"n":…}   201; return=representation: the row
//   GET  /realtime/v1/websocket                      every insert, as a text frame
//
// Built like Apus, and knows nothing else: no rules, no tokens, hardly a limit. A loop per core
// with a listening socket (SO_REUSEPORT), a read-only connection and prepared statements of its
// own. A turn of a loop reads every socket that is ready, answers all of them under one snapshot,
// then writes. One writer commits all waiting inserts together, each with a line of a change log,
// durably (WAL, synchronous=FULL); they are answered, and told to subscribers, after the commit.
#ifndef APUS_CBASELINE_H
#define APUS_CBASELINE_H

#include <stddef.h>

/// Whose notes are served.
#define CBASELINE_OWNER "0198c2a4-5b6d-7e8f-9a0b-1c2d3e4f5a6b"

/// Serves the tables `items` and `notes` of the database file on 127.0.0.1:port until the process
/// is killed; port 0 picks one. Prints one line "listening on http://127.0.0.1:PORT" to standard
/// output. What it cannot do ends the process with a line on standard error.
_Noreturn void cbaseline_serve(const char *database, int port, int loopCount);

/// `memmem`, which glibc hides from Swift: where `wanted` first stands in `bytes`, or NULL.
const void *cbaseline_find(
    const void *bytes, size_t count, const void *wanted, size_t wantedCount);

#endif
