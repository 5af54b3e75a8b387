/*
 * The stage on which a conformance case is played, all that is not ayafileio: the case's directory and what is in it,
 * pipes, the bytes that a case describes, and a look at a file from outside.
 */
#define _GNU_SOURCE
#include "ayafileio.h"

#include <stddef.h>

#include "cases.gen.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MANY = 24 };

static int pipes[MANY][2]; /* 0 is an end that is not ours, or no longer */
static char directory[4096], trouble[512];

/* Says what is not as expected; gives 1, for "failed". */
static int unexpected(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vsnprintf(trouble, sizeof trouble, format, list);
    va_end(list);
    return 1;
}

static char *bytes_of(struct bytes b, uint64_t spare)
{
    char *out = calloc(b.length + spare + 1, 1); /* zeros, of which nobody touches what need not be */
    for (uint64_t i = 0; i < b.length && (b.pattern || b.unit); i++) {
        uint64_t o = b.offset + i;
        out[i] = b.pattern ? (char)(o ^ o >> 8 ^ (o >> 16) * 31) : b.text[i % b.unit];
    }
    return out;
}

/* A name in the case's directory; absolute if it begins with a slash. */
static char *path_of(struct bytes name, uint64_t *length)
{
    char *text = bytes_of(name, 0);
    uint64_t before = text[0] == '/' ? 0 : strlen(directory) + 1;
    char *path = calloc(before + name.length + 1, 1);
    if (before)
        snprintf(path, before + 1, "%s/", directory);
    memcpy(path + before, text, name.length);
    *length = before + name.length;
    free(text);
    return path;
}

/* Writes into a file or a pipe from outside. */
static int put(int fd, struct bytes what, int last)
{
    char *data = bytes_of(what, 0);
    int bad = write(fd, data, what.length) != (ssize_t)what.length;
    if (last)
        close(fd);
    free(data);
    return bad && unexpected("cannot write from outside");
}

static int prepare(const struct test_case *c)
{
    for (int i = 0; i < 4 && c->files[i].kind != NOTHING; i++) {
        uint64_t length;
        struct bytes name = {c->files[i].name, .unit = strlen(c->files[i].name), .length = strlen(c->files[i].name)};
        char *path = path_of(name, &length), *content = bytes_of(c->files[i].content, 0);
        enum file_kind kind = c->files[i].kind;
        int fd, bad = 0;
        if (kind == DIRECTORY)
            bad = mkdir(path, 0777);
        else if (kind == FIFO)
            bad = mkfifo(path, 0666);
        else if (kind == LINK)
            bad = symlink(content, path);
        else if ((fd = bad = open(path, O_CREAT | O_WRONLY, kind == FORBIDDEN ? 0 : 0666)) >= 0) {
            bad = kind == HOLE ? ftruncate(fd, (off_t)c->files[i].content.length)
                               : write(fd, content, c->files[i].content.length) < 0;
            close(fd);
        }
        free(path), free(content);
        if (bad)
            return unexpected("cannot prepare %s", c->files[i].name);
    }
    return 0;
}

static void hang_up(int pipe, int end)
{
    if (pipes[pipe][end] > 0)
        close(pipes[pipe][end]);
    pipes[pipe][end] = 0;
}

static int same(struct bytes want, const char *got, uint64_t count, const char *spill, uint64_t spilled)
{
    char *bytes = bytes_of(want, 0);
    int equal = want.length == count + spilled && memcmp(bytes, got, count) == 0 &&
                (spilled == 0 || memcmp(bytes + count, spill, spilled) == 0);
    free(bytes);
    return equal;
}

static int content(const struct step *s)
{
    uint64_t length;
    struct stat info;
    char *path = path_of(s->path, &length);
    int missing = lstat(path, &info) != 0, bad = 0;
    if (missing != s->absent)
        bad = unexpected("%s is %s", path, missing ? "missing" : "there");
    else if (s->has_number && info.st_size != s->number)
        bad = unexpected("the size is %jd", (intmax_t)info.st_size);
    else if (s->has_data) {
        char *found = malloc((size_t)info.st_size + 1);
        int fd = open(path, O_RDONLY);
        ssize_t count = read(fd, found, (size_t)info.st_size + 1);
        if (count < 0 || !same(s->data, found, (uint64_t)count, NULL, 0))
            bad = unexpected("the content is another, %zd bytes", count);
        close(fd), free(found);
    }
    free(path);
    return bad;
}

static int sweep_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info, (void)kind, (void)where;
    return remove(path);
}

/* Takes the case's directory away. */
static void sweep(void) { nftw(directory, sweep_one, 16, FTW_DEPTH | FTW_PHYS); }

/* How many descriptors name a file of the case's directory. */
static int open_descriptors(void)
{
    int count = 0;
    DIR *all = opendir("/proc/self/fd");
    for (struct dirent *entry; all && (entry = readdir(all));) {
        char target[sizeof directory] = "";
        if (readlinkat(dirfd(all), entry->d_name, target, sizeof target - 1) > 0)
            count += strncmp(target, directory, strlen(directory)) == 0;
    }
    if (all)
        closedir(all);
    return count;
}
