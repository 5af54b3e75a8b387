/* How an operation runs: its turn on the file, its steps, the inline attempt, the wait, the end.
 *
 * Order on one file. Operations reserve their place in the core when they are submitted, so most need no order here.
 * Two kinds do: reading lines, which keeps a chunk on this side, and text. While one of them waits it owns the
 * file's cursor, and whatever else wants the cursor queues up behind it, first come first served, from any loop. */
#include "runtime.h"

#include <time.h>

/* After so much time of operations that finish at once, the loop gets a turn: a hot file must not starve it. The
 * clock is looked at every so many operations only, since looking costs as much as a cached line. */
#define SLICE_NANOSECONDS 2000000
#define SLICE_OPERATIONS 32

static _Thread_local struct {
    unsigned count;
    int64_t since;
} slice;

static int64_t clock_nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int slice_is_over(void)
{
    int64_t now = clock_nanoseconds();
    if (now - slice.since < SLICE_NANOSECONDS)
        return 0;
    slice.since = now;
    return 1;
}

Step step_value(OpObject *op, PyObject *value)
{
    op->value = value;
    return value == NULL ? STEP_ERROR : STEP_VALUE;
}

Step step_delegate(OpObject *op, PyObject *coroutine)
{
    op->inner = coroutine;
    return coroutine == NULL ? STEP_ERROR : STEP_DELEGATE;
}

/* ---- turns ---- */

static void waiters_append(FileObject *file, OpObject *op)
{
    op->in_queue = 1;
    op->next = NULL;
    op->previous = file->waiters_last;
    if (file->waiters_last != NULL)
        file->waiters_last->next = op;
    else
        file->waiters_first = op;
    file->waiters_last = op;
}

static void waiters_remove(FileObject *file, OpObject *op)
{
    op->in_queue = 0;
    if (op->previous != NULL)
        op->previous->next = op->next;
    else
        file->waiters_first = op->next;
    if (op->next != NULL)
        op->next->previous = op->previous;
    else
        file->waiters_last = op->previous;
    op->previous = op->next = NULL;
}

/* The waiter may belong to another loop, on another thread, or to one that is closed by now. */
static int wake(OpObject *op)
{
    PyObject *module = slow_module(op->state);
    PyObject *woken = module == NULL ? NULL : PyObject_CallMethod(module, "wake", "O", op->future);
    int result = woken == Py_True;
    if (woken == NULL)
        PyErr_WriteUnraisable(op->future);
    Py_XDECREF(woken);
    return result;
}

void op_give_turn_up(OpObject *op)
{
    FileObject *file = op->file;
    if (UNLIKELY(file == NULL))
        return; /* cleared already */
    if (UNLIKELY(op->in_queue))
        waiters_remove(file, op);
    if (LIKELY(!op->turn))
        return;
    op->turn = 0;
    file->owner = NULL;
    if (LIKELY(file->waiters_first == NULL))
        return;
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    while (file->owner == NULL && file->waiters_first != NULL) {
        OpObject *next = (OpObject *)Py_NewRef((PyObject *)file->waiters_first);
        waiters_remove(file, next);
        next->turn = 1;
        file->owner = next;
        if (!wake(next) && file->owner == next) {
            next->turn = 0;
            file->owner = NULL;
        }
        Py_DECREF((PyObject *)next);
    }
    PyErr_Restore(type, value, traceback);
}

/* ---- waiting ---- */

/* Makes a genuine future of the running loop, and what a coroutine that awaits it would step through. */
static int make_future(OpObject *op)
{
    ModuleState *state = op->state;
    PyObject *loop = PyObject_CallNoArgs(state->get_running_loop);
    if (loop == NULL)
        return -1;
    if (loop == Py_None)
        PyErr_SetString(PyExc_RuntimeError, "no running event loop");
    else
        op->future = PyObject_CallMethodObjArgs(loop, state->str_create_future, NULL);
    Py_DECREF(loop);
    if (op->future == NULL)
        return -1;
    unaryfunc await = (unaryfunc)PyType_GetSlot(Py_TYPE(op->future), Py_am_await);
    if (await == NULL) {
        PyErr_SetString(PyExc_TypeError, "the loop's futures cannot be awaited");
        return -1;
    }
    op->inner = await(op->future);
    return op->inner == NULL ? -1 : 0;
}

static PySendResult wait_on_future(OpObject *op, OpPhase phase, PyObject **result)
{
    op->phase = (uint8_t)phase;
    return PyIter_Send(op->inner, Py_None, result);
}

static PySendResult wait_for_completion(OpObject *op, PyObject **result)
{
    slice.count = 0; /* the loop gets its turn */
    PySendResult how = make_future(op) < 0 ? PYGEN_ERROR : wait_on_future(op, OP_WAITING, result);
    if (how == PYGEN_NEXT)
        return how;
    /* No future to wait on: the operation ends by itself. */
    op->abandoned = 1;
    if (how == PYGEN_RETURN) {
        Py_CLEAR(*result);
        PyErr_SetString(PyExc_RuntimeError, "the loop's future was done before it was awaited");
    }
    return op_end(op, PYGEN_ERROR);
}

/* The caller's memory is his again the moment the operation is over, not when its awaitable is dropped. */
static void let_buffer_go(OpObject *op)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyBuffer_Release(&op->view);
    op->view.obj = NULL;
    PyErr_Restore(type, value, traceback);
}

PySendResult op_end(OpObject *op, PySendResult how)
{
    op->phase = OP_FINISHED;
    if (UNLIKELY(op->queue != NULL)) {
        /* In flight: the buffers stay, and so does the turn, until the completion is reaped. */
        op->abandoned = 1;
        Py_CLEAR(op->inner);
        Py_CLEAR(op->future);
        return how;
    }
    if (op->view.obj != NULL)
        let_buffer_go(op);
    op_give_turn_up(op);
    return how;
}

/* ---- what a cancelled read had taken already ---- */

static int at_once(OpObject *op, uint32_t code, int64_t offset, int64_t *result)
{
    aya_submission submission;
    aya_completion out;
    memset(&submission, 0, sizeof submission);
    submission.op = code;
    submission.file = op->file->handle;
    if (code == AYA_OP_SEEK)
        submission.args.seek.offset = offset;
    if (library.submit(0, &submission, &out) != AYA_DONE || out.error != 0)
        return -1;
    *result = out.result;
    return 0;
}

static void remember_place(OpObject *op, int64_t back)
{
    int64_t position;
    op->place = at_once(op, AYA_OP_TELL, 0, &position) == 0 ? position - back : -1;
}

/* A read that was finished when its awaiter was cancelled: the position goes back to where it began, unless somebody
 * else has moved it since. */
void op_put_back(OpObject *op)
{
    int64_t position;
    if (!(op->kind->flags & KIND_TAKES) || op->place < 0 || op->error != 0 || op->result <= 0 || op->file->closed ||
        !library_lives(op->file->generation))
        return;
    if (at_once(op, AYA_OP_TELL, 0, &position) < 0 || position != op->place + op->result)
        return;
    if (at_once(op, AYA_OP_SEEK, op->place, &position) == 0)
        op->file->position = position;
}

/* ---- steps ---- */

/* A small block of the caller's is copied once it is known that the write has to wait: he may go on using it. */
#define SMALL_BLOCK 65536

static int own_small_block(OpObject *op, aya_submission *submission)
{
    if (submission->op != AYA_OP_WRITE || op->view.obj == NULL || op->length > SMALL_BLOCK)
        return 0;
    PyObject *copy = PyBytes_FromStringAndSize(op->view.buf, (Py_ssize_t)op->length);
    if (copy == NULL)
        return -1;
    PyBuffer_Release(&op->view);
    op->view.obj = NULL;
    op->data = copy;
    submission->args.write.data = BYTES_DATA(copy);
    return 0;
}

int op_submit(OpObject *op, aya_submission *submission)
{
    aya_completion out;
    submission->user_data = (uint64_t)(uintptr_t)op;
    int32_t status = library.submit(0, submission, &out);
    if (UNLIKELY(status == AYA_WOULD_WAIT)) {
        QueueObject *queue = queue_of_running_loop(op->state);
        if (queue == NULL || own_small_block(op, submission) < 0)
            return -1;
        if (op->kind->flags & KIND_TAKES)
            remember_place(op, 0);
        status = queue_submit(queue, op, submission, &out);
    }
    if (LIKELY(status == AYA_DONE)) {
        op_take_completion(op, &out);
        return 1;
    }
    if (status == AYA_PENDING)
        return 0;
    op->result = -1;
    op->error = -status;
    op->native = 0;
    return 1;
}

static Step raise_failure(OpObject *op)
{
    FileObject *file = op->file;
    /* A close that came between: whichever number says so, it is the same mistake to the caller. */
    if (file->closed && (op->error == AYA_EBADF || op->error == AYA_ECLOSED || op->error == AYA_ESTALE_HANDLE))
        error_closed();
    else
        error_raise(op->state, op->error, op->native, file->name);
    return STEP_ERROR;
}

static Step completed(OpObject *op)
{
    FileObject *file = op->file;
    if (UNLIKELY(op->giving_back)) {
        op->giving_back = 0;
        if (op->error == 0) {
            file->position = op->result;
            file_forget_lines(file);
        }
        else if (op->error == AYA_ESPIPE)
            file->stream = 1; /* nothing can be given back: they stay in front */
        else
            return raise_failure(op);
        return STEP_SUBMIT;
    }
    if (UNLIKELY(op->error != 0)) {
        Step step = op->kind->failed == NULL ? STEP_ERROR : op->kind->failed(op);
        return step != STEP_ERROR || PyErr_Occurred() ? step : raise_failure(op);
    }
    if (op->kind->finish != NULL)
        return op->kind->finish(op);
    return step_value(op, Py_NewRef(Py_None));
}

static PySendResult delegate(OpObject *op, PyObject **result)
{
    PyObject *inner = Py_NewRef(op->inner);
    PySendResult how = PyIter_Send(inner, Py_None, result);
    Py_DECREF(inner);
    if (how == PYGEN_NEXT) {
        op->phase = OP_DELEGATED;
        slice.count = 0;
        return how;
    }
    Py_CLEAR(op->inner);
    return op_end(op, how);
}

static void prepare_giving_back(OpObject *op, aya_submission *submission)
{
    FileObject *file = op->file;
    op->giving_back = 1;
    if (!(op->kind->flags & KIND_RAW) && !op->turn) {
        op->turn = 1;
        file->owner = op;
    }
    memset(submission, 0, sizeof *submission);
    submission->op = AYA_OP_SEEK;
    submission->file = file->handle;
    submission->args.seek.offset = -(int64_t)file_unread(file);
    submission->args.seek.whence = 1;
}

static int must_give_back(const OpObject *op)
{
    unsigned flags = op->kind->flags;
    return file_unread(op->file) > 0 && (flags & KIND_CURSOR) && !(flags & KIND_KEEPS_LINES) && !op->file->stream;
}

static void take_turn(OpObject *op)
{
    if (!(op->kind->flags & KIND_EXCLUSIVE) || op->turn)
        return;
    op->turn = 1;
    op->file->owner = op;
}

static PySendResult run(OpObject *op, Step step, PyObject **result)
{
    aya_submission submission;
    int waited = step != STEP_SUBMIT || op->future != NULL;
    while (step == STEP_SUBMIT) {
        int submitted;
        if (UNLIKELY(must_give_back(op)))
            prepare_giving_back(op, &submission);
        else {
            memset(&submission, 0, sizeof submission);
            submission.file = op->file->handle;
            step = op->kind->prepare(op, &submission);
            if (UNLIKELY(step == STEP_GIVE_BACK))
                prepare_giving_back(op, &submission);
            else if (step != STEP_SUBMIT)
                break;
        }
        submitted = op_submit(op, &submission);
        if (submitted == 0)
            return wait_for_completion(op, result);
        step = submitted < 0 ? STEP_ERROR : completed(op);
    }
    if (UNLIKELY(step == STEP_DELEGATE))
        return delegate(op, result);
    if (UNLIKELY(step == STEP_ERROR))
        return op_end(op, PYGEN_ERROR);
    op_end(op, PYGEN_RETURN);
    if (UNLIKELY(++slice.count >= SLICE_OPERATIONS)) {
        slice.count = 0;
        if (!waited && !(op->kind->flags & KIND_AT_ONCE) && slice_is_over()) {
            op->phase = OP_YIELDED;
            if (op->kind->flags & KIND_TAKES)
                remember_place(op, op->result);
            *result = Py_NewRef(Py_None);
            return PYGEN_NEXT;
        }
    }
    *result = op->value;
    op->value = NULL;
    return PYGEN_RETURN;
}

static int must_wait_for_turn(const OpObject *op)
{
    const FileObject *file = op->file;
    unsigned flags = op->kind->flags;
    return (flags & KIND_CURSOR) && !(flags & KIND_RAW) && (file->owner != NULL || file->waiters_first != NULL);
}

/* The future first: once the operation is in the queue, whoever finishes may resolve it. Making it may run other code,
 * so the turn may have come free meanwhile. */
static PySendResult wait_for_turn(OpObject *op, PyObject **result)
{
    if (make_future(op) < 0)
        return op_end(op, PYGEN_ERROR);
    PySendResult how = PYGEN_RETURN;
    *result = NULL;
    if (must_wait_for_turn(op)) {
        waiters_append(op->file, op);
        how = wait_on_future(op, OP_ORDERED, result);
        if (how == PYGEN_NEXT)
            return how;
    }
    Py_CLEAR(op->inner);
    Py_CLEAR(op->future);
    Py_CLEAR(*result);
    if (how == PYGEN_ERROR)
        return op_end(op, how);
    op->phase = OP_RUNNING;
    take_turn(op);
    return run(op, STEP_SUBMIT, result);
}

PySendResult op_start(OpObject *op, PyObject **result)
{
    FileObject *file = op->file;
    PySendResult how;
    Py_BEGIN_CRITICAL_SECTION((PyObject *)file);
    if (UNLIKELY(file_begin(file, op) < 0))
        how = op_end(op, PYGEN_ERROR);
    else if (UNLIKELY(must_wait_for_turn(op)))
        how = wait_for_turn(op, result);
    else {
        take_turn(op);
        how = run(op, STEP_SUBMIT, result);
    }
    Py_END_CRITICAL_SECTION();
    return how;
}

/* It was this operation's turn at last; the file may have been closed meanwhile. */
PySendResult op_turn_came(OpObject *op, PyObject **result)
{
    PySendResult how;
    Py_BEGIN_CRITICAL_SECTION((PyObject *)op->file);
    how = file_begin(op->file, op) < 0 ? op_end(op, PYGEN_ERROR) : run(op, STEP_SUBMIT, result);
    Py_END_CRITICAL_SECTION();
    return how;
}

/* Its completion was delivered. */
PySendResult op_continue(OpObject *op, PyObject **result)
{
    PySendResult how;
    Py_BEGIN_CRITICAL_SECTION((PyObject *)op->file);
    if (UNLIKELY(op->queue != NULL)) {
        /* Somebody else resolved the future: the kernel is not done, so wait again. */
        how = wait_for_completion(op, result);
    }
    else
        how = run(op, completed(op), result);
    Py_END_CRITICAL_SECTION();
    return how;
}
