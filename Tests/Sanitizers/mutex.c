// Tells the thread sanitizer what it cannot see of Synchronization.Mutex.
//
// A Mutex that nobody waits for is locked and unlocked with atomic operations in our own code, which
// the sanitizer watches. Where somebody waits, Swift's own library does it with a futex
// (_lockSlow, _unlockSlow), and that is not compiled for the sanitizer: without the two functions
// here each meeting of two threads in a Mutex would be taken for a race, and so would all that
// one hands to the other through it. Loaded in front of that library, they do its work and say so.
// The names are those of Swift 6.3 on Linux; Tests/Sanitizers/run checks that they are asked for.
#include <dlfcn.h>
#include <stdint.h>

#define swift __attribute__((swiftcall))
#define self __attribute__((swift_context))
#define lock_slow "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define unlock_slow "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

// Of the sanitizer; not there in the programs that tests start.
__attribute__((weak)) void __tsan_acquire(void *address);
__attribute__((weak)) void __tsan_release(void *address);

swift void lockSlow(uint32_t thread, self void *handle) __asm__(lock_slow);
swift void unlockSlow(self void *handle) __asm__(unlock_slow);

swift void lockSlow(uint32_t thread, self void *handle) {
    swift void (*lock)(uint32_t, self void *) = dlsym(RTLD_NEXT, lock_slow);
    lock(thread, handle);
    if (__tsan_acquire) __tsan_acquire(handle);
}

swift void unlockSlow(self void *handle) {
    swift void (*unlock)(self void *) = dlsym(RTLD_NEXT, unlock_slow);
    if (__tsan_release) __tsan_release(handle);
    unlock(handle);
}
