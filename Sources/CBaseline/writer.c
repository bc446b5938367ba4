#define _GNU_SOURCE
#include "writer.h"

#include "loop.h"
#include "websocket.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef struct {
    sqlite3 *handle;
    sqlite3_stmt *begin, *commit, *rollback, *insertItem, *insertChange;
    Loop *loops;
    int loopCount;
    Buffer row;
} Writer;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t filled = PTHREAD_COND_INITIALIZER;
static Insert *waiting, **waitingEnd = &waiting;  // under the lock, oldest first

void writer_enqueue(Insert *insert) {
    insert->next = NULL;
    pthread_mutex_lock(&lock);
    *waitingEnd = insert;
    waitingEnd = &insert->next;
    pthread_cond_signal(&filled);
    pthread_mutex_unlock(&lock);
}

static Insert *take_all(void) {
    pthread_mutex_lock(&lock);
    while (!waiting) pthread_cond_wait(&filled, &lock);
    Insert *inserts = waiting;
    waiting = NULL;
    waitingEnd = &waiting;
    pthread_mutex_unlock(&lock);
    return inserts;
}

/// Writes a row and its line of the change log.
static bool write_row(Writer *writer, Item *item, time_t now) {
    sqlite3_stmt *row = writer->insertItem, *change = writer->insertChange;
    sqlite3_bind_text(row, 1, item->title.bytes, (int)item->title.count, SQLITE_STATIC);
    sqlite3_bind_text(row, 2, item->body.bytes, (int)item->body.count, SQLITE_STATIC);
    sqlite3_bind_int64(row, 3, item->n);
    if (!statement_run(row)) return false;
    item->id = sqlite3_last_insert_rowid(writer->handle);
    writer->row.count = 0;
    item_append(&writer->row, item);
    sqlite3_bind_int64(change, 1, now);
    sqlite3_bind_text(change, 2, writer->row.bytes, (int)writer->row.count, SQLITE_STATIC);
    return statement_run(change);
}

static bool commit(Writer *writer, Insert *inserts) {
    bool good = statement_run(writer->begin);
    time_t now = time(NULL);
    for (Insert *insert = inserts; good && insert; insert = insert->next)
        good = write_row(writer, &insert->item, now);
    if (good && statement_run(writer->commit)) return true;
    fprintf(stderr, "baseline: commit: %s\n", sqlite3_errmsg(writer->handle));
    statement_run(writer->rollback);
    return false;
}

static Broadcast *encode(const Writer *writer, const Insert *inserts) {
    Broadcast *broadcast = calloc(1, sizeof *broadcast);
    if (!broadcast) fail("calloc", "memory is out");
    struct timespec now;
    struct tm parts;
    char seconds[24], time[32];
    clock_gettime(CLOCK_REALTIME, &now);
    strftime(seconds, sizeof seconds, "%Y-%m-%dT%H:%M:%S", gmtime_r(&now.tv_sec, &parts));
    int length = snprintf(time, sizeof time, "%s.%03dZ", seconds, (int)(now.tv_nsec / 1000000));
    broadcast->holders = writer->loopCount;
    for (const Insert *insert = inserts; insert; insert = insert->next)
        websocket_append_insert(&broadcast->frames, &insert->item, (Text){time, (size_t)length});
    return broadcast;
}

/// Moves the inserts of one loop from the batch into its outcome, and hands that over.
static void tell(Loop *loop, Insert **batch, Broadcast *broadcast) {
    Insert *own = NULL;
    for (Insert **link = batch; *link;) {
        Insert *insert = *link;
        if (insert->loop != loop) {
            link = &insert->next;
            continue;
        }
        *link = insert->next;
        insert->next = own;
        own = insert;
    }
    if (!own && !broadcast) return;
    Outcome *outcome = calloc(1, sizeof *outcome);
    if (!outcome) fail("calloc", "memory is out");
    *outcome = (Outcome){.inserts = own, .broadcast = broadcast};
    loop_deliver(loop, outcome);
}

static void *write_forever(void *argument) {
    Writer *writer = argument;
    for (;;) {
        Insert *batch = take_all();
        bool good = commit(writer, batch);
        for (Insert *insert = batch; insert; insert = insert->next) insert->failed = !good;
        Broadcast *broadcast = good && loop_has_subscribers() ? encode(writer, batch) : NULL;
        for (int index = 0; index < writer->loopCount; index++)
            tell(&writer->loops[index], &batch, broadcast);
    }
}

void writer_start(const char *path, Loop *loops, int loopCount) {
    static Writer writer;
    sqlite3 *handle = database_open_writer(path);
    writer = (Writer){
        .handle = handle,
        .begin = database_prepare(handle, "BEGIN IMMEDIATE"),
        .commit = database_prepare(handle, "COMMIT"),
        .rollback = database_prepare(handle, "ROLLBACK"),
        .insertItem = database_prepare(
            handle, "INSERT INTO items (title, body, n) VALUES (?1, ?2, ?3)"),
        .insertChange = database_prepare(
            handle, "INSERT INTO changes (time, model, operation, new)"
                    " VALUES (?1, 'items', 'INSERT', ?2)"),
        .loops = loops,
        .loopCount = loopCount,
    };
    pthread_t thread;
    if (pthread_create(&thread, NULL, write_forever, &writer)) fail("pthread_create", "refused");
}

void broadcast_release(Broadcast *broadcast) {
    if (atomic_fetch_sub(&broadcast->holders, 1) > 1) return;
    free(broadcast->frames.bytes);
    free(broadcast);
}
