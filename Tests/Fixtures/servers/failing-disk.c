// Writes and syncs that fail, by file: a library to be preloaded. The file FAILING_DISK says which, read at every call: the
// number of the error, "write" or "sync", and how the path of the file or folder begins ("28 write /srv/x/blobs"). Empty: none.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static int fails(int descriptor, const char *call) {
    const char *file = getenv("FAILING_DISK");
    int orders = file ? syscall(SYS_openat, AT_FDCWD, file, O_RDONLY | O_CLOEXEC) : -1;
    if (orders < 0) return 0;
    char text[4096] = {0}, word[16], prefix[4000], link[64], path[4096] = {0};
    ssize_t length = syscall(SYS_read, orders, text, sizeof text - 1);
    syscall(SYS_close, orders);
    int error;
    if (length <= 0 || sscanf(text, "%d %15s %3999s", &error, word, prefix) != 3 || strcmp(word, call) != 0) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    if (readlink(link, path, sizeof path - 1) < 0 || strncmp(path, prefix, strlen(prefix)) != 0) return 0;
    errno = error;
    return 1;
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
    return fails(descriptor, "write") ? -1 : syscall(SYS_write, descriptor, bytes, count);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset) {
    return fails(descriptor, "write") ? -1 : syscall(SYS_pwrite64, descriptor, bytes, count, offset);
}

int fsync(int descriptor) { return fails(descriptor, "sync") ? -1 : syscall(SYS_fsync, descriptor); }

int fdatasync(int descriptor) { return fails(descriptor, "sync") ? -1 : syscall(SYS_fdatasync, descriptor); }
