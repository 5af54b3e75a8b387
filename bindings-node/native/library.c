/* Opening libayafileio. It carries a Go runtime, and that dictates the rules:
 * - it is opened at the first use and never at load, so that a program that never opens a file pays nothing;
 * - all signals are blocked meanwhile, so that the runtime's own threads never take the host's signals;
 * - it is never closed: its threads cannot be stopped, and a worker thread's end must not unmap it;
 * - once per process: all worker threads share it. */
#define _GNU_SOURCE
#include "library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef RTLD_NODELETE
#define RTLD_NODELETE 0
#endif

#ifdef __APPLE__
#define LIBRARY_NAME "libayafileio.dylib"
#else
#define LIBRARY_NAME "libayafileio.so"
#endif

Library library;

static pthread_mutex_t library_lock = PTHREAD_MUTEX_INITIALIZER;
static int environments;

/* The environment first: who sets it means it. Then beside this addon, where the package ships it. */
static int find_library(char *out, size_t room)
{
    const char *wish = getenv("AYAFILEIO_LIBRARY");
    if (wish != NULL && *wish != '\0')
        return (size_t)snprintf(out, room, "%s", wish) < room ? 0 : -1;
    Dl_info self;
    if (dladdr((void *)&library, &self) == 0 || self.dli_fname == NULL)
        return -1;
    const char *slash = strrchr(self.dli_fname, '/');
    int folder = slash == NULL ? 1 : (int)(slash - self.dli_fname);
    const char *start = slash == NULL ? "." : self.dli_fname;
    return (size_t)snprintf(out, room, "%.*s/%s", folder, start, LIBRARY_NAME) < room ? 0 : -1;
}

/* Fills the table from an opened library; the name of what is missing, or NULL. */
static const char *resolve(void *opened, Library *table)
{
#define X(result, name, parameters) \
    *(void **)&table->name = dlsym(opened, "aya_" #name); \
    if (table->name == NULL) \
        return "aya_" #name;
    LIBRARY_FUNCTIONS(X)
#undef X
    return NULL;
}

static int open_locked(char *message, size_t room)
{
    Library table;
    char path[4096];
    memset(&table, 0, sizeof table);
    if (find_library(path, sizeof path) < 0) {
        snprintf(message, room, "cannot tell where %s is", LIBRARY_NAME);
        return -1;
    }
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    void *opened = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    /* The first call waits for the runtime to be up; its threads, too, must be born with signals blocked. */
    const char *missing = opened == NULL ? NULL : resolve(opened, &table);
    uint32_t version = opened == NULL || missing != NULL ? 0 : table.abi_version();
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (opened == NULL) {
        const char *reason = dlerror();
        snprintf(message, room, "cannot load %s: %s", path, reason != NULL ? reason : "no reason is known");
        return -1;
    }
    if (missing != NULL) {
        snprintf(message, room, "%s has no %s: it belongs to another version", path, missing);
        return -1;
    }
    if (version != AYA_ABI_VERSION) {
        snprintf(message, room, "%s speaks version %u of the ABI, this addon speaks %d", path, version,
                 AYA_ABI_VERSION);
        return -1;
    }
    library = table;
    __atomic_store_n(&library.ready, 1, __ATOMIC_RELEASE);
    return 0;
}

int library_open(char *message, size_t room)
{
    if (__atomic_load_n(&library.ready, __ATOMIC_ACQUIRE))
        return 0;
    pthread_mutex_lock(&library_lock);
    int result = library.ready ? 0 : open_locked(message, room);
    pthread_mutex_unlock(&library_lock);
    return result;
}

void library_enter(void)
{
    pthread_mutex_lock(&library_lock);
    environments++;
    pthread_mutex_unlock(&library_lock);
}

void library_leave(void)
{
    pthread_mutex_lock(&library_lock);
    int last = --environments == 0;
    pthread_mutex_unlock(&library_lock);
    if (last)
        library_push_all();
}

void library_push_all(void)
{
    int64_t timeout;
    if (__atomic_load_n(&library.ready, __ATOMIC_ACQUIRE) && library.option("close_timeout_ms", 16, &timeout) == 0)
        library.shutdown(timeout);
}
