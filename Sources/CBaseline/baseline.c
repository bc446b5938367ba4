// The least a server can do: one thread, one epoll, SQLite with prepared statements, bytes appended by hand. It
// answers the benchmark's requests with the bytes Apus answers them with and knows nothing else: no rules, no
// tokens, no limits. Inserts of one turn are committed together, synchronous=FULL, and answered after the commit.
//
//   GET  /rest/v1/items?id=eq.N                     one row
//   GET  /rest/v1/items?n=gte.N&order=n.asc&limit=20  twenty rows of an index
//   GET  /rest/v1/items?limit=20                    twenty rows
//   POST /rest/v1/items {"title":…,"body":…,"n":…}  201
//   GET  /realtime/v1/websocket                     every insert, as a text frame

#define _GNU_SOURCE  // strcasestr, memmem; this translation unit only
#include "CBaseline.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_FD = 20000, IN_BYTES = 16384, EVENTS = 512, PENDING_MAX = 4096 };

typedef struct {
    char *bytes;
    size_t count, capacity;
} Buffer;

typedef struct {
    int fd, dirty, subscriber, blocked;
    size_t used;
    Buffer out;
    char in[IN_BYTES];
} Connection;

typedef struct {
    int fd;
    char title[256], body[1024];
    sqlite3_int64 n, id;
} Insert;

const void *cbaseline_find(const void *bytes, size_t count, const void *wanted, size_t wantedCount) {
    return memmem(bytes, count, wanted, wantedCount);
}

static Connection *connections[MAX_FD];
static int dirty[MAX_FD], dirtyCount;
static int subscribers[MAX_FD], subscriberCount;
static Insert pending[PENDING_MAX];
static int pendingCount, epollFD;
static sqlite3 *db;
static sqlite3_stmt *byID, *firstRows, *byN, *insertRow, *begin, *commit;

static void append(Buffer *b, const void *bytes, size_t count) {
    if (b->count + count > b->capacity) {
        b->capacity = (b->count + count) * 2;
        b->bytes = realloc(b->bytes, b->capacity);
    }
    memcpy(b->bytes + b->count, bytes, count);
    b->count += count;
}

static void text(Buffer *b, const char *s) { append(b, s, strlen(s)); }

static void number(Buffer *b, sqlite3_int64 value) {
    char digits[24];
    append(b, digits, (size_t)snprintf(digits, sizeof digits, "%lld", (long long)value));
}

static void quoted(Buffer *b, const char *s, size_t count) {
    append(b, "\"", 1);
    size_t start = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        char escape[8];
        append(b, s + start, i - start);
        append(b, escape, (size_t)snprintf(escape, sizeof escape, c < 0x20 ? "\\u%04x" : "\\%c", c));
        start = i + 1;
    }
    append(b, s + start, count - start);
    append(b, "\"", 1);
}

static void rowObject(Buffer *b, sqlite3_stmt *s) {
    text(b, "{\"id\":");
    number(b, sqlite3_column_int64(s, 0));
    text(b, ",\"title\":");
    quoted(b, (const char *)sqlite3_column_text(s, 1), (size_t)sqlite3_column_bytes(s, 1));
    text(b, ",\"body\":");
    quoted(b, (const char *)sqlite3_column_text(s, 2), (size_t)sqlite3_column_bytes(s, 2));
    text(b, ",\"n\":");
    number(b, sqlite3_column_int64(s, 3));
    text(b, "}");
}

static void touch(Connection *c) {
    if (!c->dirty) {
        c->dirty = 1;
        dirty[dirtyCount++] = c->fd;
    }
}

static void answerRows(Connection *c, sqlite3_stmt *s) {
    static Buffer rows;
    rows.count = 0;
    int count = 0;
    text(&rows, "[");
    while (sqlite3_step(s) == SQLITE_ROW) {
        if (count++) text(&rows, ",\n ");
        rowObject(&rows, s);
    }
    sqlite3_reset(s);
    text(&rows, "]");
    char head[256];
    append(&c->out, head,
           (size_t)snprintf(head, sizeof head,
                            "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n"
                            "Content-Range: %s%d/*\r\nContent-Length: %zu\r\n\r\n",
                            count ? "0-" : "*", count ? count - 1 : 0, rows.count));
    append(&c->out, rows.bytes, rows.count);
    touch(c);
}

static sqlite3_int64 numberAfter(const char *at, const char *key) {
    const char *found = strstr(at, key);
    return found ? atoll(found + strlen(key)) : 0;
}

static void copyMember(const char *json, const char *key, char *target, size_t capacity) {
    target[0] = 0;
    const char *start = strstr(json, key);
    if (!start) return;
    start += strlen(key);
    const char *end = strchr(start, '"');
    size_t count = end ? (size_t)(end - start) : 0;
    if (count >= capacity) count = capacity - 1;
    memcpy(target, start, count);
    target[count] = 0;
}

/// Answers one request, whose bytes end with a zero.
static void handle(Connection *c, char *head, char *body) {
    if (head[0] == 'P') {
        Insert *row = &pending[pendingCount++];
        row->fd = c->fd;
        copyMember(body, "\"title\":\"", row->title, sizeof row->title);
        copyMember(body, "\"body\":\"", row->body, sizeof row->body);
        row->n = numberAfter(body, "\"n\":");
        return;
    }
    char *lineEnd = strchr(head, '\r');
    *lineEnd = 0;
    sqlite3_int64 wanted;
    if (strstr(head, "/realtime/v1/websocket")) {
        text(&c->out, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
        c->subscriber = 1;
        touch(c);
    } else if ((wanted = numberAfter(head, "id=eq."))) {
        sqlite3_bind_int64(byID, 1, wanted);
        answerRows(c, byID);
    } else if ((wanted = numberAfter(head, "n=gte."))) {
        sqlite3_bind_int64(byN, 1, wanted);
        answerRows(c, byN);
    } else {
        answerRows(c, firstRows);
    }
}

/// A subscriber's first frame is its join; every frame is dropped, the join answered.
static void handleFrames(Connection *c) {
    static const char joined[] = "{\"event\":\"system\",\"payload\":{\"status\":\"ok\"}}";
    c->used = 0;
    if (c->subscriber == 2) return;
    c->subscriber = 2;
    subscribers[subscriberCount++] = c->fd;
    unsigned char frame[2] = {0x81, sizeof joined - 1};
    append(&c->out, frame, 2);
    append(&c->out, joined, sizeof joined - 1);
    touch(c);
}

static void closeConnection(Connection *c) {
    for (int i = 0; i < subscriberCount; i++)
        if (subscribers[i] == c->fd) subscribers[i--] = subscribers[--subscriberCount];
    connections[c->fd] = NULL;
    close(c->fd);
    free(c->out.bytes);
    free(c);
}

static void readRequests(Connection *c) {
    ssize_t got = recv(c->fd, c->in + c->used, IN_BYTES - 1 - c->used, 0);
    if (got <= 0) {
        if (got == 0 || errno != EAGAIN) closeConnection(c);
        return;
    }
    c->used += (size_t)got;
    c->in[c->used] = 0;
    while (c->used && !c->subscriber && pendingCount < PENDING_MAX) {
        char *end = strstr(c->in, "\r\n\r\n");
        if (!end) return;
        size_t bodyBytes = 0;
        end[2] = 0;
        char *length = strcasestr(c->in, "content-length:");
        if (length) bodyBytes = (size_t)atoll(length + 15);
        end[2] = '\r';
        size_t total = (size_t)(end + 4 - c->in) + bodyBytes;
        if (c->used < total) return;
        char saved = c->in[total];
        c->in[total] = 0;
        handle(c, c->in, end + 4);
        c->in[total] = saved;
        memmove(c->in, c->in + total, c->used - total + 1);
        c->used -= total;
    }
    if (c->subscriber && c->used) handleFrames(c);
}

static void publish(const Insert *row) {
    static Buffer payload, frame;
    payload.count = frame.count = 0;
    text(&payload, "{\"topic\":\"realtime:bench\",\"event\":\"postgres_changes\",\"payload\":{\"ids\":[1],\"data\":{"
                   "\"type\":\"INSERT\",\"schema\":\"public\",\"table\":\"items\",\"commit_timestamp\":"
                   "\"2026-01-01T00:00:00.000Z\",\"columns\":[{\"name\":\"id\",\"type\":\"int8\"},{\"name\":\"title\","
                   "\"type\":\"text\"},{\"name\":\"body\",\"type\":\"text\"},{\"name\":\"n\",\"type\":\"int8\"}],"
                   "\"errors\":null,\"record\":{\"id\":");
    number(&payload, row->id);
    text(&payload, ",\"title\":");
    quoted(&payload, row->title, strlen(row->title));
    text(&payload, ",\"body\":");
    quoted(&payload, row->body, strlen(row->body));
    text(&payload, ",\"n\":");
    number(&payload, row->n);
    text(&payload, "}}},\"ref\":null}");
    unsigned char head[4] = {0x81, 126, (unsigned char)(payload.count >> 8), (unsigned char)payload.count};
    append(&frame, head, 4);
    append(&frame, payload.bytes, payload.count);
    for (int i = 0; i < subscriberCount; i++) {
        Connection *c = connections[subscribers[i]];
        append(&c->out, frame.bytes, frame.count);
        touch(c);
    }
}

static void commitPending(void) {
    static const char created[] = "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n";
    if (!pendingCount) return;
    sqlite3_step(begin);
    sqlite3_reset(begin);
    for (int i = 0; i < pendingCount; i++) {
        sqlite3_bind_text(insertRow, 1, pending[i].title, -1, SQLITE_STATIC);
        sqlite3_bind_text(insertRow, 2, pending[i].body, -1, SQLITE_STATIC);
        sqlite3_bind_int64(insertRow, 3, pending[i].n);
        sqlite3_step(insertRow);
        sqlite3_reset(insertRow);
        pending[i].id = sqlite3_last_insert_rowid(db);
    }
    sqlite3_step(commit);
    sqlite3_reset(commit);
    for (int i = 0; i < pendingCount; i++) {
        Connection *c = connections[pending[i].fd];
        if (c) {
            append(&c->out, created, sizeof created - 1);
            touch(c);
        }
        publish(&pending[i]);
    }
    pendingCount = 0;
}

static void waitFor(Connection *c, int operation, int writable) {
    struct epoll_event event = {.events = writable ? EPOLLIN | EPOLLOUT : EPOLLIN, .data.fd = c->fd};
    epoll_ctl(epollFD, operation, c->fd, &event);
    c->blocked = writable;
}

static void flush(void) {
    for (int i = 0; i < dirtyCount; i++) {
        Connection *c = connections[dirty[i]];
        if (!c || !c->dirty) continue;
        c->dirty = 0;
        ssize_t sent = send(c->fd, c->out.bytes, c->out.count, MSG_NOSIGNAL);
        if (sent < 0) sent = 0;
        size_t left = c->out.count - (size_t)sent;
        if (left) memmove(c->out.bytes, c->out.bytes + sent, left);
        c->out.count = left;
        if ((left > 0) != c->blocked) waitFor(c, EPOLL_CTL_MOD, left > 0);
    }
    dirtyCount = 0;
}

static void acceptAll(int listener) {
    int fd, one = 1;
    while ((fd = accept(listener, NULL, NULL)) >= 0) {
        if (fd >= MAX_FD) {
            close(fd);
            continue;
        }
        fcntl(fd, F_SETFL, O_NONBLOCK);
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        Connection *c = connections[fd] = calloc(1, sizeof(Connection));
        c->fd = fd;
        waitFor(c, EPOLL_CTL_ADD, 0);
    }
}

static int prepare(const char *sql, sqlite3_stmt **statement) {
    return sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, statement, NULL);
}

static int openDatabase(const char *path) {
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL)) return 1;
    sqlite3_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA mmap_size=268435456", NULL, NULL, NULL);
    return prepare("SELECT id, title, body, n FROM items WHERE id = ?1", &byID)
        || prepare("SELECT id, title, body, n FROM items LIMIT 20", &firstRows)
        || prepare("SELECT id, title, body, n FROM items WHERE n >= ?1 ORDER BY n LIMIT 20", &byN)
        || prepare("INSERT INTO items (title, body, n) VALUES (?1, ?2, ?3)", &insertRow)
        || prepare("BEGIN IMMEDIATE", &begin) || prepare("COMMIT", &commit);
}

static int openListener(int *port) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)*port)};
    socklen_t length = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&address, length) || listen(listener, 4096)) return -1;
    getsockname(listener, (struct sockaddr *)&address, &length);
    *port = ntohs(address.sin_port);
    return listener;
}

int cbaseline_serve(const char *database, int port) {
    if (openDatabase(database)) {
        fprintf(stderr, "baseline: %s: %s\n", database, db ? sqlite3_errmsg(db) : "cannot open");
        return 1;
    }
    int listener = openListener(&port);
    if (listener < 0) {
        perror("baseline: listen");
        return 1;
    }
    epollFD = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[EVENTS];
    epoll_ctl(epollFD, EPOLL_CTL_ADD, listener, &event);
    printf("listening on http://127.0.0.1:%d\n", port);
    fflush(stdout);
    for (;;) {
        int count = epoll_wait(epollFD, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) acceptAll(listener);
            else if (connections[fd] && events[i].events & ~(uint32_t)EPOLLOUT) readRequests(connections[fd]);
            if (fd != listener && connections[fd] && events[i].events & EPOLLOUT) touch(connections[fd]);
        }
        commitPending();
        flush();
    }
}
