#include "CSQLiteMemory.h"

#include <limits.h>
#include <sqlite3.h>
#include <stdatomic.h>

/// Bytes from which a piece is large. What every statement needs is smaller, and is not counted.
enum { LARGE_BYTES = 1 << 16 };

/// What SQLite would take memory from without us.
static sqlite3_mem_methods allocator;
static atomic_llong large_bytes;
static atomic_llong large_bytes_max = LLONG_MAX;
static atomic_llong refusals;

static long long counted(int bytes) { return bytes < LARGE_BYTES ? 0 : bytes; }

static void count(long long bytes) {
    if (bytes) atomic_fetch_add_explicit(&large_bytes, bytes, memory_order_relaxed);
}

/// Takes bytes of what there may be; 0 where there are not so many left.
static int take(long long bytes) {
    if (bytes <= 0) return 1;
    long long before = atomic_fetch_add_explicit(&large_bytes, bytes, memory_order_relaxed);
    long long max = atomic_load_explicit(&large_bytes_max, memory_order_relaxed);
    if (before + bytes <= max) return 1;
    count(-bytes);
    atomic_fetch_add_explicit(&refusals, 1, memory_order_relaxed);
    return 0;
}

static void *take_piece(int bytes) {
    void *piece = allocator.xMalloc(bytes);
    // A piece may be some bytes longer than it was asked for, and never twice as long.
    if (!piece || bytes < LARGE_BYTES / 2) return piece;
    if (take(counted(allocator.xSize(piece)))) return piece;
    allocator.xFree(piece);
    return 0;
}

static void free_piece(void *piece) {
    count(-counted(allocator.xSize(piece)));
    allocator.xFree(piece);
}

static void *resize_piece(void *old, int bytes) {
    long long before = counted(allocator.xSize(old));
    long long most = counted(bytes) > before ? counted(bytes) : before;
    if (!take(most - before)) return 0;
    void *piece = allocator.xRealloc(old, bytes);
    count((piece ? counted(allocator.xSize(piece)) : before) - most);
    return piece;
}

int csqlite_memory_count(void) {
    int code = sqlite3_config(SQLITE_CONFIG_GETMALLOC, &allocator);
    if (code != SQLITE_OK) return code;
    sqlite3_mem_methods methods = allocator;
    methods.xMalloc = take_piece;
    methods.xFree = free_piece;
    methods.xRealloc = resize_piece;
    return sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
}

void csqlite_memory_limit(long long bytes) {
    atomic_store_explicit(&large_bytes_max, bytes, memory_order_relaxed);
}

long long csqlite_memory_refusals(void) {
    return atomic_load_explicit(&refusals, memory_order_relaxed);
}

long long csqlite_memory_bytes(void) {
    return atomic_load_explicit(&large_bytes, memory_order_relaxed);
}
