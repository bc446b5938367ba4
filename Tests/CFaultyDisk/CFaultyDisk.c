#include "CFaultyDisk.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct faulty_disk {
    char *directory;
    char *synchronised;
    long references, open_files;
    enum faulty_call call;
    long at;
    int lasts, code, half, is_armed;
    long counts[FAULTY_CALLS];
    long failures;
    faulty_disk *next;
};

typedef struct {
    sqlite3_file base;
    faulty_disk *disk;
    const char *name;  // SQLite keeps it until the file is closed
    sqlite3_file *real;  // behind this struct
} faulty_file;

static sqlite3_vfs *base;
static sqlite3_vfs layer;
static faulty_disk *disks;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static faulty_file *file_of(sqlite3_file *file) { return (faulty_file *)file; }
static sqlite3_file *real_of(sqlite3_file *file) { return file_of(file)->real; }

// MARK: Directories

/// The disk that a path stands on; NULL for all other files. The caller gives it back.
static faulty_disk *disk_of(const char *path) {
    const char *end = path ? strrchr(path, '/') : 0;
    if (!end) return 0;
    size_t length = (size_t)(end - path);
    pthread_mutex_lock(&mutex);
    faulty_disk *disk = disks;
    while (disk && !(strlen(disk->directory) == length && !memcmp(disk->directory, path, length))) disk = disk->next;
    if (disk) disk->references++;
    pthread_mutex_unlock(&mutex);
    return disk;
}

static void give_back(faulty_disk *disk) {
    pthread_mutex_lock(&mutex);
    int is_last = --disk->references == 0;
    pthread_mutex_unlock(&mutex);
    if (!is_last) return;
    free(disk->directory);
    free(disk->synchronised);
    free(disk);
}

faulty_disk *faulty_make(const char *directory, const char *synchronised) {
    faulty_disk *disk = calloc(1, sizeof *disk);
    if (!disk) return 0;
    disk->directory = strdup(directory);
    disk->synchronised = strdup(synchronised);
    disk->references = 1;
    pthread_mutex_lock(&mutex);
    disk->next = disks;
    disks = disk;
    pthread_mutex_unlock(&mutex);
    return disk;
}

void faulty_release(faulty_disk *disk) {
    pthread_mutex_lock(&mutex);
    for (faulty_disk **link = &disks; *link; link = &(*link)->next)
        if (*link == disk) {
            *link = disk->next;
            break;
        }
    pthread_mutex_unlock(&mutex);
    give_back(disk);
}

void faulty_arm(faulty_disk *disk, enum faulty_call call, long at, int lasts, int code, int half) {
    disk->call = call;
    disk->at = at;
    disk->lasts = lasts;
    disk->code = code;
    disk->half = half;
    __atomic_store_n(&disk->is_armed, 1, __ATOMIC_RELEASE);
}

void faulty_heal(faulty_disk *disk) { __atomic_store_n(&disk->is_armed, 0, __ATOMIC_RELEASE); }

static long value(long *counter) { return __atomic_load_n(counter, __ATOMIC_ACQUIRE); }
static long add(long *counter, long count) { return __atomic_add_fetch(counter, count, __ATOMIC_ACQ_REL); }

long faulty_count(faulty_disk *disk, enum faulty_call call) { return value(&disk->counts[call]); }
long faulty_failures(faulty_disk *disk) { return value(&disk->failures); }
long faulty_open_files(faulty_disk *disk) { return value(&disk->open_files); }

/// Counts a call; what it has to answer, 0 to do what it should.
static int fault(faulty_disk *disk, enum faulty_call call) {
    long number = add(&disk->counts[call], 1);
    if (!__atomic_load_n(&disk->is_armed, __ATOMIC_ACQUIRE) || disk->call != call) return SQLITE_OK;
    if (disk->lasts ? number < disk->at : number != disk->at) return SQLITE_OK;
    add(&disk->failures, 1);
    return disk->code;
}

#define FAIL(file, call)                                     \
    do {                                                     \
        int failure = fault(file_of(file)->disk, call);      \
        if (failure) return failure;                         \
    } while (0)

// MARK: What a power cut leaves

static void synchronised_path(faulty_disk *disk, const char *name, char *path) {
    snprintf(path, PATH_MAX, "%s/%s", disk->synchronised, strrchr(name, '/') + 1);
}

/// Copies a file, through the file that is open: to open it twice would cost the process its locks on it.
static int keep(faulty_file *file) {
    sqlite3_int64 size = 0;
    int result = file->real->pMethods->xFileSize(file->real, &size);
    if (result) return result;
    char *bytes = malloc((size_t)size + 1);
    if (!bytes) return SQLITE_IOERR_NOMEM;
    if (size) result = file->real->pMethods->xRead(file->real, bytes, (int)size, 0);
    char path[PATH_MAX];
    synchronised_path(file->disk, file->name, path);
    int copy = result ? -1 : open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (copy < 0 || write(copy, bytes, (size_t)size) != size) result = SQLITE_IOERR_FSYNC;
    if (copy >= 0) close(copy);
    free(bytes);
    return result;
}

// MARK: Files

static int file_close(sqlite3_file *file) {
    int result = real_of(file)->pMethods->xClose(real_of(file));
    add(&file_of(file)->disk->open_files, -1);
    give_back(file_of(file)->disk);
    return result;
}

static int file_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 at) {
    FAIL(file, FAULTY_READ);
    return real_of(file)->pMethods->xRead(real_of(file), bytes, count, at);
}

static int file_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 at) {
    sqlite3_file *real = real_of(file);
    int failure = fault(file_of(file)->disk, FAULTY_WRITE);
    if (!failure) return real->pMethods->xWrite(real, bytes, count, at);
    if (file_of(file)->disk->half && count > 1) real->pMethods->xWrite(real, bytes, count / 2, at);
    return failure;
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size) {
    FAIL(file, FAULTY_TRUNCATE);
    return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int file_sync(sqlite3_file *file, int flags) {
    (void)flags;
    FAIL(file, FAULTY_SYNC);
    return keep(file_of(file));
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size) {
    FAIL(file, FAULTY_SIZE);
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int file_lock(sqlite3_file *file, int level) {
    FAIL(file, FAULTY_LOCK);
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int file_unlock(sqlite3_file *file, int level) {
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int file_check_lock(sqlite3_file *file, int *is_reserved) {
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), is_reserved);
}

static int file_control(sqlite3_file *file, int operation, void *argument) {
    return real_of(file)->pMethods->xFileControl(real_of(file), operation, argument);
}

static int file_sector(sqlite3_file *file) { return real_of(file)->pMethods->xSectorSize(real_of(file)); }

static int file_device(sqlite3_file *file) {
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int file_shm_map(sqlite3_file *file, int region, int size, int extend, void volatile **memory) {
    FAIL(file, FAULTY_SHM_MAP);
    return real_of(file)->pMethods->xShmMap(real_of(file), region, size, extend, memory);
}

static int file_shm_lock(sqlite3_file *file, int offset, int count, int flags) {
    if (flags & SQLITE_SHM_LOCK) FAIL(file, FAULTY_SHM_LOCK);
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}

static void file_shm_barrier(sqlite3_file *file) { real_of(file)->pMethods->xShmBarrier(real_of(file)); }

static int file_shm_unmap(sqlite3_file *file, int deletes) {
    return real_of(file)->pMethods->xShmUnmap(real_of(file), deletes);
}

static int file_fetch(sqlite3_file *file, sqlite3_int64 at, int count, void **memory) {
    return real_of(file)->pMethods->xFetch(real_of(file), at, count, memory);
}

static int file_unfetch(sqlite3_file *file, sqlite3_int64 at, void *memory) {
    return real_of(file)->pMethods->xUnfetch(real_of(file), at, memory);
}

static const sqlite3_io_methods methods = {
    3, file_close, file_read, file_write, file_truncate, file_sync, file_size, file_lock, file_unlock,
    file_check_lock, file_control, file_sector, file_device, file_shm_map, file_shm_lock, file_shm_barrier,
    file_shm_unmap, file_fetch, file_unfetch,
};

// MARK: The layer

static int layer_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *given) {
    (void)vfs;
    faulty_disk *disk = disk_of(name);
    if (!disk) return base->xOpen(base, name, file, flags, given);
    faulty_file *opened = file_of(file);
    memset(opened, 0, sizeof *opened);
    opened->real = (sqlite3_file *)(opened + 1);
    int result = fault(disk, FAULTY_OPEN);
    if (!result) result = base->xOpen(base, name, opened->real, flags, given);
    if (result) {
        give_back(disk);
        return result;
    }
    opened->disk = disk;
    opened->name = name;
    opened->base.pMethods = &methods;
    add(&disk->open_files, 1);
    return SQLITE_OK;
}

static int layer_delete(sqlite3_vfs *vfs, const char *name, int synchronises) {
    (void)vfs;
    faulty_disk *disk = disk_of(name);
    int result = disk ? fault(disk, FAULTY_DELETE) : SQLITE_OK;
    if (!result) result = base->xDelete(base, name, disk ? 0 : synchronises);
    if (disk) {
        char path[PATH_MAX];
        synchronised_path(disk, name, path);
        if (!result) unlink(path);
        give_back(disk);
    }
    return result;
}

static int layer_access(sqlite3_vfs *vfs, const char *name, int flags, int *answer) {
    (void)vfs;
    faulty_disk *disk = disk_of(name);
    int result = disk ? fault(disk, FAULTY_ACCESS) : SQLITE_OK;
    if (disk) give_back(disk);
    return result ? result : base->xAccess(base, name, flags, answer);
}

static int registered = SQLITE_ERROR;

static void register_layer(void) {
    base = sqlite3_vfs_find(0);
    if (!base) return;
    layer = *base;
    layer.pNext = 0;
    layer.zName = "faulty";
    layer.szOsFile = (int)sizeof(faulty_file) + base->szOsFile;
    layer.xOpen = layer_open;
    layer.xDelete = layer_delete;
    layer.xAccess = layer_access;
    registered = sqlite3_vfs_register(&layer, 1);
}

int faulty_register(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, register_layer);
    return registered;
}
