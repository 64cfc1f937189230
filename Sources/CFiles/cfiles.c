#define _GNU_SOURCE
#include "cfiles.h"

#include <fcntl.h>
#include <stddef.h>
#include <sys/stat.h>

static int64_t milliseconds(struct timespec time) {
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

int cfiles_facts(int folder, const char *name, struct cfiles_facts *facts) {
    struct stat found;
    int result = name == NULL ? fstat(folder, &found) : fstatat(folder, name, &found, AT_SYMLINK_NOFOLLOW);
    if (result != 0) return result;
    facts->plain = S_ISREG(found.st_mode) ? 1 : 0;
    facts->folder = S_ISDIR(found.st_mode) ? 1 : 0;
    facts->size = found.st_size;
    facts->modified = milliseconds(found.st_mtim);
    facts->changed = milliseconds(found.st_ctim);
    return 0;
}

int cfiles_same(int folder, const char *path) {
    struct stat opened, found;
    if (fstat(folder, &opened) != 0 || stat(path, &found) != 0) return 0;
    return opened.st_dev == found.st_dev && opened.st_ino == found.st_ino;
}
