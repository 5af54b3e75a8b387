/* The methods that are one operation of the core each: bind, convert, one awaitable. The steps of each operation are
 * beside it: prepare fills the submission, finish makes the Python value. */
#include "runtime.h"

#include "methods.h"

/* ---- results shared by several ---- */

static Step finish_count(OpObject *op)
{
    return step_value(op, PyLong_FromLongLong(op->result));
}

/* A read or a write moved the position; after a fork the child goes by this. */
static Step finish_moved(OpObject *op)
{
    op->file->position += op->result;
    return finish_count(op);
}

/* Bytes of the result's size out of the bytes read into. */
static PyObject *shrunk(OpObject *op, Py_ssize_t size)
{
    PyObject *bytes = op->data;
    op->data = NULL;
    if (size != BYTES_SIZE(bytes))
        bytes_shrink(&bytes, size);
    return bytes;
}

static const void *data_of(const OpObject *op)
{
    return op->view.obj != NULL ? op->view.buf : BYTES_DATA(op->data);
}

/* ---- read ---- */

enum { READ_HINT, READ_DATA };

/* The hint has one byte more than the file, which shows the end in the same transfer. From this size on the end may
 * cost a transfer of its own: the room then is exact, and no allocator is tempted to move the block to shrink it. */
#define EXACT_FROM (1 << 20)

/* op->offset holds how many unread bytes of a stream were put in front. */
static Step read_prepare(OpObject *op, aya_submission *submission)
{
    FileObject *file = op->file;
    Py_ssize_t unread = file_unread(file);
    if (op->length >= 0 && unread >= op->length && op->step == READ_HINT)
        return step_value(op, file_take_unread(file, (Py_ssize_t)op->length));
    if (unread > 0 && !file->stream)
        return STEP_GIVE_BACK;
    if (op->length < 0 && op->step == READ_HINT) {
        op->step = READ_DATA;
        submission->op = AYA_OP_SIZE_HINT;
        return STEP_SUBMIT;
    }
    Py_ssize_t room = op->length >= 0 ? (Py_ssize_t)op->length : (Py_ssize_t)op->result + unread;
    if (op->length < 0 && room > EXACT_FROM)
        room--;
    op->data = bytes_new(room);
    if (op->data == NULL)
        return STEP_ERROR;
    op->offset = unread;
    if (unread > 0) {
        memcpy(BYTES_DATA(op->data), BYTES_DATA(file->chunk) + file->chunk_at, (size_t)unread);
        file_forget_lines(file);
    }
    op->step = READ_DATA;
    submission->op = AYA_OP_READ;
    submission->args.read.data = BYTES_DATA(op->data) + unread;
    submission->args.read.length = (uint64_t)(room - unread);
    submission->args.read.flags = op->length < 0 ? AYA_READ_TO_END : 0;
    return STEP_SUBMIT;
}

static PyObject *with_spill(OpObject *op, Py_ssize_t total)
{
    Py_ssize_t head = BYTES_SIZE(op->data);
    PyObject *bytes = bytes_new(total);
    if (bytes == NULL)
        return NULL;
    memcpy(BYTES_DATA(bytes), BYTES_DATA(op->data), (size_t)head);
    memcpy(BYTES_DATA(bytes) + head, op->spill, (size_t)(total - head));
    library.release(op->spill);
    op->spill = NULL;
    return bytes;
}

static Step read_finish(OpObject *op)
{
    if (op->data == NULL)
        return STEP_SUBMIT; /* that was the hint; result is the room to offer */
    op->file->position += op->result;
    Py_ssize_t total = (Py_ssize_t)(op->offset + op->result);
    return step_value(op, total > BYTES_SIZE(op->data) ? with_spill(op, total) : shrunk(op, total));
}

static const OpKind kind_read = {
    "read", "AsyncFile.read", KIND_CURSOR | KIND_READS | KIND_KEEPS_LINES | KIND_TAKES, read_prepare, read_finish, NULL, NULL,
};
static const OpKind kind_raw_read = {
    "_raw_read", "AsyncFile._raw_read", KIND_CURSOR | KIND_READS | KIND_KEEPS_LINES | KIND_RAW, read_prepare, read_finish,
    NULL, NULL,
};

static PyObject *read_with(const OpKind *kind, PyObject *self, PyObject *size)
{
    FileObject *file = (FileObject *)self;
    OpObject *op = op_new(file->state, kind, file);
    if (op != NULL && arg_size(size, "size", &op->length) < 0)
        return op_refuse(op);
    return (PyObject *)op;
}

METHOD(read)
{
    if (((FileObject *)self)->text != NULL)
        return text_read(self, arguments[0]);
    return read_with(&kind_read, self, arguments[0]);
}

PRIVATE_METHOD(raw_read)
{
    static const Signature signature = {"_raw_read", 1, 0, 1, {"size"}};
    PyObject *arguments[1];
    if (args_bind(&signature, args, count, keywords, arguments) < 0)
        return NULL;
    return read_with(&kind_raw_read, self, arguments[0]);
}

/* ---- readinto ---- */

static Step readinto_prepare(OpObject *op, aya_submission *submission)
{
    FileObject *file = op->file;
    Py_ssize_t unread = file_unread(file), room = (Py_ssize_t)op->length;
    if (unread > 0 && unread < room && !file->stream)
        return STEP_GIVE_BACK;
    if (unread > room)
        unread = room;
    if (unread > 0) {
        memcpy(op->view.buf, BYTES_DATA(file->chunk) + file->chunk_at, (size_t)unread);
        file->chunk_at += unread;
    }
    if (unread == room)
        return step_value(op, PyLong_FromSsize_t(unread));
    op->offset = unread;
    submission->op = AYA_OP_READ;
    submission->args.read.data = (char *)op->view.buf + unread;
    submission->args.read.length = (uint64_t)(room - unread);
    return STEP_SUBMIT;
}

static Step readinto_finish(OpObject *op)
{
    op->file->position += op->result;
    return step_value(op, PyLong_FromLongLong(op->offset + op->result));
}

static const OpKind kind_readinto = {
    "readinto", "AsyncFile.readinto", KIND_CURSOR | KIND_READS | KIND_KEEPS_LINES | KIND_BINARY | KIND_TAKES, readinto_prepare,
    readinto_finish, NULL, NULL,
};

METHOD(readinto)
{
    FileObject *file = (FileObject *)self;
    OpObject *op = op_new(file->state, &kind_readinto, file);
    if (op != NULL && arg_writable(arguments[0], op) < 0)
        return op_refuse(op);
    return (PyObject *)op;
}

/* ---- write ---- */

static Step write_prepare(OpObject *op, aya_submission *submission)
{
    submission->op = AYA_OP_WRITE;
    submission->args.write.data = data_of(op);
    submission->args.write.length = (uint64_t)op->length;
    return STEP_SUBMIT;
}

static const OpKind kind_write = {
    "write", "AsyncFile.write", KIND_CURSOR | KIND_WRITES, write_prepare, finish_moved, NULL, NULL,
};
static const OpKind kind_raw_write = {
    "_raw_write", "AsyncFile._raw_write", KIND_CURSOR | KIND_WRITES | KIND_RAW, write_prepare, finish_moved, NULL, NULL,
};

static PyObject *write_with(const OpKind *kind, PyObject *self, PyObject *data)
{
    FileObject *file = (FileObject *)self;
    OpObject *op = op_new(file->state, kind, file);
    if (op != NULL && arg_readable(data, op) < 0)
        return op_refuse(op);
    return (PyObject *)op;
}

METHOD(write)
{
    if (((FileObject *)self)->text != NULL)
        return text_write(self, arguments[0]);
    return write_with(&kind_write, self, arguments[0]);
}

PRIVATE_METHOD(raw_write)
{
    static const Signature signature = {"_raw_write", 1, 1, 1, {"data"}};
    PyObject *arguments[1];
    if (args_bind(&signature, args, count, keywords, arguments) < 0)
        return NULL;
    return write_with(&kind_raw_write, self, arguments[0]);
}

/* ---- read_at ---- */

static Step read_at_prepare(OpObject *op, aya_submission *submission)
{
    op->data = bytes_new((Py_ssize_t)op->length);
    if (UNLIKELY(op->data == NULL))
        return STEP_ERROR;
    submission->op = AYA_OP_READ_AT;
    submission->args.read_at.data = BYTES_DATA(op->data);
    submission->args.read_at.length = (uint64_t)op->length;
    submission->args.read_at.offset = op->offset;
    return STEP_SUBMIT;
}

static Step read_at_finish(OpObject *op)
{
    return step_value(op, shrunk(op, (Py_ssize_t)op->result));
}

static const OpKind kind_read_at = {
    "read_at", "AsyncFile.read_at", KIND_READS, read_at_prepare, read_at_finish, NULL, NULL,
};

METHOD(read_at)
{
    FileObject *file = (FileObject *)self;
    OpObject *op = op_new(file->state, &kind_read_at, file);
    if (op != NULL && (arg_offset(arguments[0], "size", &op->length) < 0 ||
                       arg_offset(arguments[1], "offset", &op->offset) < 0))
        return op_refuse(op);
    return (PyObject *)op;
}

/* ---- seek, tell, truncate ---- */

/* op->length holds whence. */
static Step seek_prepare(OpObject *op, aya_submission *submission)
{
    if (op->length == 1 && file_unread(op->file) > 0 && !op->file->stream)
        return STEP_GIVE_BACK;
    submission->op = AYA_OP_SEEK;
    submission->args.seek.offset = op->offset;
    submission->args.seek.whence = (uint32_t)op->length;
    return STEP_SUBMIT;
}

static Step seek_finish(OpObject *op)
{
    file_forget_lines(op->file);
    op->file->position = op->result;
    return finish_count(op);
}

static const OpKind kind_seek = {
    "seek", "AsyncFile.seek", KIND_CURSOR | KIND_KEEPS_LINES | KIND_AT_ONCE, seek_prepare, seek_finish, NULL, NULL,
};
static const OpKind kind_raw_seek = {
    "_raw_seek", "AsyncFile._raw_seek", KIND_CURSOR | KIND_KEEPS_LINES | KIND_AT_ONCE | KIND_RAW, seek_prepare,
    seek_finish, NULL, NULL,
};

static PyObject *seek_with(const OpKind *kind, PyObject *self, PyObject **arguments)
{
    FileObject *file = (FileObject *)self;
    int whence = 0;
    OpObject *op = op_new(file->state, kind, file);
    if (op == NULL)
        return NULL;
    if (arguments[1] != NULL && arg_int(arguments[1], "whence", &whence) < 0)
        return op_refuse(op);
    if (whence < 0 || whence > 2) {
        PyErr_Format(PyExc_ValueError, "invalid whence (%d, should be 0, 1 or 2)", whence);
        return op_refuse(op);
    }
    op->length = whence;
    if (arg_int64(arguments[0], "offset", &op->offset) < 0)
        return op_refuse(op);
    return (PyObject *)op;
}

METHOD(seek)
{
    if (((FileObject *)self)->text != NULL)
        return text_seek(self, arguments);
    return seek_with(&kind_seek, self, arguments);
}

PRIVATE_METHOD(raw_seek)
{
    static const Signature signature = {"_raw_seek", 2, 1, 2, {"offset", "whence"}};
    PyObject *arguments[2];
    if (args_bind(&signature, args, count, keywords, arguments) < 0)
        return NULL;
    return seek_with(&kind_raw_seek, self, arguments);
}

static Step tell_prepare(OpObject *Py_UNUSED(op), aya_submission *submission)
{
    submission->op = AYA_OP_TELL;
    return STEP_SUBMIT;
}

static Step tell_finish(OpObject *op)
{
    op->file->position = op->result;
    return step_value(op, PyLong_FromLongLong(op->result - file_unread(op->file)));
}

static const OpKind kind_tell = {
    "tell", "AsyncFile.tell", KIND_CURSOR | KIND_KEEPS_LINES | KIND_AT_ONCE, tell_prepare, tell_finish, NULL, NULL,
};
static const OpKind kind_raw_tell = {
    "_raw_tell", "AsyncFile._raw_tell", KIND_CURSOR | KIND_KEEPS_LINES | KIND_AT_ONCE | KIND_RAW, tell_prepare,
    tell_finish, NULL, NULL,
};

METHOD_WITHOUT_ARGUMENTS(tell)
{
    FileObject *file = (FileObject *)self;
    return file->text != NULL ? text_tell(self) : (PyObject *)op_new(file->state, &kind_tell, file);
}

PRIVATE_WITHOUT_ARGUMENTS(raw_tell)
{
    return (PyObject *)op_new(((FileObject *)self)->state, &kind_raw_tell, (FileObject *)self);
}

static Step truncate_prepare(OpObject *op, aya_submission *submission)
{
    submission->op = AYA_OP_TRUNCATE;
    submission->args.truncate.size = op->length;
    return STEP_SUBMIT;
}

static const OpKind kind_truncate = {
    "truncate", "AsyncFile.truncate", KIND_CURSOR | KIND_WRITES, truncate_prepare, finish_count, NULL, NULL,
};
static const OpKind kind_raw_truncate = {
    "_raw_truncate", "AsyncFile._raw_truncate", KIND_CURSOR | KIND_WRITES | KIND_RAW, truncate_prepare, finish_count,
    NULL, NULL,
};

static PyObject *truncate_with(const OpKind *kind, PyObject *self, PyObject *size)
{
    FileObject *file = (FileObject *)self;
    OpObject *op = op_new(file->state, kind, file);
    if (op == NULL)
        return NULL;
    op->length = -1;
    if (size != NULL && size != Py_None) {
        if (arg_int64(size, "size", &op->length) < 0)
            return op_refuse(op);
        if (op->length < 0)
            op->length = INT64_MIN; /* -1 would mean the position: let the core refuse it */
    }
    return (PyObject *)op;
}

METHOD(truncate)
{
    if (((FileObject *)self)->text != NULL)
        return text_truncate(self, arguments[0]);
    return truncate_with(&kind_truncate, self, arguments[0]);
}

PRIVATE_METHOD(raw_truncate)
{
    static const Signature signature = {"_raw_truncate", 1, 0, 1, {"size"}};
    PyObject *arguments[1];
    if (args_bind(&signature, args, count, keywords, arguments) < 0)
        return NULL;
    return truncate_with(&kind_raw_truncate, self, arguments[0]);
}
