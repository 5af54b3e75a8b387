/* Which way this environment hears of completions. */
#include "watch.h"

const char *watch_open(Engine *engine)
{
    return engine->threaded ? watch_thread_open(engine) : watch_uv_open(engine);
}

void watch_busy(Engine *engine)
{
    if (engine->watch == NULL)
        return;
    if (engine->threaded)
        watch_thread_busy(engine->watch);
    else
        watch_uv_busy(engine->watch);
}

void watch_idle(Engine *engine)
{
    if (engine->watch == NULL)
        return;
    if (engine->threaded)
        watch_thread_idle(engine->watch);
    else
        watch_uv_idle(engine->watch);
}

void watch_close(Engine *engine)
{
    if (engine->watch != NULL && engine->threaded)
        watch_thread_close(engine->watch);
    engine->watch = NULL;
}
