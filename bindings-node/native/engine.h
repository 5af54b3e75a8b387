/* What one environment (the main thread, or one worker) has of the addon. */
#ifndef AYAFILEIO_ENGINE_H
#define AYAFILEIO_ENGINE_H

#define NAPI_VERSION 8
#include <node_api.h>

#include "library.h"

/* The memory that JavaScript and this addon share, one ArrayBuffer: what JavaScript calls `lanes`. A submission goes in
 * and results come out without an object, a BigInt or a reference being made for either. */
#define BATCH 256
typedef struct {
    aya_submission submission;
    aya_completion out;    /* of the last submit */
    int32_t status;        /* of the last submit */
    uint32_t reserved;
    aya_completion batch[BATCH];
} Shared;

typedef struct Watch Watch;

typedef struct {
    uint64_t *list;
    size_t count, room;
} Files;

typedef struct {
    napi_env env;
    Shared *shared;
    napi_ref memory;  /* keeps the ArrayBuffer under shared */
    napi_ref drain;   /* JavaScript's function that takes a batch */
    uint64_t queue;   /* 0 until something had to wait for the first time */
    uint32_t in_flight;
    int threaded;     /* this host cannot watch a descriptor: a thread waits instead */
    int closing;
    Watch *watch;
    Files files;
} Engine;

void files_add(Files *files, uint64_t file);
/* Pushes what is buffered and closes, in the background. */
void files_release(Files *files);

/* Takes finished operations into the batch and has JavaScript deliver them, until none is left. */
void engine_drain(Engine *engine);

/* Closes the queue: cancels what is in flight and waits until the kernel has let go of its memory. */
void engine_close(Engine *engine);

/* The functions that JavaScript calls. */
napi_value engine_submit(napi_env env, napi_callback_info info);
napi_value engine_attempt(napi_env env, napi_callback_info info);
napi_value engine_submit_many(napi_env env, napi_callback_info info);
napi_value engine_flush(napi_env env, napi_callback_info info);
napi_value engine_cancel(napi_env env, napi_callback_info info);
napi_value engine_spill(napi_env env, napi_callback_info info);

/* Whatever tells JavaScript that there is something to reap. Opened with the queue; busy while anything is in flight,
 * which keeps the process alive. */
const char *watch_open(Engine *engine);
void watch_busy(Engine *engine);
void watch_idle(Engine *engine);
/* Lets go of the host's event loop. After this the watch never calls back. */
void watch_close(Engine *engine);

#endif
