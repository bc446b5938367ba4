#include "database.h"

#include <stdio.h>

static sqlite3 *open_file(const char *path, int flags, const char *settings) {
    sqlite3 *handle = NULL;
    int result = sqlite3_open_v2(path, &handle, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (result == SQLITE_OK) sqlite3_busy_timeout(handle, 5000);
    if (result == SQLITE_OK) result = sqlite3_exec(handle, settings, NULL, NULL, NULL);
    if (result != SQLITE_OK) fail(path, handle ? sqlite3_errmsg(handle) : sqlite3_errstr(result));
    return handle;
}

// The whole file is mapped: what a page costs through read(2) is no part of the floor.
#define CACHE "PRAGMA mmap_size=1073741824; PRAGMA cache_size=-32768;"

sqlite3 *database_open_writer(const char *path) {
    return open_file(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, CACHE
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "CREATE TABLE IF NOT EXISTS items (id INTEGER PRIMARY KEY, title TEXT NOT NULL,"
        "  body TEXT NOT NULL, n INTEGER NOT NULL) STRICT;"
        "CREATE INDEX IF NOT EXISTS items_n ON items (n);"
        "CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, owner_id TEXT NOT NULL,"
        "  title TEXT NOT NULL, body TEXT NOT NULL, n INTEGER NOT NULL) STRICT;"
        "CREATE INDEX IF NOT EXISTS notes_owner_id ON notes (owner_id);"
        "CREATE TABLE IF NOT EXISTS changes (seq INTEGER PRIMARY KEY, time INTEGER NOT NULL,"
        "  model TEXT NOT NULL, operation TEXT NOT NULL, new TEXT) STRICT;");
}

static Query prepare(sqlite3 *handle, const char *source, const char *window) {
    char rows[128], count[128];
    snprintf(rows, sizeof rows, "SELECT id, title, body, n FROM %s %s", source, window);
    snprintf(count, sizeof count, "SELECT count(*) FROM %s", source);
    return (Query){database_prepare(handle, rows), database_prepare(handle, count)};
}

void database_open_reader(Reader *reader, const char *path) {
    sqlite3 *handle = reader->handle = open_file(path, SQLITE_OPEN_READONLY, CACHE);
    reader->begin = database_prepare(handle, "BEGIN");
    reader->commit = database_prepare(handle, "COMMIT");
    reader->item = prepare(handle, "items WHERE id = ?2", "");
    reader->items = prepare(handle, "items", "LIMIT ?1");
    reader->itemsFrom = prepare(handle, "items WHERE n >= ?2", "ORDER BY n LIMIT ?1");
    reader->itemsUpTo = prepare(
        handle, "items WHERE title >= 'Item 1' AND title <= ?2", "ORDER BY id LIMIT ?1");
    reader->notes = prepare(handle, "notes WHERE owner_id = ?2", "ORDER BY id LIMIT ?1");
}

sqlite3_stmt *database_prepare(sqlite3 *handle, const char *sql) {
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v3(handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL))
        fail(sql, sqlite3_errmsg(handle));
    return statement;
}

bool statement_run(sqlite3_stmt *statement) {
    int result = sqlite3_step(statement);
    sqlite3_reset(statement);
    return result == SQLITE_DONE;
}

static Text column_text(sqlite3_stmt *statement, int column) {
    const char *bytes = (const char *)sqlite3_column_text(statement, column);
    return (Text){bytes, (size_t)sqlite3_column_bytes(statement, column)};
}

int64_t statement_append_items(sqlite3_stmt *statement, Buffer *buffer) {
    int64_t rows = 0;
    int result;
    buffer_append(buffer, TEXT("["));
    while ((result = sqlite3_step(statement)) == SQLITE_ROW) {
        if (rows++) buffer_append(buffer, TEXT(",\n "));
        Item item = {
            sqlite3_column_int64(statement, 0), sqlite3_column_int64(statement, 3),
            column_text(statement, 1), column_text(statement, 2)};
        item_append(buffer, &item);
    }
    sqlite3_reset(statement);
    buffer_append(buffer, TEXT("]"));
    return result == SQLITE_DONE ? rows : -1;
}

int64_t statement_number(sqlite3_stmt *statement) {
    int64_t number = 0;
    if (sqlite3_step(statement) == SQLITE_ROW) number = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return number;
}
