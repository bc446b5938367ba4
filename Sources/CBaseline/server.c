#include "CBaseline.h"

#include "loop.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

_Noreturn void cbaseline_serve(const char *database, int port, int loopCount) {
    Loop *loops = calloc((size_t)loopCount, sizeof *loops);
    if (!loops) fail("calloc", "memory is out");
    signal(SIGPIPE, SIG_IGN);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    writer_start(database, loops, loopCount);
    for (int index = 0; index < loopCount; index++) {
        loop_open(&loops[index], database, port);
        port = loop_port(&loops[index]);
    }
    for (int index = 0; index < loopCount; index++) loop_start(&loops[index]);
    printf("listening on http://127.0.0.1:%d\n", port);
    fflush(stdout);
    for (;;) pause();
}
