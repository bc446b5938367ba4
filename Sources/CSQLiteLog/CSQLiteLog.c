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

/// A file of the VFS below, behind one of ours.
typedef struct {
    sqlite3_file base;
    sqlite3_file *real;  // behind the struct that begins with this one
} layered_file;

/// The write-ahead log of a connection. Used by one thread at a time, as all of the connection is.
typedef struct {
    layered_file file;
    struct database_file *database;
    char *bytes;
    int count;
    sqlite3_int64 at;
    frame_kind begun;  // by the last write
    int failure;  // of what was gathered, until the transaction is over
} log_file;

/// The database of a connection, which holds the locks of its log.
typedef struct database_file {
    layered_file file;
    log_file *log;
} database_file;

static sqlite3_file *real_of(sqlite3_file *file) { return ((layered_file *)file)->real; }
static const sqlite3_io_methods *methods_of(sqlite3_file *file) { return real_of(file)->pMethods; }
static log_file *log_of(sqlite3_file *file) { return (log_file *)file; }
static database_file *database_of(sqlite3_file *file) { return (database_file *)file; }

// MARK: What is passed on as it is

static int pass_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 at) {
    return methods_of(file)->xRead(real_of(file), bytes, count, at);
}

static int pass_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 at) {
    return methods_of(file)->xWrite(real_of(file), bytes, count, at);
}

static int pass_truncate(sqlite3_file *file, sqlite3_int64 size) {
    return methods_of(file)->xTruncate(real_of(file), size);
}

static int pass_sync(sqlite3_file *file, int flags) {
    return methods_of(file)->xSync(real_of(file), flags);
}

static int pass_size(sqlite3_file *file, sqlite3_int64 *size) {
    return methods_of(file)->xFileSize(real_of(file), size);
}

static int pass_lock(sqlite3_file *file, int level) {
    return methods_of(file)->xLock(real_of(file), level);
}

static int pass_unlock(sqlite3_file *file, int level) {
    return methods_of(file)->xUnlock(real_of(file), level);
}

static int pass_check_lock(sqlite3_file *file, int *is_reserved) {
    return methods_of(file)->xCheckReservedLock(real_of(file), is_reserved);
}

static int pass_control(sqlite3_file *file, int operation, void *argument) {
    return methods_of(file)->xFileControl(real_of(file), operation, argument);
}

static int pass_sector(sqlite3_file *file) { return methods_of(file)->xSectorSize(real_of(file)); }

static int pass_device(sqlite3_file *file) {
    return methods_of(file)->xDeviceCharacteristics(real_of(file));
}

static int pass_shm_map(sqlite3_file *file, int region, int size, int extends,
                        void volatile **memory) {
    return methods_of(file)->xShmMap(real_of(file), region, size, extends, memory);
}

static int pass_shm_lock(sqlite3_file *file, int offset, int count, int flags) {
    return methods_of(file)->xShmLock(real_of(file), offset, count, flags);
}

static void pass_shm_barrier(sqlite3_file *file) { methods_of(file)->xShmBarrier(real_of(file)); }

static int pass_shm_unmap(sqlite3_file *file, int deletes) {
    return methods_of(file)->xShmUnmap(real_of(file), deletes);
}

static int pass_fetch(sqlite3_file *file, sqlite3_int64 at, int count, void **memory) {
    return methods_of(file)->xFetch(real_of(file), at, count, memory);
}

static int pass_unfetch(sqlite3_file *file, sqlite3_int64 at, void *memory) {
    return methods_of(file)->xUnfetch(real_of(file), at, memory);
}

// MARK: The log

static void drop(log_file *log) {
    log->failure = SQLITE_OK;
    log->count = 0;
    log->begun = NO_FRAME;
}

/// Writes what is gathered. Where that has failed once there is a hole: nothing of the transaction
/// can be read or synchronised any more.
static int write_out(log_file *log) {
    if (!log->count || log->failure) return log->failure;
    log->failure = pass_write(&log->file.base, log->bytes, log->count, log->at);
    log->count = 0;
    return log->failure;
}

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
    if (log->failure || at != log->at + log->count || count > GATHERED_BYTES - log->count) {
        int failure = write_out(log);
        if (failure) return failure;
    }
    frame_kind before = log->begun;
    log->begun = begun_by(bytes, count);
    int waits = log->begun == FRAME || (log->begun == NO_FRAME && before == FRAME)
        || (log->begun == COMMIT_FRAME && log->count);
    if (!log->count && (!waits || count > GATHERED_BYTES))
        return pass_write(file, bytes, count, at);
    if (!log->count) log->at = at;
    memcpy(log->bytes + log->count, bytes, (size_t)count);
    log->count += count;
    return waits ? SQLITE_OK : write_out(log);
}

static int log_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 at) {
    // SQLite would take a full disk for the failure of one statement.
    if (write_out(log_of(file))) return SQLITE_IOERR_WRITE;
    return pass_read(file, bytes, count, at);
}

static int log_truncate(sqlite3_file *file, sqlite3_int64 size) {
    int failure = write_out(log_of(file));
    return failure ? failure : pass_truncate(file, size);
}

static int log_sync(sqlite3_file *file, int flags) {
    int failure = write_out(log_of(file));
    return failure ? failure : pass_sync(file, flags);
}

static int log_size(sqlite3_file *file, sqlite3_int64 *size) {
    int failure = write_out(log_of(file));
    return failure ? failure : pass_size(file, size);
}

static int log_close(sqlite3_file *file) {
    log_file *log = log_of(file);
    if (log->database) log->database->log = 0;
    free(log->bytes);
    return methods_of(file)->xClose(real_of(file));
}

static const sqlite3_io_methods log_methods = {
    .iVersion = 1,
    .xClose = log_close,
    .xRead = log_read,
    .xWrite = log_write,
    .xTruncate = log_truncate,
    .xSync = log_sync,
    .xFileSize = log_size,
    .xLock = pass_lock,
    .xUnlock = pass_unlock,
    .xCheckReservedLock = pass_check_lock,
    .xFileControl = pass_control,
    .xSectorSize = pass_sector,
    .xDeviceCharacteristics = pass_device,
};

// MARK: The database, for its locks

/// What is still gathered when the writing ends was not committed. Another process may write next,
/// to the same places.
static int database_shm_lock(sqlite3_file *file, int offset, int count, int flags) {
    log_file *log = database_of(file)->log;
    if (log && offset == WRITE_LOCK && flags & SQLITE_SHM_UNLOCK) drop(log);
    return pass_shm_lock(file, offset, count, flags);
}

static int database_close(sqlite3_file *file) {
    if (database_of(file)->log) database_of(file)->log->database = 0;
    return methods_of(file)->xClose(real_of(file));
}

static const sqlite3_io_methods database_methods = {
    .iVersion = 3,
    .xClose = database_close,
    .xRead = pass_read,
    .xWrite = pass_write,
    .xTruncate = pass_truncate,
    .xSync = pass_sync,
    .xFileSize = pass_size,
    .xLock = pass_lock,
    .xUnlock = pass_unlock,
    .xCheckReservedLock = pass_check_lock,
    .xFileControl = pass_control,
    .xSectorSize = pass_sector,
    .xDeviceCharacteristics = pass_device,
    .xShmMap = pass_shm_map,
    .xShmLock = database_shm_lock,
    .xShmBarrier = pass_shm_barrier,
    .xShmUnmap = pass_shm_unmap,
    .xFetch = pass_fetch,
    .xUnfetch = pass_unfetch,
};

// MARK: The VFS

/// Opens the file of the VFS below, in the memory behind the struct of ours.
static int open_real(sqlite3_vfs *base, const char *name, sqlite3_file *file, sqlite3_file *real,
                     int flags, int *given) {
    ((layered_file *)file)->real = real;
    int result = base->xOpen(base, name, real, flags, given);
    // From the third version on the file has all that the tables of methods pass on.
    if (!result && real->pMethods->iVersion < 3) result = SQLITE_CANTOPEN;
    if (result && real->pMethods) real->pMethods->xClose(real);
    return result;
}

static int open_database(sqlite3_vfs *base, const char *name, sqlite3_file *file, int flags,
                         int *given) {
    database_file *database = database_of(file);
    memset(database, 0, sizeof *database);
    int result = open_real(base, name, file, (sqlite3_file *)(database + 1), flags, given);
    if (!result) file->pMethods = &database_methods;
    return result;
}

static int open_log(sqlite3_vfs *base, const char *name, sqlite3_file *file, int flags,
                    int *given) {
    log_file *log = log_of(file);
    memset(log, 0, sizeof *log);
    log->bytes = malloc(GATHERED_BYTES);
    if (!log->bytes) return SQLITE_NOMEM;
    int result = open_real(base, name, file, (sqlite3_file *)(log + 1), flags, given);
    if (result) {
        free(log->bytes);
        return result;
    }
    log->database = database_of(sqlite3_database_file_object(name));
    log->database->log = log;
    file->pMethods = &log_methods;
    return SQLITE_OK;
}

static int layer_open(sqlite3_vfs *layer, const char *name, sqlite3_file *file, int flags,
                      int *given) {
    sqlite3_vfs *base = layer->pAppData;
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
        if (!layer->zName || sqlite3_vfs_register(layer, 0)) layer = 0;
    }
    pthread_mutex_unlock(&mutex);
    return layer ? layer->zName : 0;
}
