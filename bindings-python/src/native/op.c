/* The awaitable of one operation. To asyncio it is a coroutine: create_task, gather, wait_for, shield and run take it.
 * It differs in speed: there is no frame and no future unless the operation really has to wait, and what is done at
 * once is answered from am_send. */
#include "runtime.h"

#define FREE_OPS_MAX 256

OpObject *op_new(ModuleState *state, const OpKind *kind, FileObject *file)
{
    OpObject *op = NULL;
#ifndef Py_GIL_DISABLED
    op = state->free_ops;
    if (LIKELY(op != NULL)) {
        state->free_ops = op->next;
        state->free_ops_count--;
        PyObject_Init((PyObject *)op, state->op_type);
        op->next = NULL;
    }
#endif
    if (op == NULL) {
        op = PyObject_GC_New(OpObject, state->op_type);
        if (op == NULL)
            return NULL;
        memset((char *)op + offsetof(OpObject, state), 0, sizeof(OpObject) - offsetof(OpObject, state));
    }
    op->state = state_hold(state);
    op->kind = kind;
    op->file = (FileObject *)Py_XNewRef((PyObject *)file);
    op->phase = OP_NEW;
    PyObject_GC_Track((PyObject *)op);
    return op;
}

/* What a coroutine function would find wrong with its arguments it would raise when it is awaited, and so does this. */
PyObject *op_refuse(OpObject *op)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    op->refused = 1;
    Py_XDECREF(op->value);
    op->value = value;
    Py_XDECREF(type);
    Py_XDECREF(traceback);
    return (PyObject *)op;
}

/* Lets go of everything that one operation gathered, so that the object can end or be used again. */
void op_reset(OpObject *op)
{
    if (op->view.obj != NULL) {
        PyBuffer_Release(&op->view);
        op->view.obj = NULL;
    }
    if (op->spill != NULL) {
        if (library.release != NULL)
            library.release(op->spill);
        op->spill = NULL;
    }
    if (op->extra != NULL) {
        PyMem_Free(op->extra);
        op->extra = NULL;
    }
    Py_CLEAR(op->data);
    Py_CLEAR(op->value);
    Py_CLEAR(op->inner);
    Py_CLEAR(op->future);
}

static int op_traverse(PyObject *self, visitproc visit, void *arg)
{
    OpObject *op = (OpObject *)self;
    Py_VISIT(Py_TYPE(self));
    Py_VISIT((PyObject *)op->file);
    Py_VISIT(op->future);
    Py_VISIT(op->inner);
    Py_VISIT(op->value);
    Py_VISIT(op->data);
    Py_VISIT(op->view.obj);
    return 0;
}

/* What is in flight can be garbage too, together with its queue, when a loop was abandoned. Its memory is the kernel's
 * until the queue, which is cleared as well, has closed and lets go of it. */
static int op_clear(PyObject *self)
{
    OpObject *op = (OpObject *)self;
    if (op->queue != NULL)
        return 0;
    op_give_turn_up(op);
    op_reset(op);
    Py_CLEAR(op->file);
    return 0;
}

static void warn_never_awaited(OpObject *op)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    if (PyErr_WarnFormat(PyExc_RuntimeWarning, 1, "coroutine '%s' was never awaited", op->kind->qualname) < 0)
        PyErr_WriteUnraisable((PyObject *)Py_TYPE((PyObject *)op));
    PyErr_Restore(type, value, traceback);
}

static void op_dealloc(PyObject *self)
{
    OpObject *op = (OpObject *)self;
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    if (UNLIKELY(op->phase == OP_NEW && op->file != NULL))
        warn_never_awaited(op);
    op_clear(self);
    ModuleState *state = op->state;
#ifndef Py_GIL_DISABLED
    if (LIKELY(state->free_ops_count < FREE_OPS_MAX)) {
        op->offset = op->length = op->result = op->place = 0;
        op->token = 0;
        op->error = op->native = 0;
        op->step = op->turn = op->in_queue = op->abandoned = op->giving_back = op->refused = 0;
        op->queue = NULL;
        op->previous = NULL;
        op->next = state->free_ops;
        state->free_ops = op;
        state->free_ops_count++;
        state_release(state);
        Py_DECREF(type);
        return;
    }
#endif
    state_release(state);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

void op_free_list_clear(ModuleState *state)
{
    while (state->free_ops != NULL) {
        OpObject *op = state->free_ops;
        state->free_ops = op->next;
        PyObject_GC_Del(op);
    }
    /* What dies after this is really freed. */
    state->free_ops_count = FREE_OPS_MAX;
}

void op_take_completion(OpObject *op, const aya_completion *completion)
{
    op->result = completion->result;
    op->error = completion->error;
    op->native = completion->native;
    op->spill = completion->spill;
    op->token = 0;
}

/* A completion was reaped: wakes the awaiter, or tidies up after one that has gone. No user code runs here but the
 * loop's own scheduling. */
void op_deliver(OpObject *op)
{
    if (op->abandoned) {
        Py_BEGIN_CRITICAL_SECTION((PyObject *)op->file);
        if (op->giving_back) {
            if (op->error == 0)
                file_forget_lines(op->file);
        }
        else if (op->kind->abandoned != NULL)
            op->kind->abandoned(op);
        op_give_turn_up(op);
        op_reset(op);
        Py_END_CRITICAL_SECTION();
        return;
    }
    if (op->future == NULL)
        return;
    ModuleState *state = op->state;
    PyObject *done = PyObject_CallMethodObjArgs(op->future, state->str_done, NULL);
    PyObject *set = NULL;
    if (done == Py_False)
        set = PyObject_CallMethodObjArgs(op->future, state->str_set_result, Py_None, NULL);
    if (done == NULL || (done == Py_False && set == NULL))
        PyErr_WriteUnraisable(op->future);
    Py_XDECREF(done);
    Py_XDECREF(set);
}

/* ---- the coroutine protocol ---- */

static PySendResult error_at_once(OpObject *op, PyObject *type, const char *message)
{
    PyErr_Format(type, message, op->kind->qualname);
    return PYGEN_ERROR;
}

static PySendResult op_send(PyObject *self, PyObject *sent, PyObject **result)
{
    OpObject *op = (OpObject *)self;
    *result = NULL;
    PySendResult how;
    switch ((OpPhase)op->phase) {
    case OP_NEW:
        if (UNLIKELY(sent != NULL && sent != Py_None))
            return error_at_once(op, PyExc_TypeError, "can't send non-None value to a just-started coroutine '%s'");
        if (UNLIKELY(op->refused)) {
            PyErr_SetObject((PyObject *)Py_TYPE(op->value), op->value);
            return op_end(op, PYGEN_ERROR);
        }
        op->phase = OP_RUNNING;
        return op_start(op, result);
    case OP_RUNNING:
        return error_at_once(op, PyExc_ValueError, "coroutine '%s' already executing");
    case OP_FINISHED:
        return error_at_once(op, PyExc_RuntimeError, "cannot reuse already awaited coroutine '%s'");
    case OP_YIELDED:
        *result = op->value;
        op->value = NULL;
        return op_end(op, PYGEN_RETURN);
    default:
        break;
    }
    OpPhase before = (OpPhase)op->phase;
    op->phase = OP_RUNNING;
    PyObject *inner = Py_NewRef(op->inner);
    how = PyIter_Send(inner, sent == NULL ? Py_None : sent, result);
    Py_DECREF(inner);
    if (how == PYGEN_NEXT) {
        op->phase = (uint8_t)before;
        return how;
    }
    Py_CLEAR(op->inner);
    Py_CLEAR(op->future);
    if (before == OP_DELEGATED || how == PYGEN_ERROR)
        return op_end(op, how);
    Py_CLEAR(*result);
    return before == OP_ORDERED ? op_turn_came(op, result) : op_continue(op, result);
}

static PyObject *op_next(PyObject *self)
{
    PyObject *result;
    PySendResult how = op_send(self, Py_None, &result);
    if (how != PYGEN_RETURN)
        return result;
    return stop_with(((OpObject *)self)->state, result);
}

static PyObject *op_send_method(PyObject *self, PyObject *value)
{
    PyObject *result;
    PySendResult how = op_send(self, value, &result);
    return as_iteration(how, result);
}

static int set_thrown(PyObject *args)
{
    PyObject *type = NULL, *value = NULL, *traceback = NULL;
    if (!PyArg_UnpackTuple(args, "throw", 1, 3, &type, &value, &traceback))
        return -1;
    if (traceback == Py_None)
        traceback = NULL;
    if (value == Py_None)
        value = NULL;
    if (PyExceptionInstance_Check(type)) {
        if (value != NULL) {
            PyErr_SetString(PyExc_TypeError, "instance exception may not have a separate value");
            return -1;
        }
        value = type;
        type = (PyObject *)Py_TYPE(value);
    }
    else if (!PyExceptionClass_Check(type)) {
        PyErr_SetString(PyExc_TypeError, "exceptions must be classes or instances deriving from BaseException");
        return -1;
    }
    /* PyErr_Restore keeps the traceback that the exception already has. */
    if (traceback == NULL && value != NULL && PyExceptionInstance_Check(value)) {
        traceback = PyException_GetTraceback(value);
        PyErr_Restore(Py_NewRef(type), Py_NewRef(value), traceback);
    }
    else
        PyErr_Restore(Py_NewRef(type), Py_XNewRef(value), Py_XNewRef(traceback));
    return 0;
}

/* The awaiter goes away with an exception. The operation itself is asked to end, and stays alive in its queue until it
 * has: the kernel may still write into its memory. */
static void leave(OpObject *op)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    Py_CLEAR(op->inner);
    if (op->kind == &kind_opened)
        op->file->taken = 0; /* an open that is cancelled leaves nobody with a file */
    if (op->queue != NULL) {
        op->abandoned = 1;
        if (!(op->kind->flags & KIND_UNCANCELLED))
            queue_cancel(op->queue, op);
    }
    else if ((op->phase == OP_WAITING || op->phase == OP_YIELDED) && !op->giving_back) {
        /* Finished, and nobody will take the result. */
        op_put_back(op);
        if (op->phase == OP_WAITING && op->kind->abandoned != NULL)
            op->kind->abandoned(op);
    }
    PyErr_Restore(type, value, traceback);
}

static PyObject *op_throw(PyObject *self, PyObject *args)
{
    OpObject *op = (OpObject *)self;
    if (op->phase == OP_FINISHED)
        return as_iteration(error_at_once(op, PyExc_RuntimeError, "cannot reuse already awaited coroutine '%s'"), NULL);
    if (op->phase == OP_RUNNING)
        return as_iteration(error_at_once(op, PyExc_ValueError, "coroutine '%s' already executing"), NULL);
    if (op->phase != OP_DELEGATED) {
        if (set_thrown(args) < 0)
            return NULL;
        leave(op);
        op_end(op, PYGEN_ERROR);
        return NULL;
    }
    PyObject *method = PyObject_GetAttr(op->inner, op->state->str_throw);
    if (method == NULL)
        return NULL;
    op->phase = OP_RUNNING;
    PyObject *result = PyObject_Call(method, args, NULL);
    Py_DECREF(method);
    if (result != NULL) {
        op->phase = OP_DELEGATED;
        return result;
    }
    Py_CLEAR(op->inner);
    op_end(op, PYGEN_ERROR);
    return NULL;
}

static PyObject *op_close(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    OpObject *op = (OpObject *)self;
    if (op->phase == OP_RUNNING)
        return as_iteration(error_at_once(op, PyExc_ValueError, "coroutine '%s' already executing"), NULL);
    if (op->phase == OP_DELEGATED) {
        PyObject *inner = Py_NewRef(op->inner);
        PyObject *result = PyObject_CallMethodObjArgs(inner, op->state->str_close, NULL);
        Py_DECREF(inner);
        op_end(op, PYGEN_RETURN);
        return result;
    }
    if (op->phase != OP_FINISHED) {
        leave(op);
        op_end(op, PYGEN_RETURN);
    }
    Py_RETURN_NONE;
}

static PyObject *op_repr(PyObject *self)
{
    return PyUnicode_FromFormat("<coroutine object %s at %p>", ((OpObject *)self)->kind->qualname, (void *)self);
}

static PyObject *op_get_name(PyObject *self, void *Py_UNUSED(closure))
{
    return PyUnicode_FromString(((OpObject *)self)->kind->name);
}

static PyObject *op_get_qualname(PyObject *self, void *Py_UNUSED(closure))
{
    return PyUnicode_FromString(((OpObject *)self)->kind->qualname);
}

static PyObject *op_get_running(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(((OpObject *)self)->phase == OP_RUNNING);
}

static PyObject *op_get_suspended(PyObject *self, void *Py_UNUSED(closure))
{
    uint8_t phase = ((OpObject *)self)->phase;
    return PyBool_FromLong(phase != OP_NEW && phase != OP_RUNNING && phase != OP_FINISHED);
}

/* There is no frame to show; asyncio's tasks ask for one and take None. Its call graphs (3.14) would not: they walk along
 * cr_await and want the frame of each step, so there is no cr_await, and the walk ends at the awaiting coroutine. */
static PyObject *op_get_frame(PyObject *Py_UNUSED(self), void *Py_UNUSED(closure))
{
    Py_RETURN_NONE;
}

static PyObject *op_itself(PyObject *self)
{
    return Py_NewRef(self);
}

static PyMethodDef op_methods[] = {
    {"send", op_send_method, METH_O, "Resume the operation; raise StopIteration with its result when it is finished."},
    {"throw", op_throw, METH_VARARGS, "Give the operation up with an exception."},
    {"close", op_close, METH_NOARGS, "Give the operation up."},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef op_getset[] = {
    {"__name__", op_get_name, NULL, "Name of the method.", NULL},
    {"__qualname__", op_get_qualname, NULL, "Qualified name of the method.", NULL},
    {"cr_running", op_get_running, NULL, "Whether the operation is being stepped at the moment.", NULL},
    {"cr_suspended", op_get_suspended, NULL, "Whether the operation was started and waits.", NULL},
    {"cr_frame", op_get_frame, NULL, "Always None.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot op_slots[] = {
    {Py_tp_doc, "The awaitable of one file operation. It starts when it is awaited."},
    {Py_tp_dealloc, op_dealloc},
    {Py_tp_traverse, op_traverse},
    {Py_tp_clear, op_clear},
    {Py_tp_repr, op_repr},
    {Py_tp_iter, op_itself}, /* for "yield from file.__await__()" */
    {Py_tp_iternext, op_next},
    {Py_am_await, op_itself},
    {Py_am_send, op_send},
    {Py_tp_methods, op_methods},
    {Py_tp_getset, op_getset},
    {0, NULL},
};

static PyType_Spec op_spec = {
    .name = "ayafileio._ayafileio.Operation",
    .basicsize = sizeof(OpObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = op_slots,
};

/* asyncio asks collections.abc.Coroutine whether something is a coroutine. */
static int register_coroutine(PyObject *type)
{
    PyObject *abc = PyImport_ImportModule("collections.abc");
    if (abc == NULL)
        return -1;
    PyObject *coroutine = PyObject_GetAttrString(abc, "Coroutine");
    Py_DECREF(abc);
    if (coroutine == NULL)
        return -1;
    PyObject *registered = PyObject_CallMethod(coroutine, "register", "O", type);
    Py_DECREF(coroutine);
    Py_XDECREF(registered);
    return registered == NULL ? -1 : 0;
}

int op_type_ready(PyObject *module, ModuleState *state)
{
    state->op_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &op_spec, NULL);
    if (state->op_type == NULL || PyModule_AddType(module, state->op_type) < 0)
        return -1;
    return register_coroutine((PyObject *)state->op_type);
}
