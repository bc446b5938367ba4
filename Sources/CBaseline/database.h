// The SQLite file: how it is opened, and what a loop reads from it.
#ifndef BASELINE_DATABASE_H
#define BASELINE_DATABASE_H

#include "item.h"

#include <sqlite3.h>

/// How some rows are found: ?1 is how many at the most, ?2 what they must match.
typedef struct {
    sqlite3_stmt *rows, *count;
} Query;

/// One loop's read-only connection with its statements.
typedef struct {
    sqlite3 *handle;
    sqlite3_stmt *begin, *commit;
    /// One item by its key, all of them, those from a number on, those up to a title, the notes of
    /// one owner.
    Query item, items, itemsFrom, itemsUpTo, notes;
} Reader;

/// Opens the file and makes its tables, if they are not there. Durable commits: WAL, FULL.
sqlite3 *database_open_writer(const char *path);

void database_open_reader(Reader *reader, const char *path);

sqlite3_stmt *database_prepare(sqlite3 *handle, const char *sql);

/// Runs a statement that returns no rows. False if it failed.
bool statement_run(sqlite3_stmt *statement);

/// Runs a statement that returns items and appends them as a JSON array. Their count, or -1.
int64_t statement_append_items(sqlite3_stmt *statement, Buffer *buffer);

/// The first number of the first row.
int64_t statement_number(sqlite3_stmt *statement);

#endif
