/* How an operation gets to the library and back. Nothing here knows one operation from another: JavaScript writes the
 * submission, and the first argument word of every operation that takes memory is the place in that memory, to which
 * its address is added here. */
#include "engine.h"

#include <string.h>

/* The address of a Buffer, TypedArray or DataView; 0 with an exception pending when it is none. */
static uintptr_t address_of(napi_env env, napi_value view)
{
    void *data = NULL;
    bool is;
    if (napi_get_typedarray_info(env, view, NULL, NULL, &data, NULL, NULL) == napi_ok)
        return (uintptr_t)data;
    if (napi_is_dataview(env, view, &is) == napi_ok && is &&
        napi_get_dataview_info(env, view, NULL, &data, NULL, NULL) == napi_ok)
        return (uintptr_t)data;
    napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", "memory must be a TypedArray or a DataView");
    return 0;
}

static int open_queue(Engine *engine)
{
    uint64_t queue;
    int32_t status = library.queue_open(&queue);
    if (status < 0)
        return status;
    engine->queue = queue;
    const char *failed = watch_open(engine);
    if (failed == NULL)
        return 0;
    engine->queue = 0;
    library.queue_close(queue);
    napi_throw_error(engine->env, "ERR_AYAFILEIO_WATCH", failed);
    return -AYA_ENOSYS;
}

/* Inline first; a queue only for what has to wait. */
static void submit(Engine *engine)
{
    Shared *shared = engine->shared;
    int32_t status = library.submit(0, &shared->submission, &shared->out);
    if (status == AYA_WOULD_WAIT) {
        status = engine->closing ? -AYA_ECANCELED : engine->queue == 0 ? open_queue(engine) : 0;
        if (status == 0)
            status = library.submit(engine->queue, &shared->submission, &shared->out);
        if (status == AYA_PENDING && engine->in_flight++ == 0)
            watch_busy(engine);
    }
    shared->status = status;
    /* What needs no file makes one. */
    if (shared->submission.file == 0 && status >= 0 && shared->out.error == 0 && shared->out.result > 0)
        files_add(&engine->files, (uint64_t)shared->out.result);
    /* Words that an operation does not use must be zero, and the next one may use fewer. */
    memset(&shared->submission.args, 0, sizeof shared->submission.args);
}

/* submit(memory?): the answer is in shared->status and shared->out. */
napi_value engine_submit(napi_env env, napi_callback_info info)
{
    Engine *engine;
    size_t argc = 1;
    napi_value argv[1];
    napi_get_cb_info(env, info, &argc, argv, NULL, (void **)&engine);
    if (argc > 0) {
        void *data = NULL;
        if (napi_get_typedarray_info(env, argv[0], NULL, NULL, &data, NULL, NULL) != napi_ok) {
            data = (void *)address_of(env, argv[0]);
            if (data == NULL)
                return NULL;
        }
        engine->shared->submission.args.words[0] += (uintptr_t)data;
    }
    submit(engine);
    return NULL;
}

/* attempt(): as submit, but only what can be done at once; otherwise the status says that it would wait, and nothing was
 * started. */
napi_value engine_attempt(napi_env env, napi_callback_info info)
{
    Engine *engine;
    napi_get_cb_info(env, info, NULL, NULL, NULL, (void **)&engine);
    Shared *shared = engine->shared;
    shared->status = library.submit(0, &shared->submission, &shared->out);
    memset(&shared->submission.args, 0, sizeof shared->submission.args);
    return NULL;
}

/* submitMany(segments, memory): memory is one view for all segments, or an array with a view for each. The segments
 * hold places; their addresses are added here, and they must stay where they are until the operation is finished. */
napi_value engine_submit_many(napi_env env, napi_callback_info info)
{
    Engine *engine;
    size_t argc = 2;
    napi_value argv[2];
    napi_get_cb_info(env, info, &argc, argv, NULL, (void **)&engine);
    void *list = NULL;
    size_t length = 0;
    bool many = false;
    if (argc < 2 || napi_get_typedarray_info(env, argv[0], NULL, &length, &list, NULL, NULL) != napi_ok ||
        napi_is_array(env, argv[1], &many) != napi_ok) {
        napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", "segments must be a Uint8Array");
        return NULL;
    }
    aya_segment *segments = list;
    size_t count = length / sizeof *segments;
    uintptr_t base = many ? 0 : address_of(env, argv[1]);
    if (!many && base == 0)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        if (many) {
            napi_handle_scope scope;
            napi_value view;
            if (napi_open_handle_scope(env, &scope) != napi_ok)
                return NULL;
            base = napi_get_element(env, argv[1], (uint32_t)i, &view) == napi_ok ? address_of(env, view) : 0;
            napi_close_handle_scope(env, scope);
            if (base == 0 && segments[i].length > 0)
                return NULL;
        }
        segments[i].data = (void *)(base + (uintptr_t)segments[i].data);
    }
    engine->shared->submission.args.words[0] = (uintptr_t)segments;
    engine->shared->submission.args.words[1] = count;
    submit(engine);
    return NULL;
}

static int32_t reap(Engine *engine)
{
    int32_t count = library.reap(engine->queue, engine->shared->batch, BATCH);
    if (count <= 0)
        return 0;
    engine->in_flight -= (uint32_t)count;
    return count;
}

/* flush(): hands over what this turn has staged, and answers how many completions are in the batch. When that is the
 * whole batch there may be more: call again. */
napi_value engine_flush(napi_env env, napi_callback_info info)
{
    Engine *engine;
    napi_value result;
    napi_get_cb_info(env, info, NULL, NULL, NULL, (void **)&engine);
    int32_t count = 0;
    if (engine->queue != 0 && library.flush(engine->queue) > 0) {
        count = reap(engine);
        if (engine->in_flight == 0)
            watch_idle(engine);
    }
    return napi_create_int32(env, count, &result) == napi_ok ? result : NULL;
}

void engine_drain(Engine *engine)
{
    napi_env env = engine->env;
    int32_t count = BATCH;
    while (count == BATCH && engine->queue != 0) {
        napi_handle_scope scope;
        napi_value drain, self, argument, nothing; /* Deno wants room for the result */
        if ((count = reap(engine)) == 0)
            break;
        if (engine->in_flight == 0)
            watch_idle(engine);
        if (napi_open_handle_scope(env, &scope) != napi_ok)
            return;
        if (napi_get_reference_value(env, engine->drain, &drain) == napi_ok && napi_get_global(env, &self) == napi_ok &&
            napi_create_int32(env, count, &argument) == napi_ok &&
            napi_make_callback(env, NULL, self, drain, 1, &argument, &nothing) == napi_pending_exception) {
            napi_value error;
            napi_get_and_clear_last_exception(env, &error);
            napi_fatal_exception(env, error);
        }
        napi_close_handle_scope(env, scope);
    }
    if (engine->in_flight > 0)
        watch_busy(engine);
}

/* cancel(tokenLo, tokenHi): true when asked; the operation then still completes, once. */
napi_value engine_cancel(napi_env env, napi_callback_info info)
{
    Engine *engine;
    size_t argc = 2;
    napi_value argv[2], result;
    uint32_t low = 0, high = 0;
    napi_get_cb_info(env, info, &argc, argv, NULL, (void **)&engine);
    if (argc == 2) {
        napi_get_value_uint32(env, argv[0], &low);
        napi_get_value_uint32(env, argv[1], &high);
    }
    int32_t status = engine->queue == 0 ? -AYA_ENOENT : library.cancel(engine->queue, (uint64_t)high << 32 | low);
    return napi_get_boolean(env, status == 0, &result) == napi_ok ? result : NULL;
}

/* spill(low, high, length): the bytes of a read to the end that did not fit, as a Buffer. */
napi_value engine_spill(napi_env env, napi_callback_info info)
{
    size_t argc = 3;
    napi_value argv[3], result = NULL;
    uint32_t low = 0, high = 0;
    int64_t length = 0;
    napi_get_cb_info(env, info, &argc, argv, NULL, NULL);
    if (argc == 3) {
        napi_get_value_uint32(env, argv[0], &low);
        napi_get_value_uint32(env, argv[1], &high);
        napi_get_value_int64(env, argv[2], &length);
    }
    void *spill = (void *)(uintptr_t)((uint64_t)high << 32 | low);
    napi_create_buffer_copy(env, (size_t)length, spill, NULL, &result);
    library.release(spill);
    return result;
}

void engine_close(Engine *engine)
{
    uint64_t queue = engine->queue;
    engine->closing = 1;
    engine->queue = 0;
    if (queue != 0)
        library.queue_close(queue);
}
