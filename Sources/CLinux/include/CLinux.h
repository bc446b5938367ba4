// Linux calls that Swift's Glibc module leaves out. Prototypes are declared here by hand where glibc hides them
// behind _GNU_SOURCE: defining that macro changes fd_set and clashes with other modules.
#ifndef APUS_CLINUX_H
#define APUS_CLINUX_H

#include <link.h>
#include <malloc.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

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

// sched_setattr(2), which glibc has from 2.41 on: asks for slices of so many nanoseconds for the calling thread, and
// leaves its policy and its niceness as they are. Kernels before Linux 6.12 take no notice.
static inline void request_slice(uint64_t nanoseconds) {
    struct {
        uint32_t size, policy;
        uint64_t flags;
        int32_t nice;
        uint32_t priority;
        uint64_t runtime, deadline, period;
    } attributes = {
        .size = sizeof(attributes),
        .flags = 0x08,  // SCHED_FLAG_KEEP_POLICY
        .nice = getpriority(PRIO_PROCESS, 0),
        .runtime = nanoseconds,
    };
    syscall(SYS_sched_setattr, 0, &attributes, 0);
}

#endif
