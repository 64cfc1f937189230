// The machine's clock as somebody steps it: a library to be preloaded. CLOCK_REALTIME is ahead by the whole seconds that
// stand in the file STEPPED_CLOCK, read at every look; the clocks that cannot be set go on as they are.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long ahead(void) {
    static int file = -2;
    if (file == -2) file = getenv("STEPPED_CLOCK") ? open(getenv("STEPPED_CLOCK"), O_RDONLY | O_CLOEXEC) : -1;
    char text[32] = {0};
    if (file < 0 || pread(file, text, sizeof text - 1, 0) <= 0) return 0;
    return strtol(text, NULL, 10);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    int result = syscall(SYS_clock_gettime, clock, time);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += ahead();
    return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    struct timespec now;
    int result = clock_gettime(CLOCK_REALTIME, &now);
    if (result == 0) *time = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
    return result;
}

time_t time(time_t *result) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (result) *result = now.tv_sec;
    return now.tv_sec;
}
