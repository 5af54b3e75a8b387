/* Opening libayafileio. It carries a Go runtime, and that dictates the rules:
 * - it is opened at the first use and never at import, so that a program that forks first is untouched;
 * - all signals are blocked meanwhile, so that the runtime's own threads never take the host's signals;
 * - it is never closed: its threads cannot be stopped;
 * - the runtime does not survive fork(), since only the forking thread does. A second copy of the file (a link
 *   is not enough: the loader knows the inode) gives the child a runtime of its own. */
#include "compat.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

#include "library.h"

#ifndef RTLD_NODELETE
#define RTLD_NODELETE 0
#endif

#ifdef __APPLE__
#define LIBRARY_NAME "libayafileio.dylib"
#else
#define LIBRARY_NAME "libayafileio.so"
#endif

Library library;
uint32_t library_process_generation = 1;

static pthread_mutex_t library_lock = PTHREAD_MUTEX_INITIALIZER;
static int fork_watched;

/* Runs in the child between fork() and its return: only what is safe there. */
static void forked(void)
{
    library_process_generation++;
    pthread_mutex_init(&library_lock, NULL);
}

/* The environment first: who sets it means it. Then beside this extension, where the package ships it. */
static int find_library(char *out, size_t room)
{
    const char *wish = getenv("AYAFILEIO_LIBRARY");
    if (wish != NULL && *wish != '\0')
        return (size_t)snprintf(out, room, "%s", wish) < room ? 0 : -1;
    Dl_info self;
    if (dladdr((void *)&library_process_generation, &self) == 0 || self.dli_fname == NULL)
        return -1;
    const char *slash = strrchr(self.dli_fname, '/');
    int folder = slash == NULL ? 0 : (int)(slash - self.dli_fname);
    return (size_t)snprintf(out, room, "%.*s/%s", folder, slash == NULL ? "." : self.dli_fname, LIBRARY_NAME) < room
               ? 0
               : -1;
}

static int copy_file(int from, int to)
{
    char block[65536];
    for (;;) {
        ssize_t count = read(from, block, sizeof block);
        if (count == 0)
            return 0;
        if (count < 0) {
            if (errno == EINTR)
                continue;
            return -1;
        }
        for (ssize_t done = 0; done < count;) {
            ssize_t written = write(to, block + done, (size_t)(count - done));
            if (written < 0 && errno != EINTR)
                return -1;
            if (written > 0)
                done += written;
        }
    }
}

/* A nameless copy of the library, as a descriptor. */
static int copy_of_library(const char *path)
{
    int from = open(path, O_RDONLY | O_CLOEXEC);
    if (from < 0)
        return -1;
#ifdef __linux__
    int to = memfd_create("libayafileio", MFD_CLOEXEC);
#else
    char name[] = "/tmp/libayafileio-XXXXXX";
    int to = mkstemp(name);
    if (to >= 0)
        unlink(name);
#endif
    if (to >= 0 && copy_file(from, to) < 0) {
        close(to);
        to = -1;
    }
    close(from);
    return to;
}

static void *open_copy(const char *path)
{
    int copy = copy_of_library(path);
    if (copy < 0)
        return NULL;
    char name[64];
#ifdef __linux__
    snprintf(name, sizeof name, "/proc/self/fd/%d", copy);
#else
    snprintf(name, sizeof name, "/dev/fd/%d", copy);
#endif
    void *opened = dlopen(name, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    close(copy);
    return opened;
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
    memset(&table, 0, sizeof table);
    if (library.path[0] != '\0')
        memcpy(table.path, library.path, sizeof table.path);
    else if (find_library(table.path, sizeof table.path) < 0) {
        snprintf(message, room, "cannot tell where %s is", LIBRARY_NAME);
        return -1;
    }
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    /* Not opened here, yet the process has forked: the parent's copy is mapped, and dead. */
    void *opened = library.generation == 0 ? dlopen(table.path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE)
                                           : open_copy(table.path);
    /* The first call waits for the runtime to be up; its threads, too, must be born with signals blocked. */
    const char *missing = opened == NULL ? NULL : resolve(opened, &table);
    uint32_t version = opened == NULL || missing != NULL ? 0 : table.abi_version();
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (opened == NULL) {
        const char *reason = dlerror();
        snprintf(message, room, "cannot load %s: %s", table.path, reason != NULL ? reason : strerror(errno));
        return -1;
    }
    if (missing != NULL) {
        snprintf(message, room, "%s has no %s: it belongs to another version", table.path, missing);
        return -1;
    }
    if (version != AYA_ABI_VERSION) {
        snprintf(message, room, "%s speaks version %u of the ABI, this extension speaks %d", table.path, version,
                 AYA_ABI_VERSION);
        return -1;
    }
    if (!fork_watched) {
        pthread_atfork(NULL, NULL, forked);
        fork_watched = 1;
    }
    table.generation = library_process_generation;
    library = table;
    return 0;
}

int library_open(void)
{
    char message[4400] = "";
    int result;
    /* The lock is never held while the interpreter's is waited for: no deadlock between the two. */
    Py_BEGIN_ALLOW_THREADS
    pthread_mutex_lock(&library_lock);
    result = library.generation == library_process_generation ? 0 : open_locked(message, sizeof message);
    pthread_mutex_unlock(&library_lock);
    Py_END_ALLOW_THREADS
    if (result < 0)
        PyErr_SetString(PyExc_ImportError, message);
    return result;
}
