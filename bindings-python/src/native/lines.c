/* Lines of a binary file. One chunk is fetched at a time, and lines are handed out of it without crossing into the
 * core; whatever else uses the cursor gives the unread rest back first (engine.c). A chunk that ends inside a line is
 * put in front of the next one, so nothing is lost when a wait is cancelled half-way. */
#include "runtime.h"

#include "methods.h"

void file_forget_lines(FileObject *file)
{
    Py_CLEAR(file->chunk);
    file->chunk_at = file->chunk_end = 0;
}

PyObject *file_take_unread(FileObject *file, Py_ssize_t count)
{
    if (count == 0)
        return PyBytes_FromStringAndSize(NULL, 0);
    PyObject *bytes = PyBytes_FromStringAndSize(BYTES_DATA(file->chunk) + file->chunk_at, count);
    if (bytes != NULL)
        file->chunk_at += count;
    return bytes;
}

/* op->offset: how many of the unread bytes are known to hold no line end. */
static Step line_prepare(OpObject *op, aya_submission *submission)
{
    FileObject *file = op->file;
    Py_ssize_t unread = file_unread(file);
    if (unread > op->offset) {
        const char *from = BYTES_DATA(file->chunk) + file->chunk_at;
        const char *end = memchr(from + op->offset, '\n', (size_t)(unread - op->offset));
        if (LIKELY(end != NULL))
            return step_value(op, file_take_unread(file, end - from + 1));
    }
    /* Growing with the line keeps the copying linear in its length. */
    Py_ssize_t more = unread > file->state->buffer_size ? unread : file->state->buffer_size;
    op->offset = unread;
    op->data = bytes_new(unread + more);
    if (op->data == NULL)
        return STEP_ERROR;
    if (unread > 0)
        memcpy(BYTES_DATA(op->data), BYTES_DATA(file->chunk) + file->chunk_at, (size_t)unread);
    submission->op = AYA_OP_READ;
    submission->args.read.data = BYTES_DATA(op->data) + unread;
    submission->args.read.length = (uint64_t)more;
    submission->args.read.flags = AYA_READ_PARTIAL;
    return STEP_SUBMIT;
}

static void adopt_chunk(OpObject *op)
{
    FileObject *file = op->file;
    file_forget_lines(file);
    file->chunk = op->data;
    op->data = NULL;
    file->chunk_end = (Py_ssize_t)(op->offset + op->result);
    file->position += op->result;
}

static Step line_finish(OpObject *op)
{
    FileObject *file = op->file;
    if (file->closed) {
        error_closed();
        return STEP_ERROR;
    }
    if (op->result > 0) {
        adopt_chunk(op);
        return STEP_SUBMIT;
    }
    Py_CLEAR(op->data);
    return step_value(op, file_take_unread(file, file_unread(file)));
}

static Step next_finish(OpObject *op)
{
    Step step = line_finish(op);
    if (step == STEP_VALUE && BYTES_SIZE(op->value) == 0) {
        Py_CLEAR(op->value);
        PyErr_SetNone(PyExc_StopAsyncIteration);
        return STEP_ERROR;
    }
    return step;
}

/* The wait was cancelled, yet the bytes came: they are unread, not lost. */
static void line_abandoned(OpObject *op)
{
    if (op->error == 0 && op->result > 0 && op->data != NULL && !op->file->closed)
        adopt_chunk(op);
}

const OpKind kind_readline = {
    "readline", "AsyncFile.readline", KIND_CURSOR | KIND_EXCLUSIVE | KIND_READS | KIND_KEEPS_LINES, line_prepare,
    line_finish, NULL, line_abandoned,
};
const OpKind kind_raw_readline = {
    "_raw_readline", "AsyncFile._raw_readline", KIND_CURSOR | KIND_READS | KIND_KEEPS_LINES | KIND_RAW, line_prepare,
    line_finish, NULL, line_abandoned,
};
const OpKind kind_next = {
    "__anext__", "AsyncFile.__anext__", KIND_CURSOR | KIND_EXCLUSIVE | KIND_READS | KIND_KEEPS_LINES, line_prepare,
    next_finish, NULL, line_abandoned,
};

METHOD_WITHOUT_ARGUMENTS(readline)
{
    FileObject *file = (FileObject *)self;
    return file->text != NULL ? text_readline(self) : (PyObject *)op_new(file->state, &kind_readline, file);
}

PRIVATE_WITHOUT_ARGUMENTS(raw_readline)
{
    return (PyObject *)op_new(((FileObject *)self)->state, &kind_raw_readline, (FileObject *)self);
}

PyObject *file_anext(PyObject *self)
{
    FileObject *file = (FileObject *)self;
    return file->text != NULL ? text_next(self) : (PyObject *)op_new(file->state, &kind_next, file);
}

PyObject *file_aiter(PyObject *self)
{
    if (((FileObject *)self)->closed) {
        error_closed();
        return NULL;
    }
    return Py_NewRef(self);
}

/* One transfer, as bytes; for the text layer. What an abandoned one brought is kept in the chunk and comes first. */
static Step raw_chunk_prepare(OpObject *op, aya_submission *submission)
{
    FileObject *file = op->file;
    if (file_unread(file) > 0)
        return step_value(op, file_take_unread(file, file_unread(file)));
    op->data = bytes_new(file->state->buffer_size);
    if (op->data == NULL)
        return STEP_ERROR;
    submission->op = AYA_OP_READ;
    submission->args.read.data = BYTES_DATA(op->data);
    submission->args.read.length = (uint64_t)file->state->buffer_size;
    submission->args.read.flags = AYA_READ_PARTIAL;
    return STEP_SUBMIT;
}

static Step raw_chunk_finish(OpObject *op)
{
    op->file->position += op->result;
    if (bytes_shrink(&op->data, (Py_ssize_t)op->result) < 0)
        return STEP_ERROR;
    PyObject *bytes = op->data;
    op->data = NULL;
    return step_value(op, bytes);
}

static const OpKind kind_raw_chunk = {
    "_raw_chunk", "AsyncFile._raw_chunk", KIND_CURSOR | KIND_READS | KIND_KEEPS_LINES | KIND_RAW, raw_chunk_prepare,
    raw_chunk_finish, NULL, line_abandoned,
};

PRIVATE_WITHOUT_ARGUMENTS(raw_chunk)
{
    return (PyObject *)op_new(((FileObject *)self)->state, &kind_raw_chunk, (FileObject *)self);
}
