/* The methods that are more than one operation of the core, or none. */
#include "runtime.h"

#include <unistd.h>

#include "methods.h"

/* ---- await open(…), async with ---- */

static Step opened_finish(OpObject *op)
{
    op->file->taken = 1;
    return step_value(op, Py_NewRef((PyObject *)op->file));
}

static Step opened_prepare(OpObject *op, aya_submission *submission)
{
    if (LIKELY(op->file->opening == OPEN_DONE))
        return opened_finish(op);
    /* The core holds back whatever is submitted on a file that is still being opened. Nothing is written yet, so this
     * flush means: tell me when it is open, or why not. */
    submission->op = AYA_OP_FLUSH;
    return STEP_SUBMIT;
}

const OpKind kind_opened = {"open", "open", 0, opened_prepare, opened_finish, NULL, NULL};

PyObject *file_await(PyObject *self)
{
    return (PyObject *)op_new(((FileObject *)self)->state, &kind_opened, (FileObject *)self);
}

METHOD_WITHOUT_ARGUMENTS(enter)
{
    return file_await(self);
}

/* ---- close ---- */

static Step close_prepare(OpObject *op, aya_submission *submission)
{
    FileObject *file = op->file;
    if (file->closed || file->opening == OPEN_FAILED) {
        file->closed = 1;
        return step_value(op, Py_NewRef(Py_None));
    }
    file->closed = 1;
    file_forget_lines(file);
    Py_CLEAR(file->decoded);
    file->decoded_at = file->decoded_end = 0;
    submission->op = AYA_OP_CLOSE;
    return STEP_SUBMIT;
}

static const OpKind kind_close = {
    "close", "AsyncFile.close", KIND_ANY_STATE | KIND_UNCANCELLED, close_prepare, NULL, NULL, NULL,
};

METHOD_WITHOUT_ARGUMENTS(close)
{
    return (PyObject *)op_new(((FileObject *)self)->state, &kind_close, (FileObject *)self);
}

METHOD(exit)
{
    (void)arguments;
    return method_close(self);
}

/* ---- several at once ---- */

/* Takes one (first, second) pair apart. */
static int pair_of(PyObject *item, const char *expected, PyObject **first, PyObject **second)
{
    PyObject *pair = PySequence_Tuple(item);
    if (pair == NULL || TUPLE_SIZE(pair) != 2) {
        Py_XDECREF(pair);
        if (!PyErr_Occurred() || PyErr_ExceptionMatches(PyExc_TypeError)) {
            PyErr_Clear();
            PyErr_Format(PyExc_TypeError, "each request must be %s, not %R", expected, item);
        }
        return -1;
    }
    *first = Py_NewRef(TUPLE_ITEM(pair, 0));
    *second = Py_NewRef(TUPLE_ITEM(pair, 1));
    Py_DECREF(pair);
    return 0;
}

/* Makes op->data a list of what each segment needs alive, op->extra the segments and op->length their count. */
static int segments_of(OpObject *op, PyObject *requests, const char *expected,
                       PyObject *(*convert)(PyObject *item, aya_segment *segment))
{
    PyObject *list = PySequence_List(requests);
    if (list == NULL)
        return -1;
    op->length = PyList_Size(list);
    op->extra = PyMem_Calloc((size_t)op->length + 1, sizeof(aya_segment));
    op->data = list;
    if (op->extra == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < op->length; i++) {
        aya_segment *segment = (aya_segment *)op->extra + i;
        PyObject *offset, *second, *kept = NULL;
        if (pair_of(PyList_GetItem(list, i), expected, &offset, &second) < 0)
            return -1;
        if (arg_offset(offset, "offset", &segment->offset) == 0)
            kept = convert(second, segment);
        Py_DECREF(offset);
        Py_DECREF(second);
        if (kept == NULL || PyList_SetItem(list, i, kept) < 0)
            return -1;
    }
    return 0;
}

static PyObject *room_of(PyObject *length, aya_segment *segment)
{
    int64_t size;
    if (arg_offset(length, "length", &size) < 0)
        return NULL;
    PyObject *bytes = bytes_new((Py_ssize_t)size);
    if (bytes != NULL) {
        segment->data = BYTES_DATA(bytes);
        segment->length = (uint64_t)size;
    }
    return bytes;
}

static PyObject *held_data(PyObject *data, aya_segment *segment)
{
    if (PyBytes_CheckExact(data)) {
        segment->data = BYTES_DATA(data);
        segment->length = (uint64_t)BYTES_SIZE(data);
        return Py_NewRef(data);
    }
    /* A memoryview keeps the buffer exported for as long as the list keeps the view. */
    PyObject *view = PyMemoryView_FromObject(data);
    Py_buffer buffer;
    if (view == NULL)
        return NULL;
    if (PyObject_GetBuffer(view, &buffer, PyBUF_SIMPLE) < 0) {
        Py_DECREF(view);
        return NULL;
    }
    segment->data = buffer.buf;
    segment->length = (uint64_t)buffer.len;
    PyBuffer_Release(&buffer);
    return view;
}

static Step many_failed_segment(OpObject *op)
{
    const aya_segment *segments = op->extra;
    for (int64_t i = 0; i < op->length; i++)
        if (segments[i].result < 0) {
            error_raise(op->state, (int32_t)-segments[i].result, 0, op->file->name);
            return STEP_ERROR;
        }
    return STEP_VALUE;
}

static Step read_many_prepare(OpObject *op, aya_submission *submission)
{
    submission->op = AYA_OP_READ_MANY;
    submission->args.read_many.segments = op->extra;
    submission->args.read_many.count = (uint64_t)op->length;
    return op->length > 0 ? STEP_SUBMIT : step_value(op, PyList_New(0));
}

static Step read_many_finish(OpObject *op)
{
    const aya_segment *segments = op->extra;
    if (many_failed_segment(op) == STEP_ERROR)
        return STEP_ERROR;
    for (Py_ssize_t i = 0; i < op->length; i++) {
        PyObject *bytes = PyList_GetItem(op->data, i);
        if (segments[i].result == BYTES_SIZE(bytes))
            continue;
        Py_INCREF(bytes);
        PyList_SetItem(op->data, i, Py_NewRef(Py_None));
        if (bytes_shrink(&bytes, (Py_ssize_t)segments[i].result) < 0)
            return STEP_ERROR;
        PyList_SetItem(op->data, i, bytes);
    }
    PyObject *list = op->data;
    op->data = NULL;
    return step_value(op, list);
}

static const OpKind kind_read_many = {
    "read_many", "AsyncFile.read_many", KIND_READS | KIND_BINARY, read_many_prepare, read_many_finish, NULL, NULL,
};

METHOD(read_many)
{
    FileObject *file = (FileObject *)self;
    OpObject *op = op_new(file->state, &kind_read_many, file);
    if (op != NULL && segments_of(op, arguments[0], "(offset, length)", room_of) < 0)
        return op_refuse(op);
    return (PyObject *)op;
}

static Step write_many_prepare(OpObject *op, aya_submission *submission)
{
    submission->op = AYA_OP_WRITE_MANY;
    submission->args.write_many.segments = op->extra;
    submission->args.write_many.count = (uint64_t)op->length;
    return op->length > 0 ? STEP_SUBMIT : step_value(op, PyLong_FromLong(0));
}

static Step write_many_finish(OpObject *op)
{
    if (many_failed_segment(op) == STEP_ERROR)
        return STEP_ERROR;
    return step_value(op, PyLong_FromLongLong(op->result));
}

static const OpKind kind_write_many = {
    "write_many", "AsyncFile.write_many", KIND_CURSOR | KIND_WRITES | KIND_BINARY, write_many_prepare,
    write_many_finish, NULL, NULL,
};

METHOD(write_many)
{
    FileObject *file = (FileObject *)self;
    OpObject *op = op_new(file->state, &kind_write_many, file);
    if (op != NULL && segments_of(op, arguments[0], "(offset, data)", held_data) < 0)
        return op_refuse(op);
    return (PyObject *)op;
}

/* ---- lines ---- */

/* As the built-in: nothing to write is no mistake, whatever the mode. Leaves a list in op->data. */
Step lines_to_write(OpObject *op)
{
    FileObject *file = op->file;
    PyObject *list = PySequence_List(op->data);
    if (list == NULL)
        return STEP_ERROR;
    Py_SETREF(op->data, list);
    if (PyList_Size(list) == 0)
        return step_value(op, Py_NewRef(Py_None));
    if (file->open_flags & AYA_OPEN_WRITE)
        return STEP_SUBMIT;
    error_refused(file->state, file->text != NULL ? "not writable" : "write");
    return STEP_ERROR;
}

static Step writelines_prepare(OpObject *op, aya_submission *submission)
{
    if (op->step++ == 0) {
        Step step = lines_to_write(op);
        if (step != STEP_SUBMIT)
            return step;
        /* One write: what other tasks write does not come between the lines. */
        PyObject *nothing = PyBytes_FromStringAndSize(NULL, 0);
        PyObject *joined = nothing == NULL ? NULL : PyObject_CallMethod(nothing, "join", "O", op->data);
        Py_XDECREF(nothing);
        if (joined == NULL)
            return STEP_ERROR;
        Py_SETREF(op->data, joined);
    }
    submission->op = AYA_OP_WRITE;
    submission->args.write.data = BYTES_DATA(op->data);
    submission->args.write.length = (uint64_t)BYTES_SIZE(op->data);
    return STEP_SUBMIT;
}

static Step writelines_finish(OpObject *op)
{
    op->file->position += op->result;
    return step_value(op, Py_NewRef(Py_None));
}

static const OpKind kind_writelines = {
    "writelines", "AsyncFile.writelines", KIND_CURSOR, writelines_prepare, writelines_finish, NULL, NULL,
};

METHOD(writelines)
{
    FileObject *file = (FileObject *)self;
    if (file->text != NULL)
        return text_writelines(self, arguments[0]);
    OpObject *op = op_new(file->state, &kind_writelines, file);
    if (op != NULL)
        op->data = Py_NewRef(arguments[0]);
    return (PyObject *)op;
}

static Step readlines_prepare(OpObject *op, aya_submission *Py_UNUSED(submission))
{
    PyObject *owner = op->file->text != NULL ? op->file->text : slow_module(op->state);
    if (owner == NULL)
        return STEP_ERROR;
    return step_delegate(op, PyObject_CallMethod(owner, "readlines", "OL", (PyObject *)op->file, (long long)op->length));
}

static const OpKind kind_readlines = {
    "readlines", "AsyncFile.readlines", KIND_CURSOR | KIND_EXCLUSIVE | KIND_READS | KIND_KEEPS_LINES, readlines_prepare,
    NULL, NULL, NULL,
};

METHOD(readlines)
{
    FileObject *file = (FileObject *)self;
    OpObject *op = op_new(file->state, &kind_readlines, file);
    if (op != NULL && arg_size(arguments[0], "hint", &op->length) < 0)
        return op_refuse(op);
    return (PyObject *)op;
}

METHOD_WITHOUT_ARGUMENTS(readall)
{
    PyObject *everything[1] = {NULL};
    return method_read(self, everything);
}

METHOD(chunk)
{
    FileObject *file = (FileObject *)self;
    PyObject *module = slow_module(file->state);
    if (module == NULL)
        return NULL;
    return PyObject_CallMethod(module, "chunk", "OOO", self, arguments[0],
                               arguments[1] != NULL ? arguments[1] : Py_None);
}

/* ---- questions ---- */

static int refuse_closed(const FileObject *file)
{
    if (!file->closed)
        return 0;
    error_closed();
    return -1;
}

METHOD_WITHOUT_ARGUMENTS(readable)
{
    FileObject *file = (FileObject *)self;
    return refuse_closed(file) < 0 ? NULL : PyBool_FromLong((file->open_flags & AYA_OPEN_READ) != 0);
}

METHOD_WITHOUT_ARGUMENTS(writable)
{
    FileObject *file = (FileObject *)self;
    return refuse_closed(file) < 0 ? NULL : PyBool_FromLong((file->open_flags & AYA_OPEN_WRITE) != 0);
}

/* A file that is still being opened has a path, and what has a path is most likely a regular file. */
METHOD_WITHOUT_ARGUMENTS(seekable)
{
    FileObject *file = (FileObject *)self;
    if (refuse_closed(file) < 0)
        return NULL;
    return PyBool_FromLong(file->fd < 0 || lseek(file->fd, 0, SEEK_CUR) >= 0);
}

METHOD_WITHOUT_ARGUMENTS(isatty)
{
    FileObject *file = (FileObject *)self;
    return refuse_closed(file) < 0 ? NULL : PyBool_FromLong(file->fd >= 0 && isatty(file->fd));
}

METHOD_WITHOUT_ARGUMENTS(fileno)
{
    FileObject *file = (FileObject *)self;
    if (refuse_closed(file) < 0)
        return NULL;
    if (file->opening == OPEN_FAILED) {
        error_raise(file->state, file->open_error, file->open_native, file->name);
        return NULL;
    }
    if (file->fd < 0) {
        error_refused(file->state, "the file is still being opened; await it first");
        return NULL;
    }
    return PyLong_FromLong(file->fd);
}
