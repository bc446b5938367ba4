// Linux calls that Swift's Glibc module leaves out. Prototypes are declared here by hand where glibc hides them
// behind _GNU_SOURCE: defining that macro changes fd_set and clashes with other modules.
#ifndef APUS_CLINUX_H
#define APUS_CLINUX_H

#include <link.h>
#include <malloc.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/auxv.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>

#ifndef __USE_GNU
struct dl_phdr_info {
    ElfW(Addr) dlpi_addr;
    const char *dlpi_name;
    const ElfW(Phdr) *dlpi_phdr;
    ElfW(Half) dlpi_phnum;
};
#endif
int dl_iterate_phdr(int (*callback)(struct dl_phdr_info *object, size_t size, void *context), void *context);
int pthread_setname_np(pthread_t thread, const char *name);
int accept4(int socket, struct sockaddr *address, socklen_t *length, int flags);
int sem_clockwait(sem_t *__restrict semaphore, clockid_t clock, const struct timespec *__restrict time);

#endif
