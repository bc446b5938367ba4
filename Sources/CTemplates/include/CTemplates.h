// The files of the projects that `apus init` makes. They lie readable in templates/, a folder for
// each, beside what all have in shared/.
#ifndef CTEMPLATES_H
#define CTEMPLATES_H

#include <stddef.h>

/// A file of a template.
typedef struct {
    /// The template's name; "shared" for a file of all.
    const char *_Nonnull owner;
    /// The path below the project's folder.
    const char *_Nonnull path;
    const unsigned char *_Nonnull bytes;
    size_t count;
} ctemplates_file;

/// All files, and how many they are.
const ctemplates_file *_Nonnull ctemplates_all(void);
size_t ctemplates_count(void);

#endif
