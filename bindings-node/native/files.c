/* The files that one environment has opened. When it ends, no JavaScript runs any more that could close them. A handle
 * carries a generation, so one that was closed long ago may stay in the list: it is refused, and swept out when the
 * list is full. */
#include "engine.h"

#include <stdlib.h>

static int lives(uint64_t file)
{
    int64_t fd;
    uint32_t traits;
    return library.file_info(file, &fd, &traits) == 0;
}

void files_add(Files *files, uint64_t file)
{
    if (files->count == files->room) {
        size_t kept = 0;
        for (size_t i = 0; i < files->count; i++)
            if (lives(files->list[i]))
                files->list[kept++] = files->list[i];
        files->count = kept;
        if (kept >= files->room / 2) {
            size_t room = files->room * 2 + 64;
            uint64_t *list = realloc(files->list, room * sizeof *list);
            if (list == NULL)
                return; /* it is released with the process */
            files->list = list;
            files->room = room;
        }
    }
    files->list[files->count++] = file;
}

void files_release(Files *files)
{
    for (size_t i = 0; i < files->count; i++)
        library.file_dispose(files->list[i]);
    free(files->list);
    files->list = NULL;
    files->count = files->room = 0;
}
