#include "CSQLiteLog.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    /// SQLite's VFS for Unix cuts off what is longer than 128 KiB (os_unix.c, seekAndWriteFd).
    GATHERED_BYTES = 1 << 16,
    /// The header of a frame (walformat.html §2.2). The page follows it.
    FRAME_HEADER_BYTES = 24,
    /// The lock of who writes (walformat.html §2.3.1).
    WRITE_LOCK = 0,
};

/// What the header that was written last begins.
typedef enum { NO_FRAME, FRAME, COMMIT_FRAME } frame_kind;

/// The write-ahead log of a connection. Used by one thread at a time, as all of the connection is.
typedef struct {
    sqlite3_file base;
    sqlite3_file *real;  // behind this struct
    struct database_file *database;
    char *bytes;
    int count;
    sqlite3_int64 at;
    frame_kind begun;  // by the last write
} log_file;

/// The database of a connection, which holds the locks of its log.
typedef struct database_file {
    sqlite3_file base;
    sqlite3_file *real;  // behind this struct
    log_file *log;
} database_file;

static log_file *log_of(sqlite3_file *file) { return (log_file *)file; }
static database_file *database_of(sqlite3_file *file) { return (database_file *)file; }

// MARK: The log

static int write_out(log_file *log) {
    if (!log->count) return SQLITE_OK;
    int count = log->count;
    log->count = 0;
    return log->real->pMethods->xWrite(log->real, log->bytes, count, log->at);
}

static void drop(log_file *log) {
    log->count = 0;
    log->begun = NO_FRAME;
}

/// Writes out what is gathered, and returns if that fails.
#define WRITE_OUT(log)                  \
    do {                                \
        int failure = write_out(log);   \
        if (failure) return failure;    \
    } while (0)

/// What a write begins: the header of the frame of a COMMIT says how many pages the database has
/// then, that of another one 0.
static frame_kind begun_by(const char *bytes, int count) {
    if (count != FRAME_HEADER_BYTES) return NO_FRAME;
    return bytes[4] || bytes[5] || bytes[6] || bytes[7] ? COMMIT_FRAME : FRAME;
}

/// Gathers headers and pages of frames that follow one another, until the page of a COMMIT. All
/// else, as a header that is written anew, stands in the file when this returns.
static int log_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 at) {
    log_file *log = log_of(file);
    if (at != log->at + log->count || count > GATHERED_BYTES - log->count) WRITE_OUT(log);
    frame_kind before = log->begun;
    log->begun = begun_by(bytes, count);
    int waits = log->begun == FRAME || (log->begun == NO_FRAME && before == FRAME)
        || (log->begun == COMMIT_FRAME && log->count);
    if (!log->count && (!waits || count > GATHERED_BYTES))
        return log->real->pMethods->xWrite(log->real, bytes, count, at);
    if (!log->count) log->at = at;
    memcpy(log->bytes + log->count, bytes, (size_t)count);
    log->count += count;
    return waits ? SQLITE_OK : write_out(log);
}

static int log_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 at) {
    WRITE_OUT(log_of(file));
    return log_of(file)->real->pMethods->xRead(log_of(file)->real, bytes, count, at);
}

static int log_truncate(sqlite3_file *file, sqlite3_int64 size) {
    WRITE_OUT(log_of(file));
    return log_of(file)->real->pMethods->xTruncate(log_of(file)->real, size);
}

static int log_sync(sqlite3_file *file, int flags) {
    WRITE_OUT(log_of(file));
    return log_of(file)->real->pMethods->xSync(log_of(file)->real, flags);
}

static int log_size(sqlite3_file *file, sqlite3_int64 *size) {
    WRITE_OUT(log_of(file));
    return log_of(file)->real->pMethods->xFileSize(log_of(file)->real, size);
}

static int log_lock(sqlite3_file *file, int level) {
    return log_of(file)->real->pMethods->xLock(log_of(file)->real, level);
}

static int log_unlock(sqlite3_file *file, int level) {
    return log_of(file)->real->pMethods->xUnlock(log_of(file)->real, level);
}

static int log_check_lock(sqlite3_file *file, int *is_reserved) {
    return log_of(file)->real->pMethods->xCheckReservedLock(log_of(file)->real, is_reserved);
}

static int log_control(sqlite3_file *file, int operation, void *argument) {
    return log_of(file)->real->pMethods->xFileControl(log_of(file)->real, operation, argument);
}

static int log_sector(sqlite3_file *file) {
    return log_of(file)->real->pMethods->xSectorSize(log_of(file)->real);
}

static int log_device(sqlite3_file *file) {
    return log_of(file)->real->pMethods->xDeviceCharacteristics(log_of(file)->real);
}

static int log_close(sqlite3_file *file) {
    log_file *log = log_of(file);
    if (log->database) log->database->log = 0;
    free(log->bytes);
    return log->real->pMethods->xClose(log->real);
}

static const sqlite3_io_methods log_methods = {
    .iVersion = 1,
    .xClose = log_close,
    .xRead = log_read,
    .xWrite = log_write,
    .xTruncate = log_truncate,
    .xSync = log_sync,
    .xFileSize = log_size,
    .xLock = log_lock,
    .xUnlock = log_unlock,
    .xCheckReservedLock = log_check_lock,
    .xFileControl = log_control,
    .xSectorSize = log_sector,
    .xDeviceCharacteristics = log_device,
};

// MARK: The database, for its locks

static int database_shm_lock(sqlite3_file *file, int offset, int count, int flags) {
    database_file *database = database_of(file);
    // What is still gathered was not committed. Another process may write next, to the same places.
    int ends_writing = offset == WRITE_LOCK && flags & SQLITE_SHM_UNLOCK;
    if (ends_writing && database->log) drop(database->log);
    return database->real->pMethods->xShmLock(database->real, offset, count, flags);
}

static int database_close(sqlite3_file *file) {
    if (database_of(file)->log) database_of(file)->log->database = 0;
    return database_of(file)->real->pMethods->xClose(database_of(file)->real);
}

static int database_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 at) {
    return database_of(file)->real->pMethods->xRead(database_of(file)->real, bytes, count, at);
}

static int database_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 at) {
    return database_of(file)->real->pMethods->xWrite(database_of(file)->real, bytes, count, at);
}

static int database_truncate(sqlite3_file *file, sqlite3_int64 size) {
    return database_of(file)->real->pMethods->xTruncate(database_of(file)->real, size);
}

static int database_sync(sqlite3_file *file, int flags) {
    return database_of(file)->real->pMethods->xSync(database_of(file)->real, flags);
}

static int database_size(sqlite3_file *file, sqlite3_int64 *size) {
    return database_of(file)->real->pMethods->xFileSize(database_of(file)->real, size);
}

static int database_lock(sqlite3_file *file, int level) {
    return database_of(file)->real->pMethods->xLock(database_of(file)->real, level);
}

static int database_unlock(sqlite3_file *file, int level) {
    return database_of(file)->real->pMethods->xUnlock(database_of(file)->real, level);
}

static int database_check_lock(sqlite3_file *file, int *is_reserved) {
    return database_of(file)->real->pMethods->xCheckReservedLock(database_of(file)->real, is_reserved);
}

static int database_control(sqlite3_file *file, int operation, void *argument) {
    return database_of(file)->real->pMethods->xFileControl(database_of(file)->real, operation, argument);
}

static int database_sector(sqlite3_file *file) {
    return database_of(file)->real->pMethods->xSectorSize(database_of(file)->real);
}

static int database_device(sqlite3_file *file) {
    return database_of(file)->real->pMethods->xDeviceCharacteristics(database_of(file)->real);
}

static int database_shm_map(sqlite3_file *file, int region, int size, int extends, void volatile **memory) {
    return database_of(file)->real->pMethods->xShmMap(database_of(file)->real, region, size, extends, memory);
}

static void database_shm_barrier(sqlite3_file *file) {
    database_of(file)->real->pMethods->xShmBarrier(database_of(file)->real);
}

static int database_shm_unmap(sqlite3_file *file, int deletes) {
    return database_of(file)->real->pMethods->xShmUnmap(database_of(file)->real, deletes);
}

static int database_fetch(sqlite3_file *file, sqlite3_int64 at, int count, void **memory) {
    return database_of(file)->real->pMethods->xFetch(database_of(file)->real, at, count, memory);
}

static int database_unfetch(sqlite3_file *file, sqlite3_int64 at, void *memory) {
    return database_of(file)->real->pMethods->xUnfetch(database_of(file)->real, at, memory);
}

static const sqlite3_io_methods database_methods = {
    .iVersion = 3,
    .xClose = database_close,
    .xRead = database_read,
    .xWrite = database_write,
    .xTruncate = database_truncate,
    .xSync = database_sync,
    .xFileSize = database_size,
    .xLock = database_lock,
    .xUnlock = database_unlock,
    .xCheckReservedLock = database_check_lock,
    .xFileControl = database_control,
    .xSectorSize = database_sector,
    .xDeviceCharacteristics = database_device,
    .xShmMap = database_shm_map,
    .xShmLock = database_shm_lock,
    .xShmBarrier = database_shm_barrier,
    .xShmUnmap = database_shm_unmap,
    .xFetch = database_fetch,
    .xUnfetch = database_unfetch,
};

// MARK: The VFS

/// The VFS below a layer.
static sqlite3_vfs *base_of(sqlite3_vfs *layer) { return layer->pAppData; }

static int open_database(sqlite3_vfs *base, const char *name, sqlite3_file *file, int flags, int *given) {
    database_file *database = database_of(file);
    memset(database, 0, sizeof *database);
    database->real = (sqlite3_file *)(database + 1);
    int result = base->xOpen(base, name, database->real, flags, given);
    // From the third version on there is all that the table of methods passes on.
    if (!result && database->real->pMethods->iVersion < 3) result = SQLITE_CANTOPEN;
    if (result && database->real->pMethods) database->real->pMethods->xClose(database->real);
    if (!result) database->base.pMethods = &database_methods;
    return result;
}

static int open_log(sqlite3_vfs *base, const char *name, sqlite3_file *file, int flags, int *given) {
    log_file *log = log_of(file);
    memset(log, 0, sizeof *log);
    log->real = (sqlite3_file *)(log + 1);
    log->bytes = malloc(GATHERED_BYTES);
    if (!log->bytes) return SQLITE_NOMEM;
    int result = base->xOpen(base, name, log->real, flags, given);
    if (result) {
        if (log->real->pMethods) log->real->pMethods->xClose(log->real);
        free(log->bytes);
        return result;
    }
    log->database = database_of(sqlite3_database_file_object(name));
    log->database->log = log;
    log->base.pMethods = &log_methods;
    return SQLITE_OK;
}

static int layer_open(sqlite3_vfs *layer, const char *name, sqlite3_file *file, int flags, int *given) {
    sqlite3_vfs *base = base_of(layer);
    if (flags & SQLITE_OPEN_MAIN_DB) return open_database(base, name, file, flags, given);
    if (flags & SQLITE_OPEN_WAL) return open_log(base, name, file, flags, given);
    return base->xOpen(base, name, file, flags, given);
}

const char *csqlite_log_vfs(void) {
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    sqlite3_vfs *base = sqlite3_vfs_find(0);
    char name[64];
    snprintf(name, sizeof name, "%s-gathered", base->zName);
    pthread_mutex_lock(&mutex);
    sqlite3_vfs *layer = sqlite3_vfs_find(name);
    if (!layer && (layer = malloc(sizeof *layer))) {
        *layer = *base;
        layer->pNext = 0;
        layer->pAppData = base;
        layer->zName = strdup(name);
        layer->szOsFile = (int)sizeof(log_file) + base->szOsFile;
        layer->xOpen = layer_open;
        if (sqlite3_vfs_register(layer, 0)) layer = 0;
    }
    pthread_mutex_unlock(&mutex);
    return layer ? layer->zName : 0;
}
