// What Swift cannot import from sqlite3.h: variadic functions and cast macros.
#ifndef APUS_CSQLITE_SHIM_H
#define APUS_CSQLITE_SHIM_H

#define SQLITE_ENABLE_PREUPDATE_HOOK 1
#include <sqlite3.h>

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

#endif
