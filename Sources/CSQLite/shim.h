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

/// The start of the write-ahead log's index, in the memory that all connections share; null if there
/// is none. Only after the connection has read.
static inline const char *csqlite_log_index(sqlite3 *db) {
    enum { REGION_BYTES = 32768 };
    sqlite3_file *file = 0;
    void volatile *region = 0;
    if (sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file) || !file) return 0;
    if (!file->pMethods || file->pMethods->iVersion < 2) return 0;
    if (file->pMethods->xShmMap(file, 0, REGION_BYTES, 0, &region)) return 0;
    return (const char *)region;
}

/// Copies the header of the index, 48 bytes (walformat.html §2.1: it stands there twice, so that one
/// that is being written shows). Returns 0 if there is none, or it is being written.
static inline int csqlite_log_header(sqlite3 *db, void *header) {
    enum { HEADER_BYTES = 48, FORMAT = 3007000 };
    int format;
    char second[HEADER_BYTES];
    const char *index = csqlite_log_index(db);
    if (!index) return 0;
    memcpy(header, index, HEADER_BYTES);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    memcpy(second, index + HEADER_BYTES, HEADER_BYTES);
    memcpy(&format, header, sizeof format);
    return format == FORMAT && memcmp(header, second, HEADER_BYTES) == 0;
}

/// Frames of the log that have been copied into the file (walformat.html §2.3, nBackfill).
static inline unsigned csqlite_log_copied(sqlite3 *db) {
    enum { CHECKPOINT_OFFSET = 96 };
    const char *index = csqlite_log_index(db);
    return index ? __atomic_load_n((const unsigned *)(index + CHECKPOINT_OFFSET), __ATOMIC_ACQUIRE) : 0;
}

/// Synchronises the database's file to disk.
static inline int csqlite_sync(sqlite3 *db) {
    sqlite3_file *file = 0;
    int code = sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (code != SQLITE_OK) return code;
    return file && file->pMethods ? file->pMethods->xSync(file, SQLITE_SYNC_NORMAL) : SQLITE_MISUSE;
}

#endif
