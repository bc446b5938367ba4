// What Swift cannot import from sqlite3.h: variadic functions and cast macros.
#ifndef APUS_CSQLITE_SHIM_H
#define APUS_CSQLITE_SHIM_H

#define SQLITE_ENABLE_PREUPDATE_HOOK 1
#include <sqlite3.h>
#include <string.h>

/// `SQLITE_TRANSIENT`: SQLite copies the bytes before the call returns.
static inline sqlite3_destructor_type csqlite_transient(void) { return SQLITE_TRANSIENT; }

/// `sqlite3_db_config` for the switches that take an int and report an int.
static inline int csqlite_db_config_int(sqlite3 *db, int op, int value, int *result) {
    return sqlite3_db_config(db, op, value, result);
}

/// Stops SQLite from counting the memory it uses, which takes a lock that all connections share.
/// Only before the first connection is opened.
static inline int csqlite_stop_memory_statistics(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/// Copies the header of the write-ahead log's index, 48 bytes, out of the memory that all connections
/// share (walformat.html §2.1: it stands there twice, so that one that is being written shows). Only
/// after the connection has read. Returns 0 if there is none, or it is being written.
static inline int csqlite_log_header(sqlite3 *db, void *header) {
    enum { HEADER_BYTES = 48, REGION_BYTES = 32768, FORMAT = 3007000 };
    int format;
    char second[HEADER_BYTES];
    sqlite3_file *file = 0;
    void volatile *region = 0;
    if (sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file) || !file) return 0;
    if (!file->pMethods || file->pMethods->iVersion < 2) return 0;
    if (file->pMethods->xShmMap(file, 0, REGION_BYTES, 0, &region) || !region) return 0;
    memcpy(header, (const void *)region, HEADER_BYTES);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    memcpy(second, (const char *)region + HEADER_BYTES, HEADER_BYTES);
    memcpy(&format, header, sizeof format);
    return format == FORMAT && memcmp(header, second, HEADER_BYTES) == 0;
}

#endif
