/* Text files. The codec's work is Python's (ayafileio/_text.py); here are the paths that need none of it: a line or
 * some characters out of the decoded window, and writing plain UTF-8. Everything else is a coroutine of the Text
 * object, run as this operation while it has the turn on the file. */
#include "runtime.h"

#include "methods.h"

/* From the window if it is there; NULL without an exception if the coroutine is needed. */
static PyObject *window_take(FileObject *file, Py_ssize_t count)
{
    PyObject *text = PyUnicode_Substring(file->decoded, file->decoded_at, file->decoded_at + count);
    if (text != NULL)
        file->decoded_at += count;
    return text;
}

static Step text_line(OpObject *op, const char *coroutine)
{
    FileObject *file = op->file;
    if (LIKELY(file->text_lines && file->decoded_at < file->decoded_end)) {
        Py_ssize_t end = PyUnicode_FindChar(file->decoded, '\n', file->decoded_at, file->decoded_end, 1);
        if (end >= 0)
            return step_value(op, window_take(file, end + 1 - file->decoded_at));
        if (end == -2)
            return STEP_ERROR;
    }
    return step_delegate(op, PyObject_CallMethod(file->text, coroutine, "O", (PyObject *)file));
}

static Step text_readline_prepare(OpObject *op, aya_submission *Py_UNUSED(submission))
{
    return text_line(op, "readline");
}

static Step text_next_prepare(OpObject *op, aya_submission *Py_UNUSED(submission))
{
    return text_line(op, "next");
}

static Step text_read_prepare(OpObject *op, aya_submission *Py_UNUSED(submission))
{
    FileObject *file = op->file;
    if (op->length >= 0 && file->decoded != NULL && file->decoded_end - file->decoded_at >= op->length)
        return step_value(op, window_take(file, (Py_ssize_t)op->length));
    return step_delegate(op, PyObject_CallMethod(file->text, "read", "OL", (PyObject *)file, (long long)op->length));
}

static Step text_write_prepare(OpObject *op, aya_submission *submission)
{
    FileObject *file = op->file;
    if (!file->text_utf8 || file->decoded != NULL || file_unread(file) > 0)
        return step_delegate(op, PyObject_CallMethod(file->text, "write", "OO", (PyObject *)file, op->data));
    Py_ssize_t length;
    const char *bytes = PyUnicode_AsUTF8AndSize(op->data, &length);
    if (bytes == NULL)
        return STEP_ERROR;
    submission->op = AYA_OP_WRITE;
    submission->args.write.data = bytes;
    submission->args.write.length = (uint64_t)length;
    return STEP_SUBMIT;
}

static Step text_write_finish(OpObject *op)
{
    op->file->position += op->result;
    return step_value(op, PyLong_FromLongLong(op->result));
}

static Step text_writelines_prepare(OpObject *op, aya_submission *Py_UNUSED(submission))
{
    Step step = lines_to_write(op);
    if (step != STEP_SUBMIT)
        return step;
    return step_delegate(op, PyObject_CallMethod(op->file->text, "writelines", "OO", (PyObject *)op->file, op->data));
}

static Step text_seek_prepare(OpObject *op, aya_submission *Py_UNUSED(submission))
{
    return step_delegate(op, PyObject_CallMethod(op->file->text, "seek", "OOL", (PyObject *)op->file, op->data,
                                                 (long long)op->length));
}

static Step text_tell_prepare(OpObject *op, aya_submission *Py_UNUSED(submission))
{
    return step_delegate(op, PyObject_CallMethod(op->file->text, "tell", "O", (PyObject *)op->file));
}

static Step text_truncate_prepare(OpObject *op, aya_submission *Py_UNUSED(submission))
{
    return step_delegate(op, PyObject_CallMethod(op->file->text, "truncate", "OO", (PyObject *)op->file, op->data));
}

#define TEXT (KIND_CURSOR | KIND_EXCLUSIVE | KIND_KEEPS_LINES)

static const OpKind kind_text_readline = {
    "readline", "AsyncFile.readline", TEXT | KIND_READS, text_readline_prepare, NULL, NULL, NULL,
};
static const OpKind kind_text_next = {
    "__anext__", "AsyncFile.__anext__", TEXT | KIND_READS, text_next_prepare, NULL, NULL, NULL,
};
static const OpKind kind_text_read = {
    "read", "AsyncFile.read", TEXT | KIND_READS, text_read_prepare, NULL, NULL, NULL,
};
static const OpKind kind_text_write = {
    "write", "AsyncFile.write", TEXT | KIND_WRITES, text_write_prepare, text_write_finish, NULL, NULL,
};
static const OpKind kind_text_writelines = {
    "writelines", "AsyncFile.writelines", TEXT, text_writelines_prepare, NULL, NULL, NULL,
};
static const OpKind kind_text_seek = {
    "seek", "AsyncFile.seek", TEXT | KIND_AT_ONCE, text_seek_prepare, NULL, NULL, NULL,
};
static const OpKind kind_text_tell = {
    "tell", "AsyncFile.tell", TEXT | KIND_AT_ONCE, text_tell_prepare, NULL, NULL, NULL,
};
static const OpKind kind_text_truncate = {
    "truncate", "AsyncFile.truncate", TEXT | KIND_WRITES, text_truncate_prepare, NULL, NULL, NULL,
};

static OpObject *text_op(PyObject *self, const OpKind *kind, PyObject *data)
{
    FileObject *file = (FileObject *)self;
    OpObject *op = op_new(file->state, kind, file);
    if (op != NULL)
        op->data = Py_XNewRef(data);
    return op;
}

PyObject *text_readline(PyObject *self)
{
    return (PyObject *)text_op(self, &kind_text_readline, NULL);
}

PyObject *text_next(PyObject *self)
{
    return (PyObject *)text_op(self, &kind_text_next, NULL);
}

PyObject *text_read(PyObject *self, PyObject *size)
{
    OpObject *op = text_op(self, &kind_text_read, NULL);
    if (op != NULL && arg_size(size, "size", &op->length) < 0)
        return op_refuse(op);
    return (PyObject *)op;
}

PyObject *text_write(PyObject *self, PyObject *data)
{
    OpObject *op = text_op(self, &kind_text_write, data);
    if (op != NULL && !PyUnicode_Check(data)) {
        PyErr_Format(PyExc_TypeError, "write() argument must be str, not %R", (PyObject *)Py_TYPE(data));
        return op_refuse(op);
    }
    return (PyObject *)op;
}

PyObject *text_writelines(PyObject *self, PyObject *lines)
{
    return (PyObject *)text_op(self, &kind_text_writelines, lines);
}

/* The offset stays a Python integer: a cookie of tell may be far beyond 64 bits. */
PyObject *text_seek(PyObject *self, PyObject **arguments)
{
    int whence = 0;
    OpObject *op = text_op(self, &kind_text_seek, arguments[0]);
    if (op != NULL && arguments[1] != NULL && arg_int(arguments[1], "whence", &whence) < 0)
        return op_refuse(op);
    if (op != NULL)
        op->length = whence;
    return (PyObject *)op;
}

PyObject *text_tell(PyObject *self)
{
    return (PyObject *)text_op(self, &kind_text_tell, NULL);
}

PyObject *text_truncate(PyObject *self, PyObject *size)
{
    return (PyObject *)text_op(self, &kind_text_truncate, size != NULL ? size : Py_None);
}

/* ---- what the Text object sees of the file ---- */

PRIVATE_WITHOUT_ARGUMENTS(get_window)
{
    FileObject *file = (FileObject *)self;
    PyObject *text = file->decoded != NULL ? file->decoded : Py_None;
    return Py_BuildValue("On", text, file->decoded_at);
}

PRIVATE_METHOD(set_window)
{
    static const Signature signature = {"_set_window", 2, 2, 2, {"decoded", "at"}};
    FileObject *file = (FileObject *)self;
    PyObject *arguments[2];
    int64_t at;
    if (args_bind(&signature, args, count, keywords, arguments) < 0 || arg_offset(arguments[1], "at", &at) < 0)
        return NULL;
    PyObject *before = file->decoded;
    if (arguments[0] == Py_None) {
        file->decoded = NULL;
        file->decoded_at = file->decoded_end = 0;
    }
    else {
        Py_ssize_t length = PyUnicode_GetLength(arguments[0]);
        if (length < 0)
            return NULL;
        file->decoded = Py_NewRef(arguments[0]);
        file->decoded_end = length;
        file->decoded_at = at < length ? (Py_ssize_t)at : length;
    }
    Py_XDECREF(before);
    Py_RETURN_NONE;
}

/* Told once, when the codec and the newline mode are known. */
PRIVATE_METHOD(set_text_fast)
{
    static const Signature signature = {"_set_text_fast", 2, 2, 2, {"lines", "utf8"}};
    FileObject *file = (FileObject *)self;
    PyObject *arguments[2];
    int lines, utf8;
    if (args_bind(&signature, args, count, keywords, arguments) < 0 || arg_bool(arguments[0], 0, &lines) < 0 ||
        arg_bool(arguments[1], 0, &utf8) < 0)
        return NULL;
    file->text_lines = (uint8_t)lines;
    file->text_utf8 = (uint8_t)utf8;
    Py_RETURN_NONE;
}
