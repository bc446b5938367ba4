// One row of the table, between JSON and SQLite.
#ifndef BASELINE_ITEM_H
#define BASELINE_ITEM_H

#include "buffer.h"

typedef struct {
    int64_t id, n;
    Text title, body;
} Item;

/// The row as a JSON object.
void item_append(Buffer *buffer, const Item *item);

/// Reads `{"title":…,"body":…,"n":…}`, members in any order, each once at least. The texts of
/// the item point into `storage`, which holds them unescaped. False if it is anything else.
bool item_read(Item *item, Text json, Buffer *storage);

#endif
