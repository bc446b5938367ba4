#define _GNU_SOURCE  // accept4
#include "loop.h"

#include "answer.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

enum { EVENTS = 512, BACKLOG = 4096 };

static atomic_int subscriberCount;

bool loop_has_subscribers(void) { return subscriberCount > 0; }

static void add(Connections *connections, Connection *connection) {
    if (connections->count == connections->capacity) {
        connections->capacity = connections->capacity * 2 + EVENTS;
        connections->members = realloc(
            connections->members, connections->capacity * sizeof *connections->members);
        if (!connections->members) fail("realloc", "memory is out");
    }
    connections->members[connections->count++] = connection;
}

static void take_turn(Loop *loop, Connection *connection) {
    if (connection->isInTurn) return;
    connection->isInTurn = true;
    add(&loop->turn, connection);
}

static void subscribe(Loop *loop, Connection *connection) {
    if (connection->isSubscribed) return;
    connection->isSubscribed = true;
    connection->place = loop->subscribers.count;
    add(&loop->subscribers, connection);
    subscriberCount++;
}

static void drop(Loop *loop, Connection *connection) {
    if (connection->isSubscribed) {
        Connection *last = loop->subscribers.members[--loop->subscribers.count];
        loop->subscribers.members[connection->place] = last;
        last->place = connection->place;
        subscriberCount--;
    }
    connection_free(connection);
}

static void watch(Loop *loop, int operation, int descriptor, void *what, bool writable) {
    struct epoll_event event = {.events = EPOLLIN | (writable ? EPOLLOUT : 0), .data.ptr = what};
    if (epoll_ctl(loop->poll, operation, descriptor, &event)) fail("epoll_ctl", strerror(errno));
}

static void await_writable(Loop *loop, Connection *connection, bool writable) {
    if (connection->awaitsWritable == writable || connection->isClosed) return;
    connection->awaitsWritable = writable;
    watch(loop, EPOLL_CTL_MOD, connection->descriptor, connection, writable);
}

static void accept_all(Loop *loop) {
    int descriptor, one = 1;
    while ((descriptor = accept4(loop->listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        Connection *connection = calloc(1, sizeof *connection);
        if (!connection) fail("calloc", "memory is out");
        connection->descriptor = descriptor;
        watch(loop, EPOLL_CTL_ADD, descriptor, connection, false);
    }
}

void loop_deliver(Loop *loop, Outcome *outcome) {
    pthread_mutex_lock(&loop->lock);
    bool isFirst = !loop->outcomes;
    *loop->outcomesEnd = outcome;
    loop->outcomesEnd = &outcome->next;
    pthread_mutex_unlock(&loop->lock);
    if (isFirst && eventfd_write(loop->wake, 1)) fail("eventfd_write", strerror(errno));
}

static Outcome *take_outcomes(Loop *loop) {
    eventfd_t wakes;
    eventfd_read(loop->wake, &wakes);
    pthread_mutex_lock(&loop->lock);
    Outcome *outcomes = loop->outcomes;
    loop->outcomes = NULL;
    loop->outcomesEnd = &loop->outcomes;
    pthread_mutex_unlock(&loop->lock);
    return outcomes;
}

/// Answers the inserts of the commits that ended.
static void answer_inserts(Loop *loop, const Outcome *outcomes) {
    for (; outcomes; outcomes = outcomes->next) {
        for (Insert *insert = outcomes->inserts, *next; insert; insert = next) {
            next = insert->next;
            take_turn(loop, insert->connection);
            answer_insert(insert, &loop->body);
        }
    }
}

/// Answers what came in under one snapshot, which is no older than any of the requests.
static void answer_requests(Loop *loop) {
    bool isShared = loop->turn.count > 1;
    if (isShared) statement_run(loop->reader.begin);
    for (size_t index = 0; index < loop->turn.count; index++) {
        Connection *connection = loop->turn.members[index];
        if (answer_input(loop, connection)) subscribe(loop, connection);
    }
    if (isShared) statement_run(loop->reader.commit);
}

static void write_answers(Loop *loop) {
    for (size_t index = 0; index < loop->turn.count; index++) {
        Connection *connection = loop->turn.members[index];
        connection->isInTurn = false;
        if (!connection->isClosed)
            await_writable(loop, connection, connection_write(connection));
        if (connection->isClosed && !connection->awaitsInsert) drop(loop, connection);
    }
    loop->turn.count = 0;
}

/// Sends the frames of the commits that ended to every subscriber.
static void broadcast(Loop *loop, Outcome *outcomes) {
    for (Outcome *next; outcomes; outcomes = next) {
        next = outcomes->next;
        if (outcomes->broadcast) {
            Text frames = {
                outcomes->broadcast->frames.bytes, outcomes->broadcast->frames.count};
            for (size_t index = 0; index < loop->subscribers.count; index++) {
                Connection *subscriber = loop->subscribers.members[index];
                if (subscriber->isClosed) continue;
                connection_write_shared(subscriber, frames);
                await_writable(loop, subscriber, subscriber->output.count > 0);
            }
            broadcast_release(outcomes->broadcast);
        }
        free(outcomes);
    }
}

static void *run_forever(void *argument) {
    Loop *loop = argument;
    struct epoll_event events[EVENTS];
    for (;;) {
        int count = epoll_wait(loop->poll, events, EVENTS, -1);
        Outcome *outcomes = NULL;
        for (int index = 0; index < count; index++) {
            void *what = events[index].data.ptr;
            if (what == &loop->listener) {
                accept_all(loop);
            } else if (what == &loop->wake) {
                outcomes = take_outcomes(loop);
            } else {
                if (events[index].events & ~(uint32_t)EPOLLOUT) connection_read(what);
                take_turn(loop, what);
            }
        }
        answer_inserts(loop, outcomes);
        answer_requests(loop);
        write_answers(loop);
        broadcast(loop, outcomes);
    }
}

static int open_listener(int port) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, BACKLOG))
        fail("listen", strerror(errno));
    return listener;
}

void loop_open(Loop *loop, const char *path, int port) {
    loop->poll = epoll_create1(EPOLL_CLOEXEC);
    loop->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    loop->listener = open_listener(port);
    loop->outcomesEnd = &loop->outcomes;
    pthread_mutex_init(&loop->lock, NULL);
    watch(loop, EPOLL_CTL_ADD, loop->listener, &loop->listener, false);
    watch(loop, EPOLL_CTL_ADD, loop->wake, &loop->wake, false);
    database_open_reader(&loop->reader, path);
}

int loop_port(const Loop *loop) {
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    if (getsockname(loop->listener, (struct sockaddr *)&address, &length))
        fail("getsockname", strerror(errno));
    return ntohs(address.sin_port);
}

void loop_start(Loop *loop) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, run_forever, loop)) fail("pthread_create", "refused");
}
