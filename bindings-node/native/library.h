/* libayafileio, opened at the first use: its functions. */
#ifndef AYAFILEIO_LIBRARY_H
#define AYAFILEIO_LIBRARY_H

#include <stddef.h>
#include <stdint.h>

#include "ayafileio.h"

/* Every function of the library that this addon calls: result, name, parameters. */
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
    int ready; /* set last: what is read without the lock is complete */
#define X(result, name, parameters) result(*name) parameters;
    LIBRARY_FUNCTIONS(X)
#undef X
} Library;

extern Library library;

/* Opens the library unless this process already has: 0, or -1 with the reason in message. */
int library_open(char *message, size_t room);

/* The environments of this process that use the library; the last one to go pushes what is still buffered. */
void library_enter(void);
void library_leave(void);

/* Pushes what is gathered in files that are still open, and waits for it, within the option close_timeout_ms. */
void library_push_all(void);

#endif
