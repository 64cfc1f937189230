#ifndef CFILES_H
#define CFILES_H

#include <stdint.h>

/* What Swift cannot ask for itself: in a module that also sees Dispatch, the members of `struct stat` belong to a module
   of Dispatch's own that nobody should import. */

struct cfiles_facts {
    /* 1 for a plain file, 0 for a link, folder or device. */
    int32_t plain;
    /* 1 for a folder. */
    int32_t folder;
    int64_t size;
    /* Milliseconds since 1970. */
    int64_t modified;
    int64_t changed;
};

/* Facts of `name` in the open folder, without following a link, or of the open file where `name` is NULL. 0, or -1 with
   errno set. */
int cfiles_facts(int folder, const char *_Nullable name, struct cfiles_facts *_Nonnull facts);

/* 1 if `path` leads to the open folder, 0 if to another or to none. */
int cfiles_same(int folder, const char *_Nonnull path);

#endif
