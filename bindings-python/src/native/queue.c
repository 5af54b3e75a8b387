/* One queue per running event loop. The object is the callback of loop.add_reader on the queue's descriptor, and the
 * loop alone owns it: when the loop closes, its selector lets go of the callback, and the queue closes with it.
 * So nothing that belongs to a loop outlives it. */
#include "runtime.h"

#include <errno.h>
#include <unistd.h>

#define BATCH 256

static void list_append(QueueObject *queue, OpObject *op)
{
    Py_INCREF((PyObject *)op);
    op->queue = queue;
    op->previous = NULL;
    op->next = queue->in_flight;
    if (op->next != NULL)
        op->next->previous = op;
    queue->in_flight = op;
}

/* The caller takes over the list's reference. */
static void list_remove(QueueObject *queue, OpObject *op)
{
    if (op->previous != NULL)
        op->previous->next = op->next;
    else
        queue->in_flight = op->next;
    if (op->next != NULL)
        op->next->previous = op->previous;
    op->previous = op->next = NULL;
    op->queue = NULL;
}

/* ---- which queue belongs to a loop ---- */

/* Loops of several threads share the list; its lock in a free-threaded build is that of the type. */
#define LIST_LOCK(state) ((PyObject *)(state)->queue_type)

static int list_grow(ModuleState *state)
{
    Py_ssize_t room = state->queues_room * 2 + 8;
    QueueObject **queues = PyMem_Realloc(state->queues, (size_t)room * sizeof *queues);
    if (queues == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    state->queues = queues;
    state->queues_room = room;
    return 0;
}

static int cache_add(ModuleState *state, QueueObject *queue)
{
    int result = 0;
    Py_BEGIN_CRITICAL_SECTION(LIST_LOCK(state));
    if (state->queues_count == state->queues_room)
        result = list_grow(state);
    if (result == 0)
        state->queues[state->queues_count++] = queue;
    Py_END_CRITICAL_SECTION();
    return result;
}

static void cache_remove(ModuleState *state, QueueObject *queue)
{
    Py_BEGIN_CRITICAL_SECTION((PyObject *)Py_TYPE((PyObject *)queue)); /* the module may be gone, the type is not */
    for (Py_ssize_t i = 0; i < state->queues_count; i++)
        if (state->queues[i] == queue) {
            state->queues[i] = state->queues[--state->queues_count];
            break;
        }
    Py_END_CRITICAL_SECTION();
}

static QueueObject *cache_find(ModuleState *state, PyObject *loop)
{
    QueueObject *queue = NULL;
    Py_BEGIN_CRITICAL_SECTION(LIST_LOCK(state));
    for (Py_ssize_t i = 0; i < state->queues_count && queue == NULL; i++)
        if (state->queues[i]->loop == loop)
            queue = state->queues[i];
    Py_END_CRITICAL_SECTION();
    return queue;
}

/* A forked child inherits descriptors of queues whose runtime is gone: closed, never used. */
static void forget(QueueObject *queue)
{
    cache_remove(queue->state, queue);
    queue->open = 0;
    if (queue->fd >= 0)
        close(queue->fd);
    queue->fd = -1;
}

static void queues_forget(ModuleState *state)
{
    for (Py_ssize_t i = state->queues_count; i-- > 0;)
        if (!library_lives(state->queues[i]->generation))
            forget(state->queues[i]);
}

/* ---- life ---- */

static int watch_with_thread(QueueObject *queue, PyObject *loop)
{
    PyObject *module = slow_module(queue->state);
    if (module == NULL)
        return -1;
    queue->waiter = PyObject_CallMethod(module, "watch_with_thread", "OO", loop, (PyObject *)queue);
    return queue->waiter == NULL ? -1 : 0;
}

static int watch(QueueObject *queue, PyObject *loop)
{
    if (queue->fd < 0)
        return watch_with_thread(queue, loop);
    PyObject *fd = PyLong_FromLong(queue->fd);
    if (fd == NULL)
        return -1;
    PyObject *added = PyObject_CallMethodObjArgs(loop, queue->state->str_add_reader, fd, (PyObject *)queue, NULL);
    Py_DECREF(fd);
    Py_XDECREF(added);
    if (added != NULL)
        return 0;
    if (!PyErr_ExceptionMatches(PyExc_NotImplementedError))
        return -1;
    PyErr_Clear();
    return watch_with_thread(queue, loop);
}

static QueueObject *queue_new(ModuleState *state, PyObject *loop)
{
    QueueObject *queue = PyObject_GC_New(QueueObject, state->queue_type);
    if (queue == NULL)
        return NULL;
    memset((char *)queue + offsetof(QueueObject, state), 0, sizeof *queue - offsetof(QueueObject, state));
    queue->state = state_hold(state);
    queue->fd = -1;
    PyObject_GC_Track((PyObject *)queue);
    int32_t status = library.queue_open(&queue->handle);
    if (status < 0) {
        error_raise(state, -status, 0, NULL);
        Py_DECREF((PyObject *)queue);
        return NULL;
    }
    queue->open = 1;
    queue->loop = loop;
    queue->generation = library.generation;
    queue->fd = library.queue_fd(queue->handle);
    if (cache_add(state, queue) < 0 || watch(queue, loop) < 0) {
        Py_DECREF((PyObject *)queue);
        return NULL;
    }
    return queue;
}

QueueObject *queue_of_running_loop(ModuleState *state)
{
    PyObject *loop = PyObject_CallNoArgs(state->get_running_loop);
    if (loop == NULL)
        return NULL;
    if (loop == Py_None) {
        Py_DECREF(loop);
        PyErr_SetString(PyExc_RuntimeError, "no running event loop");
        return NULL;
    }
    QueueObject *queue = cache_find(state, loop);
    if (UNLIKELY(queue != NULL && !library_lives(queue->generation))) {
        queues_forget(state);
        queue = NULL;
    }
    if (queue == NULL) {
        queue = queue_new(state, loop);
        /* The loop holds it from now on. */
        Py_XDECREF((PyObject *)queue);
    }
    Py_DECREF(loop);
    return queue;
}

/* Where operations belong that the kernel still held when their queue closed. Never open. */
static QueueObject lost;

/* Closes the queue and lets go of what was in flight. Nobody will resume those operations: their loop is gone. */
static void queue_shut(QueueObject *queue)
{
    if (!queue->open)
        return;
    if (!library_lives(queue->generation))
        forget(queue);
    int32_t held = 0;
    if (queue->open) {
        queue->open = 0;
        cache_remove(queue->state, queue);
        uint64_t handle = queue->handle;
        Py_BEGIN_ALLOW_THREADS
        held = library.queue_close(handle);
        Py_END_ALLOW_THREADS
    }
    while (queue->in_flight != NULL) {
        OpObject *op = queue->in_flight;
        list_remove(queue, op);
        if (held > 0) {
            /* The kernel may still write into its memory: kept for ever, and safe from a collection. */
            op->queue = &lost;
            continue;
        }
        op->error = AYA_ECANCELED;
        op->result = -1;
        op->abandoned = 1;
        op_deliver(op);
        Py_DECREF((PyObject *)op);
    }
}

static int queue_traverse(PyObject *self, visitproc visit, void *arg)
{
    QueueObject *queue = (QueueObject *)self;
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(queue->waiter);
    for (OpObject *op = queue->in_flight; op != NULL; op = op->next)
        Py_VISIT((PyObject *)op);
    return 0;
}

static int queue_clear(PyObject *self)
{
    QueueObject *queue = (QueueObject *)self;
    queue_shut(queue);
    Py_CLEAR(queue->waiter);
    return 0;
}

static void queue_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject *error_type, *value, *traceback;
    PyObject_GC_UnTrack(self);
    PyErr_Fetch(&error_type, &value, &traceback);
    queue_clear(self);
    PyErr_Restore(error_type, value, traceback);
    state_release(((QueueObject *)self)->state);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

/* ---- work ---- */

/* Everything staged in this turn of the loop goes to the kernel together, and what is done by then is taken out. */
static void schedule_flush(QueueObject *queue)
{
    ModuleState *state = queue->state;
    PyObject *flush = PyObject_GetAttr((PyObject *)queue, state->str_flush);
    PyObject *scheduled =
        flush == NULL ? NULL : PyObject_CallMethodObjArgs(queue->loop, state->str_call_soon, flush, NULL);
    Py_XDECREF(flush);
    if (scheduled != NULL)
        queue->flush_scheduled = 1;
    else {
        PyErr_Clear(); /* the loop is being closed: nobody waits for a turn of it any more */
        library.flush(queue->handle);
    }
    Py_XDECREF(scheduled);
}

void queue_cancel(QueueObject *queue, OpObject *op)
{
    if (!queue->open || !library_lives(queue->generation))
        return;
    /* A cancellation is staged like anything else. */
    if (library.cancel(queue->handle, op->token) == 0 && !queue->flush_scheduled)
        schedule_flush(queue);
}

int queue_submit(QueueObject *queue, OpObject *op, aya_submission *submission, aya_completion *out)
{
    int32_t status = library.submit(queue->handle, submission, out);
    if (status < 0)
        return status;
    if (status == AYA_PENDING) {
        op->token = out->token;
        list_append(queue, op);
    }
    if ((out->flags & AYA_COMPLETION_STAGED) && !queue->flush_scheduled)
        schedule_flush(queue);
    return status;
}

/* Takes everything out first, then delivers: a delivery may submit, and a submission may find things to reap. */
static void queue_reap(QueueObject *queue)
{
    aya_completion batch[BATCH];
    OpObject *first = NULL, **last = &first;
    int32_t count;
    do {
        count = library.reap(queue->handle, batch, BATCH);
        for (int32_t i = 0; i < count; i++) {
            OpObject *op = (OpObject *)(uintptr_t)batch[i].user_data;
            list_remove(queue, op);
            op_take_completion(op, &batch[i]);
            *last = op;
            last = &op->next;
        }
    } while (count == BATCH);
    for (OpObject *op = first; op != NULL; op = op->next)
        op_deliver(op);
    while (first != NULL) {
        OpObject *op = first;
        first = op->next;
        op->next = NULL;
        Py_DECREF((PyObject *)op);
    }
}

static PyObject *queue_call(PyObject *self, PyObject *Py_UNUSED(args), PyObject *Py_UNUSED(keywords))
{
    QueueObject *queue = (QueueObject *)self;
    Py_INCREF(self);
    if (queue->open && library_lives(queue->generation)) {
        Py_BEGIN_CRITICAL_SECTION(self);
        queue_reap(queue);
        Py_END_CRITICAL_SECTION();
    }
    Py_DECREF(self);
    Py_RETURN_NONE;
}

static PyObject *queue_flush(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    QueueObject *queue = (QueueObject *)self;
    queue->flush_scheduled = 0;
    if (queue->open && library_lives(queue->generation) && library.flush(queue->handle) > 0)
        return queue_call(self, NULL, NULL);
    Py_RETURN_NONE;
}

/* For the thread that waits where the loop cannot. */
static PyObject *queue_wait(PyObject *self, PyObject *timeout)
{
    QueueObject *queue = (QueueObject *)self;
    int64_t milliseconds;
    if (arg_int64(timeout, "timeout_ms", &milliseconds) < 0)
        return NULL;
    if (!queue->open || !library_lives(queue->generation))
        Py_RETURN_FALSE;
    int32_t ready;
    uint64_t handle = queue->handle;
    Py_BEGIN_ALLOW_THREADS
    ready = library.wait(handle, milliseconds);
    Py_END_ALLOW_THREADS
    return PyBool_FromLong(ready > 0);
}

static PyObject *queue_close_method(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    queue_shut((QueueObject *)self);
    Py_RETURN_NONE;
}

static PyMethodDef queue_methods[] = {
    {"flush", queue_flush, METH_NOARGS, "Hand what is staged to the kernel."},
    {"wait", queue_wait, METH_O, "Block until something can be reaped; False at the deadline."},
    {"close", queue_close_method, METH_NOARGS, "Cancel what is in flight and release the queue."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot queue_slots[] = {
    {Py_tp_doc, "The queue of one event loop; calling it delivers what has completed."},
    {Py_tp_dealloc, queue_dealloc},
    {Py_tp_traverse, queue_traverse},
    {Py_tp_clear, queue_clear},
    {Py_tp_call, queue_call},
    {Py_tp_methods, queue_methods},
    {0, NULL},
};

static PyType_Spec queue_spec = {
    .name = "ayafileio._ayafileio.Queue",
    .basicsize = sizeof(QueueObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = queue_slots,
};

int queue_type_ready(PyObject *module, ModuleState *state)
{
    state->queue_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &queue_spec, NULL);
    return state->queue_type == NULL ? -1 : 0;
}
