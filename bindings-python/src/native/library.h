/* libayafileio, opened at the first use: its functions, and what a fork does to them. */
#ifndef AYAFILEIO_LIBRARY_H
#define AYAFILEIO_LIBRARY_H

#include <stdint.h>

#include "ayafileio.h"

/* Every function of the library that this extension calls: result, name, parameters. */
#define LIBRARY_FUNCTIONS(X) \
    X(uint32_t, abi_version, (void)) \
    X(int32_t, queue_open, (uint64_t *)) \
    X(int32_t, queue_close, (uint64_t)) \
    X(int32_t, queue_fd, (uint64_t)) \
    X(int32_t, submit, (uint64_t, const aya_submission *, aya_completion *)) \
    X(int32_t, flush, (uint64_t)) \
    X(int32_t, reap, (uint64_t, aya_completion *, uint32_t)) \
    X(int32_t, wait, (uint64_t, int64_t)) \
    X(int32_t, cancel, (uint64_t, uint64_t)) \
    X(int32_t, file_info, (uint64_t, int64_t *, uint32_t *)) \
    X(int32_t, file_dispose, (uint64_t)) \
    X(int32_t, shutdown, (int64_t)) \
    X(int32_t, configure, (const char *, uint64_t, int64_t)) \
    X(int32_t, option, (const char *, uint64_t, int64_t *)) \
    X(int32_t, configure_reset, (void)) \
    X(int32_t, backend_info, (char *, uint64_t)) \
    X(int32_t, strerror, (int32_t, char *, uint64_t)) \
    X(int32_t, drain_pool, (uint32_t)) \
    X(void, release, (void *))

typedef struct {
    uint32_t generation; /* which process in the line of forks this copy was opened in; 0: not opened yet */
    char path[4096];
#define X(result, name, parameters) result(*name) parameters;
    LIBRARY_FUNCTIONS(X)
#undef X
} Library;

extern Library library;

/* Grows by one in each forked child: what belongs to an older generation lives in a runtime that is gone. */
extern uint32_t library_process_generation;

/* Opens the library unless this process already has: 0, or -1 with an exception set. */
int library_open(void);

static inline int library_ready(void)
{
    return library.generation == library_process_generation ? 0 : library_open();
}

/* Whether handles of this generation may still be given to the library. */
static inline int library_lives(uint32_t generation)
{
    return generation == library_process_generation && library.generation == generation;
}

#endif
