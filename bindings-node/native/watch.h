/* The two ways to hear of completions. */
#ifndef AYAFILEIO_WATCH_H
#define AYAFILEIO_WATCH_H

#include <pthread.h>

#include "engine.h"

struct Watch {
    Engine *engine;
    /* libuv */
    void *poll;
    napi_async_cleanup_hook_handle hook;
    /* a thread */
    napi_threadsafe_function call;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int armed; /* something is in flight, and JavaScript has seen all that was told */
    int stop;
    int referenced;
};

const char *watch_uv_open(Engine *engine);
void watch_uv_busy(Watch *watch);
void watch_uv_idle(Watch *watch);

const char *watch_thread_open(Engine *engine);
void watch_thread_busy(Watch *watch);
void watch_thread_idle(Watch *watch);
void watch_thread_close(Watch *watch);

#endif
