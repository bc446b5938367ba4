// A bound on the memory that SQLite takes in large pieces, for all connections of the process.
#ifndef APUS_CSQLITE_MEMORY_H
#define APUS_CSQLITE_MEMORY_H

/// Has SQLite count pieces of 64 KiB and more. Only before anything else is asked of it; otherwise
/// another result than `SQLITE_OK`.
int csqlite_memory_count(void);

/// From now on there are so many bytes in large pieces at the most: what would go beyond fails with
/// `SQLITE_NOMEM`. From any thread.
void csqlite_memory_limit(long long bytes);

/// Bytes in large pieces now. From any thread.
long long csqlite_memory_bytes(void);

/// Large pieces that were refused so far. From any thread.
long long csqlite_memory_refusals(void);

#endif
