// A layer of files between SQLite and its own for Unix (sqlite.org/vfs.html), which fails on request, and knows what a
// disk would still have after a power cut. It is the default of the process, and looks at the files of named
// directories only: all others are handed on.
#ifndef APUS_CFAULTYDISK_H
#define APUS_CFAULTYDISK_H

/// The calls that can be made to fail. Those that give something back (unlock, unmap, close) cannot.
enum faulty_call {
    FAULTY_OPEN, FAULTY_READ, FAULTY_WRITE, FAULTY_TRUNCATE, FAULTY_SYNC, FAULTY_SIZE, FAULTY_LOCK, FAULTY_SHM_MAP,
    FAULTY_SHM_LOCK, FAULTY_DELETE, FAULTY_ACCESS, FAULTY_CALLS
};

/// What happens to the files of one directory.
typedef struct faulty_disk faulty_disk;

/// Makes the layer the default, once for the process; 0, or SQLite's code for why not.
int faulty_register(void);

/// Watches the files directly in `directory`. What has been synchronised of each of them is copied into `synchronised`,
/// a directory that is there: what a power cut would leave of it at the least. Nothing is synchronised in truth.
faulty_disk *faulty_make(const char *directory, const char *synchronised);

/// Has the call of a kind with number `at`, counted from 1 and from the first of all, answer `code`; and those after it
/// as well, if it `lasts`. A write does half of what it should before.
///
/// To be called before anything is opened there.
void faulty_arm(faulty_disk *disk, enum faulty_call call, long at, int lasts, int code, int half);

/// From now on nothing fails.
void faulty_heal(faulty_disk *disk);

/// How many calls of a kind there were.
long faulty_count(faulty_disk *disk, enum faulty_call call);

/// How many calls have failed.
long faulty_failures(faulty_disk *disk);

/// How many files are open.
long faulty_open_files(faulty_disk *disk);

/// Forgets the directory. Files that are still open stay usable.
void faulty_release(faulty_disk *disk);

#endif
