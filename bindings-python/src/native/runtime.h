/* The objects of the extension and what its files offer one another.
 *
 * Threads: everything here runs with the interpreter's lock held, or in a free-threaded build with the critical
 * section of the file or the queue concerned. The library never calls back, so no foreign thread ever enters.
 * Memory: an operation that the kernel holds is kept alive by its queue's list, whatever its awaiter does. */
#ifndef AYAFILEIO_RUNTIME_H
#define AYAFILEIO_RUNTIME_H

#include "compat.h"
#include "library.h"

#include <stdlib.h>

typedef struct OpObject OpObject;
typedef struct FileObject FileObject;
typedef struct QueueObject QueueObject;

/* The interned names that are looked up at run time, X-macro so that declaring and interning cannot drift apart. */
#define NAMES(X) \
    X(create_future) X(set_result) X(done) X(add_reader) X(call_soon) X(flush) X(fileno) X(throw) X(close) X(value)

/* What the module knows. It lives as long as the module or any object: a collection at the interpreter's end may take
 * the module away before its objects. */
typedef struct {
    Py_ssize_t holders; /* the module and each object */
    PyTypeObject *file_type;
    PyTypeObject *op_type;
    PyTypeObject *queue_type;
    PyObject *unsupported_operation; /* io.UnsupportedOperation */
    PyObject *get_running_loop;      /* asyncio's, looked up at the first wait */
    PyObject *slow;                  /* ayafileio._slow, looked up at the first use */
    PyObject *text;                  /* ayafileio._text, likewise */
#define X(name) PyObject *str_##name;
    NAMES(X)
#undef X
    QueueObject **queues; /* borrowed: a queue takes itself out when its loop lets go of it */
    Py_ssize_t queues_count;
    Py_ssize_t queues_room;
    PyObject *stop;       /* a StopIteration to use again */
    OpObject *free_ops; /* kept for reuse, linked by next */
    int free_ops_count;
    Py_ssize_t buffer_size; /* of the core, refreshed when options change */
} ModuleState;

extern PyModuleDef module_definition;

static inline ModuleState *state_of(PyObject *module)
{
    return *(ModuleState **)PyModule_GetState(module);
}

static inline ModuleState *state_hold(ModuleState *state)
{
#ifdef Py_GIL_DISABLED
    __atomic_add_fetch(&state->holders, 1, __ATOMIC_RELAXED);
#else
    state->holders++;
#endif
    return state;
}

static inline void state_release(ModuleState *state)
{
#ifdef Py_GIL_DISABLED
    Py_ssize_t left = __atomic_sub_fetch(&state->holders, 1, __ATOMIC_ACQ_REL);
#else
    Py_ssize_t left = --state->holders;
#endif
    if (UNLIKELY(left == 0))
        free(state);
}

/* ---- op.c: the awaitable ---------------------------------------------------------------------------------------- */

typedef enum {
    OP_NEW,       /* not awaited yet: nothing was started */
    OP_RUNNING,   /* on the stack */
    OP_ORDERED,   /* waits for its turn on the file; inner is the future's iterator */
    OP_WAITING,   /* the kernel has it; inner is the future's iterator */
    OP_YIELDED,   /* finished, gave the loop one turn; value holds the result */
    OP_DELEGATED, /* a coroutine does the work; inner is that coroutine */
    OP_FINISHED,
} OpPhase;

/* What a step of an operation came to. */
typedef enum {
    STEP_ERROR = -1, /* a Python exception is set */
    STEP_VALUE = 0,  /* op->value is the result */
    STEP_SUBMIT = 1, /* the submission is filled in (prepare), or another one is wanted (finish) */
    STEP_DELEGATE = 2, /* op->inner is a coroutine that does the rest */
    STEP_GIVE_BACK = 3, /* unread lines must go back first; prepare is called again */
} Step;

enum { /* OpKind.flags */
    KIND_CURSOR = 1,     /* uses or moves the position: waits for its turn, gives unread lines back first */
    KIND_EXCLUSIVE = 2,  /* nothing else may use the cursor until it has finished */
    KIND_RAW = 4,        /* called by the one who has the turn */
    KIND_READS = 8,      /* needs a readable file */
    KIND_WRITES = 16,    /* needs a writable file */
    KIND_AT_ONCE = 32,   /* never gives a turn of the loop away: seek, tell */
    KIND_KEEPS_LINES = 64, /* deals with unread lines itself */
    KIND_UNCANCELLED = 128, /* goes on in the core when its awaiter is cancelled */
    KIND_ANY_STATE = 256,   /* does its own checks of closed and failed files */
    KIND_BINARY = 512,      /* refused on a text file */
    KIND_TAKES = 1024,      /* the result is bytes taken at the position: a cancelled one is put back if it can be */
};

typedef struct OpKind {
    const char *name;
    const char *qualname;
    unsigned flags;
    /* Fills the submission for this step. Called again for each step that finish asks for. */
    Step (*prepare)(OpObject *op, aya_submission *submission);
    /* Turns a successful completion into op->value, or asks for another step. May be NULL: the value is None. */
    Step (*finish)(OpObject *op);
    /* Turns a failed completion into another step or a value; NULL or STEP_ERROR without exception set: raise it. */
    Step (*failed)(OpObject *op);
    /* The completion arrived after the awaiter had gone. */
    void (*abandoned)(OpObject *op);
} OpKind;

struct OpObject {
    PyObject_HEAD
    ModuleState *state;
    const OpKind *kind;
    FileObject *file;
    QueueObject *queue; /* borrowed, while in flight */
    OpObject *previous; /* in the queue's list while in flight, in the file's while waiting for its turn */
    OpObject *next;
    PyObject *future;
    PyObject *inner;
    PyObject *value;
    PyObject *data; /* read into, or written from */
    Py_buffer view; /* the caller's own buffer; view.obj is NULL when there is none */
    void *extra;    /* PyMem_Free'd with the op */
    int64_t offset;
    int64_t length;
    int64_t result;
    int64_t place; /* KIND_TAKES: where the bytes begin, -1 when that is not known */
    void *spill;
    uint64_t token;
    int32_t error;
    int32_t native;
    uint8_t phase;
    uint8_t step;
    uint8_t turn;      /* has the turn on the file */
    uint8_t in_queue;  /* in the file's queue of waiters */
    uint8_t abandoned;
    uint8_t refused; /* value is the exception that the arguments deserve */
    uint8_t giving_back; /* the submission under way is the seek that gives unread lines back */
};

int op_type_ready(PyObject *module, ModuleState *state);
OpObject *op_new(ModuleState *state, const OpKind *kind, FileObject *file);
PyObject *op_refuse(OpObject *op); /* takes the exception that is set */
void op_reset(OpObject *op);
void op_take_completion(OpObject *op, const aya_completion *completion);
void op_deliver(OpObject *op);
void op_free_list_clear(ModuleState *state);

/* stop.c: steal result. */
PyObject *as_iteration(PySendResult how, PyObject *result);
PyObject *stop_with(ModuleState *state, PyObject *result);

/* ---- engine.c: how an operation runs ---------------------------------------------------------------------------- */

PySendResult op_start(OpObject *op, PyObject **result);
PySendResult op_continue(OpObject *op, PyObject **result);
PySendResult op_turn_came(OpObject *op, PyObject **result);
PySendResult op_end(OpObject *op, PySendResult how);
int op_submit(OpObject *op, aya_submission *submission); /* 1 finished, 0 in flight, -1 exception */
void op_give_turn_up(OpObject *op);
void op_put_back(OpObject *op);
Step step_value(OpObject *op, PyObject *value); /* steals value; NULL is an error */
Step step_delegate(OpObject *op, PyObject *coroutine); /* likewise */

/* ---- queue.c ---------------------------------------------------------------------------------------------------- */

struct QueueObject {
    PyObject_HEAD
    ModuleState *state;
    PyObject *loop; /* borrowed: the loop owns this object, not the reverse */
    PyObject *waiter; /* the thread that waits where the loop cannot watch a descriptor, or NULL */
    OpObject *in_flight;
    uint64_t handle;
    uint32_t generation;
    int fd;
    uint8_t open;
    uint8_t flush_scheduled;
};

int queue_type_ready(PyObject *module, ModuleState *state);
QueueObject *queue_of_running_loop(ModuleState *state); /* borrowed */
int queue_submit(QueueObject *queue, OpObject *op, aya_submission *submission, aya_completion *out);
void queue_cancel(QueueObject *queue, OpObject *op);

/* ---- file.c, open.c --------------------------------------------------------------------------------------------- */

enum { OPEN_DEFERRED, OPEN_PENDING, OPEN_DONE, OPEN_FAILED };

struct FileObject {
    PyObject_HEAD
    ModuleState *state;
    PyObject *weakrefs;
    PyObject *name;
    PyObject *path; /* bytes, as the system wants it; NULL for a wrapped descriptor */
    PyObject *mode; /* str */
    PyObject *kept; /* what wrap_file was given */
    PyObject *text; /* the codec side of a text file (ayafileio._text), NULL for binary */
    uint64_t handle;
    int64_t position; /* where the core's position was last known to be; used after a fork */
    int64_t buffering;
    uint32_t generation; /* of the library that handle belongs to */
    uint32_t open_flags;
    int fd;
    int32_t open_error;
    int32_t open_native;
    uint8_t opening;
    uint8_t closed;
    uint8_t taken; /* somebody got it or used it: only then can he have forgotten to close it */
    uint8_t owns_fd;
    uint8_t from_opener; /* the descriptor is ours even if wrapping it failed */
    uint8_t stream; /* has no position: unread lines cannot be given back */
    /* Lines: one chunk read ahead, handed out without crossing into the core. */
    PyObject *chunk;
    Py_ssize_t chunk_at;
    Py_ssize_t chunk_end;
    /* Text: one decoded chunk. */
    PyObject *decoded;
    Py_ssize_t decoded_at;
    Py_ssize_t decoded_end;
    uint8_t text_lines; /* lines end at '\n' and nowhere else */
    uint8_t text_utf8;  /* writing needs nothing but UTF-8 */
    /* Whose turn it is to use the cursor, and who waits for it. */
    OpObject *owner;
    OpObject *waiters_first;
    OpObject *waiters_last;
};

int file_type_ready(PyObject *module, ModuleState *state);
int file_begin(FileObject *file, OpObject *op); /* 0, or -1 with an exception */
void file_opened(FileObject *file, int64_t result, int32_t error, int32_t native);
int file_submit_open(FileObject *file);
FileObject *file_new(ModuleState *state, PyTypeObject *type);
int file_open(FileObject *file, PyObject **arguments);
int file_wrap(FileObject *file, PyObject *object, PyObject *mode, int owns_fd);
extern PyMethodDef file_methods[];
extern const char file_doc[];
PyObject *file_await(PyObject *self);
PyObject *file_aiter(PyObject *self);
PyObject *file_anext(PyObject *self);
extern const OpKind kind_opening, kind_opened;

/* The parsed mode of a file. */
typedef struct {
    uint32_t flags; /* AYA_OPEN_… */
    int text;
} Mode;
int mode_parse(PyObject *mode, Mode *out);

/* ---- errors.c --------------------------------------------------------------------------------------------------- */

void error_raise(ModuleState *state, int32_t error, int32_t native, PyObject *filename);
void error_closed(void);
void error_refused(ModuleState *state, const char *what); /* io.UnsupportedOperation */

/* ---- args.c: binding and converting arguments ------------------------------------------------------------------- */

#define ARGUMENTS_MAX 8

typedef struct {
    const char *function;
    int count;
    int required;
    int positional; /* how many may be given by place */
    const char *names[ARGUMENTS_MAX];
} Signature;

int args_bind(const Signature *signature, PyObject *const *args, Py_ssize_t count, PyObject *keywords, PyObject **out);
int arg_size(PyObject *argument, const char *name, int64_t *out);   /* None or absent: -1 */
int arg_offset(PyObject *argument, const char *name, int64_t *out); /* >= 0 */
int arg_int64(PyObject *argument, const char *name, int64_t *out);
int arg_int(PyObject *argument, const char *name, int *out);
int arg_bool(PyObject *argument, int fallback, int *out);
int arg_readable(PyObject *argument, OpObject *op); /* bytes-like to write from */
int arg_writable(PyObject *argument, OpObject *op); /* buffer to read into */

/* ---- lines.c, text.c -------------------------------------------------------------------------------------------- */

static inline Py_ssize_t file_unread(const FileObject *file)
{
    return file->chunk_end - file->chunk_at;
}
void file_forget_lines(FileObject *file);
PyObject *file_take_unread(FileObject *file, Py_ssize_t count);
PyObject *text_module(ModuleState *state);
PyObject *slow_module(ModuleState *state);

/* ---- memory.c --------------------------------------------------------------------------------------------------- */

PyObject *bytes_new(Py_ssize_t size); /* uninitialised, to be read into */

/* ---- info.c ----------------------------------------------------------------------------------------------------- */

extern PyMethodDef module_methods[], module_private_methods[];
int options_refresh(ModuleState *state);

#endif
