/* Hosts whose event loop cannot watch a descriptor (Bun, Deno, Windows): one thread per queue waits, and tells
 * JavaScript once per batch. It sleeps while nothing is in flight. */
#include "watch.h"

#include <stdlib.h>

/* How long the end of an environment may have to wait for the thread. */
#define SLICE_MS 100

static void *wait_for_completions(void *data)
{
    Watch *watch = data;
    uint64_t queue = watch->engine->queue;
    pthread_mutex_lock(&watch->lock);
    while (!watch->stop) {
        if (!watch->armed) {
            pthread_cond_wait(&watch->changed, &watch->lock);
            continue;
        }
        pthread_mutex_unlock(&watch->lock);
        int32_t ready = library.wait(queue, SLICE_MS);
        pthread_mutex_lock(&watch->lock);
        if (ready > 0 && watch->armed && !watch->stop) {
            watch->armed = 0;
            napi_call_threadsafe_function(watch->call, NULL, napi_tsfn_nonblocking);
        }
    }
    pthread_mutex_unlock(&watch->lock);
    return NULL;
}

static void called(napi_env env, napi_value function, void *context, void *data)
{
    Watch *watch = context;
    (void)function;
    (void)data;
    if (env != NULL && watch->engine != NULL)
        engine_drain(watch->engine);
}

static void finalized(napi_env env, void *data, void *hint)
{
    (void)env;
    (void)hint;
    free(data);
}

const char *watch_thread_open(Engine *engine)
{
    Watch *watch = calloc(1, sizeof *watch);
    napi_value name;
    if (watch == NULL || napi_create_string_utf8(engine->env, "ayafileio", NAPI_AUTO_LENGTH, &name) != napi_ok ||
        napi_create_threadsafe_function(engine->env, NULL, NULL, name, 0, 1, watch, finalized, watch, called,
                                        &watch->call) != napi_ok) {
        free(watch);
        return "this host has no thread-safe functions";
    }
    watch->engine = engine;
    pthread_mutex_init(&watch->lock, NULL);
    pthread_cond_init(&watch->changed, NULL);
    napi_unref_threadsafe_function(engine->env, watch->call);
    if (pthread_create(&watch->thread, NULL, wait_for_completions, watch) != 0) {
        watch->engine = NULL;
        napi_release_threadsafe_function(watch->call, napi_tsfn_abort);
        return "a thread cannot be started";
    }
    engine->watch = watch;
    return NULL;
}

void watch_thread_busy(Watch *watch)
{
    if (!watch->referenced) {
        watch->referenced = 1;
        napi_ref_threadsafe_function(watch->engine->env, watch->call);
    }
    pthread_mutex_lock(&watch->lock);
    watch->armed = 1;
    pthread_cond_signal(&watch->changed);
    pthread_mutex_unlock(&watch->lock);
}

void watch_thread_idle(Watch *watch)
{
    if (watch->referenced) {
        watch->referenced = 0;
        napi_unref_threadsafe_function(watch->engine->env, watch->call);
    }
    pthread_mutex_lock(&watch->lock);
    watch->armed = 0;
    pthread_mutex_unlock(&watch->lock);
}

void watch_thread_close(Watch *watch)
{
    pthread_mutex_lock(&watch->lock);
    watch->stop = 1;
    pthread_cond_signal(&watch->changed);
    pthread_mutex_unlock(&watch->lock);
    pthread_join(watch->thread, NULL);
    watch->engine = NULL;
    napi_release_threadsafe_function(watch->call, napi_tsfn_abort);
}
