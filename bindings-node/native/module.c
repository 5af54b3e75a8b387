/* What the addon exports, and the life of an environment. */
#define _GNU_SOURCE
#include "engine.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static napi_value status_value(napi_env env, int32_t status)
{
    napi_value value;
    return napi_create_int32(env, status, &value) == napi_ok ? value : NULL;
}

/* load(): opens the library. Called before the first operation, and not again once it has succeeded. */
static napi_value module_load(napi_env env, napi_callback_info info)
{
    char message[4400] = "";
    (void)info;
    if (library_open(message, sizeof message) < 0)
        napi_throw_error(env, "ERR_AYAFILEIO_LIBRARY", message);
    return NULL;
}

/* configure(name, value): 0 or -AYA_E…. */
static napi_value module_configure(napi_env env, napi_callback_info info)
{
    size_t argc = 2, length = 0;
    napi_value argv[2];
    char name[64];
    int64_t value = 0;
    napi_get_cb_info(env, info, &argc, argv, NULL, NULL);
    if (argc < 2 || napi_get_value_string_utf8(env, argv[0], name, sizeof name, &length) != napi_ok ||
        napi_get_value_int64(env, argv[1], &value) != napi_ok)
        return status_value(env, -AYA_EINVAL);
    return status_value(env, library.configure(name, length, value));
}

/* option(name): its value. */
static napi_value module_option(napi_env env, napi_callback_info info)
{
    size_t argc = 1, length = 0;
    napi_value argv[1], result;
    char name[64];
    int64_t value = 0;
    napi_get_cb_info(env, info, &argc, argv, NULL, NULL);
    if (argc < 1 || napi_get_value_string_utf8(env, argv[0], name, sizeof name, &length) != napi_ok ||
        library.option(name, length, &value) < 0)
        return NULL;
    return napi_create_int64(env, value, &result) == napi_ok ? result : NULL;
}

static napi_value module_configure_reset(napi_env env, napi_callback_info info)
{
    (void)info;
    return status_value(env, library.configure_reset());
}

/* backendInfo(): JSON. */
static napi_value module_backend_info(napi_env env, napi_callback_info info)
{
    napi_value result = NULL;
    int32_t length = library.backend_info(NULL, 0);
    (void)info;
    if (length < 0)
        return status_value(env, length);
    /* It may grow between the two calls; then it is cut, and the caller's parser would say so: leave room. */
    size_t room = (size_t)length + 1024;
    char *text = malloc(room);
    if (text == NULL)
        return status_value(env, -AYA_ENOMEM);
    length = library.backend_info(text, room);
    if (length >= 0)
        napi_create_string_utf8(env, text, strlen(text), &result);
    free(text);
    return result;
}

static napi_value module_drain_pool(napi_env env, napi_callback_info info)
{
    size_t argc = 1;
    napi_value argv[1];
    uint32_t which = 0;
    napi_get_cb_info(env, info, &argc, argv, NULL, NULL);
    if (argc == 1)
        napi_get_value_uint32(env, argv[0], &which);
    return status_value(env, library.drain_pool(which));
}

static uint64_t handle_argument(napi_env env, napi_callback_info info)
{
    size_t argc = 2;
    napi_value argv[2];
    uint32_t low = 0, high = 0;
    napi_get_cb_info(env, info, &argc, argv, NULL, NULL);
    if (argc == 2) {
        napi_get_value_uint32(env, argv[0], &low);
        napi_get_value_uint32(env, argv[1], &high);
    }
    return (uint64_t)high << 32 | low;
}

/* fileDescriptor(low, high): -1 while the open is pending, and for a handle that is gone. */
static napi_value module_file_descriptor(napi_env env, napi_callback_info info)
{
    int64_t fd = -1;
    uint32_t traits;
    if (library.file_info(handle_argument(env, info), &fd, &traits) < 0)
        fd = -1;
    return status_value(env, (int32_t)fd);
}

/* offset(fd): the descriptor's own offset; -1 for one that has none. */
static napi_value module_offset(napi_env env, napi_callback_info info)
{
    size_t argc = 1;
    napi_value argv[1], result;
    int32_t fd = -1;
    napi_get_cb_info(env, info, &argc, argv, NULL, NULL);
    if (argc == 1)
        napi_get_value_int32(env, argv[0], &fd);
    return napi_create_int64(env, (int64_t)lseek(fd, 0, SEEK_CUR), &result) == napi_ok ? result : NULL;
}

/* setOffset(fd, offset) */
static napi_value module_set_offset(napi_env env, napi_callback_info info)
{
    size_t argc = 2;
    napi_value argv[2];
    int32_t fd = -1;
    int64_t offset = 0;
    napi_get_cb_info(env, info, &argc, argv, NULL, NULL);
    if (argc == 2 && napi_get_value_int32(env, argv[0], &fd) == napi_ok &&
        napi_get_value_int64(env, argv[1], &offset) == napi_ok)
        (void)lseek(fd, (off_t)offset, SEEK_SET);
    return NULL;
}

/* duplicate(fd): a descriptor of its own for another owner; -1 when there is none left. */
static napi_value module_duplicate(napi_env env, napi_callback_info info)
{
    size_t argc = 1;
    napi_value argv[1];
    int32_t fd = -1;
    napi_get_cb_info(env, info, &argc, argv, NULL, NULL);
    if (argc == 1)
        napi_get_value_int32(env, argv[0], &fd);
    return status_value(env, fcntl(fd, F_DUPFD_CLOEXEC, 0));
}

/* dispose(low, high): for a handle that nobody closed. */
static napi_value module_dispose(napi_env env, napi_callback_info info)
{
    return status_value(env, library.file_dispose(handle_argument(env, info)));
}

/* pushAll(): before the process ends. */
static napi_value module_push_all(napi_env env, napi_callback_info info)
{
    (void)env;
    (void)info;
    library_push_all();
    return NULL;
}

static void environment_ended(void *data)
{
    Engine *engine = data;
    engine->closing = 1;
    watch_close(engine);
    engine_close(engine);
    files_release(&engine->files);
    library_leave();
}

static void engine_finalize(napi_env env, void *data, void *hint)
{
    (void)env;
    (void)hint;
    free(data);
}

/* attach(drain, threaded): the shared memory. Once per environment. */
static napi_value module_attach(napi_env env, napi_callback_info info)
{
    Engine *engine;
    size_t argc = 2;
    napi_value argv[2], memory;
    bool threaded = false;
    void *shared;
    napi_get_cb_info(env, info, &argc, argv, NULL, (void **)&engine);
    if (argc < 2 || engine->shared != NULL || napi_get_value_bool(env, argv[1], &threaded) != napi_ok ||
        napi_create_reference(env, argv[0], 1, &engine->drain) != napi_ok ||
        napi_create_arraybuffer(env, sizeof(Shared), &shared, &memory) != napi_ok ||
        napi_create_reference(env, memory, 1, &engine->memory) != napi_ok) {
        napi_throw_error(env, NULL, "the addon is attached already");
        return NULL;
    }
    memset(shared, 0, sizeof(Shared));
    engine->threaded = threaded;
    engine->shared = shared;
    library_enter();
    napi_add_env_cleanup_hook(env, environment_ended, engine);
    return memory;
}

static const struct {
    const char *name;
    napi_callback function;
} functions[] = {
    {"load", module_load},
    {"attach", module_attach},
    {"submit", engine_submit},
    {"attempt", engine_attempt},
    {"submitMany", engine_submit_many},
    {"flush", engine_flush},
    {"cancel", engine_cancel},
    {"spill", engine_spill},
    {"configure", module_configure},
    {"option", module_option},
    {"configureReset", module_configure_reset},
    {"backendInfo", module_backend_info},
    {"drainPool", module_drain_pool},
    {"fileDescriptor", module_file_descriptor},
    {"offset", module_offset},
    {"setOffset", module_set_offset},
    {"duplicate", module_duplicate},
    {"dispose", module_dispose},
    {"pushAll", module_push_all},
};

NAPI_MODULE_INIT()
{
    Engine *engine = calloc(1, sizeof *engine);
    if (engine == NULL)
        return NULL;
    engine->env = env;
    if (napi_set_instance_data(env, engine, engine_finalize, NULL) != napi_ok) {
        free(engine);
        return NULL;
    }
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        napi_value function;
        if (napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].function, engine, &function) !=
                napi_ok ||
            napi_set_named_property(env, exports, functions[i].name, function) != napi_ok)
            return NULL;
    }
    return exports;
}
