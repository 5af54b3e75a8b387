/* Node: libuv watches the queue's own descriptor, so no thread of ours is involved. Its functions are looked up in the
 * running program, since Node-API has no such thing and its headers do not carry uv.h; what is used of them has been
 * the same in every libuv 1.x. */
#define _GNU_SOURCE
#include "watch.h"

#include <dlfcn.h>
#include <stdlib.h>

enum { UV_POLL_TYPE = 8, UV_READABLE_EVENT = 1 };

static struct {
    size_t (*handle_size)(int);
    int (*poll_init)(void *, void *, int);
    int (*poll_start)(void *, int, void (*)(void *, int, int));
    int (*poll_stop)(void *);
    void (*close)(void *, void (*)(void *));
    void (*ref)(void *);
    void (*unref)(void *);
    void (*handle_set_data)(void *, void *);
    void *(*handle_get_data)(const void *);
} uv;

static int resolve(void)
{
#define FIND(name) ((*(void **)&uv.name = dlsym(RTLD_DEFAULT, "uv_" #name)) != NULL)
    return FIND(handle_size) && FIND(poll_init) && FIND(poll_start) && FIND(poll_stop) && FIND(close) && FIND(ref) &&
           FIND(unref) && FIND(handle_set_data) && FIND(handle_get_data);
#undef FIND
}

static void readable(void *poll, int status, int events)
{
    (void)status;
    (void)events;
    Watch *watch = uv.handle_get_data(poll);
    if (watch != NULL)
        engine_drain(watch->engine);
}

static void closed(void *poll)
{
    Watch *watch = uv.handle_get_data(poll);
    napi_remove_async_cleanup_hook(watch->hook);
    free(poll);
    free(watch);
}

/* The environment ends. Its memory is still there; once the queue is closed, the kernel needs none of it any more. */
static void cleanup(napi_async_cleanup_hook_handle hook, void *data)
{
    Watch *watch = data;
    (void)hook;
    uv.poll_stop(watch->poll);
    engine_close(watch->engine);
    watch->engine->watch = NULL;
    uv.close(watch->poll, closed);
}

const char *watch_uv_open(Engine *engine)
{
    void *loop = NULL;
    int fd = library.queue_fd(engine->queue);
    if (fd < 0 || napi_get_uv_event_loop(engine->env, (struct uv_loop_s **)&loop) != napi_ok || !resolve())
        return "this system's queue has no descriptor that libuv could watch";
    Watch *watch = calloc(1, sizeof *watch);
    void *poll = calloc(1, uv.handle_size(UV_POLL_TYPE));
    if (watch == NULL || poll == NULL || uv.poll_init(loop, poll, fd) != 0) {
        free(watch);
        free(poll);
        return "libuv cannot watch the queue's descriptor";
    }
    watch->engine = engine;
    watch->poll = poll;
    uv.handle_set_data(poll, watch);
    uv.poll_start(poll, UV_READABLE_EVENT, readable);
    uv.unref(poll);
    napi_add_async_cleanup_hook(engine->env, cleanup, watch, &watch->hook);
    engine->watch = watch;
    return NULL;
}

void watch_uv_busy(Watch *watch) { uv.ref(watch->poll); }
void watch_uv_idle(Watch *watch) { uv.unref(watch->poll); }
