// A bare epoll and SQLite server: the floor that Apus is measured against on the same machine.
#ifndef APUS_CBASELINE_H
#define APUS_CBASELINE_H

/// Serves the table `items` of the database file on 127.0.0.1:port until the process is killed. Prints one line
/// "listening on http://127.0.0.1:PORT" to standard output. Returns 1 with a message on standard error if it cannot.
int cbaseline_serve(const char *database, int port);

#include <stddef.h>

/// `memmem`, which glibc hides from Swift: where `wanted` first stands in `bytes`, or NULL.
const void *cbaseline_find(const void *bytes, size_t count, const void *wanted, size_t wantedCount);

#endif
