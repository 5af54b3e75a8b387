/* Opening: mode strings, argument checks with the built-in's own words, the open itself, and wrapping descriptors. */
#include "runtime.h"

#include <fcntl.h>
#include <sys/stat.h>

#ifndef O_CLOEXEC
#define O_CLOEXEC 0
#endif

/* Exactly one of r w a x, optionally +, and b or t. */
int mode_parse(PyObject *mode, Mode *out)
{
    if (!PyUnicode_Check(mode)) {
        PyErr_Format(PyExc_TypeError, "open() argument 'mode' must be str, not %R", (PyObject *)Py_TYPE(mode));
        return -1;
    }
    Py_ssize_t length;
    const char *text = PyUnicode_AsUTF8AndSize(mode, &length);
    if (text == NULL)
        return -1;
    int seen[128] = {0}, kinds = 0;
    for (Py_ssize_t i = 0; i < length; i++) {
        unsigned char letter = (unsigned char)text[i];
        if (letter == 0 || letter >= 128 || strchr("rwax+bt", letter) == NULL || seen[letter]++) {
            PyErr_Format(PyExc_ValueError, "invalid mode: %R", mode);
            return -1;
        }
        kinds += strchr("rwax", letter) != NULL;
    }
    if (seen['t'] && seen['b']) {
        PyErr_Format(PyExc_ValueError, "can't have text and binary mode at once: %R", mode);
        return -1;
    }
    if (kinds != 1) {
        PyErr_Format(PyExc_ValueError, "must have exactly one of create/read/write/append mode: %R", mode);
        return -1;
    }
    out->text = !seen['b'];
    out->flags = seen['r'] ? AYA_OPEN_READ : AYA_OPEN_WRITE;
    if (seen['+'])
        out->flags |= AYA_OPEN_READ | AYA_OPEN_WRITE;
    if (seen['w'])
        out->flags |= AYA_OPEN_CREATE | AYA_OPEN_TRUNCATE;
    if (seen['a'])
        out->flags |= AYA_OPEN_CREATE | AYA_OPEN_APPEND;
    if (seen['x'])
        out->flags |= AYA_OPEN_CREATE | AYA_OPEN_EXCLUSIVE;
    return 0;
}

static int refuse_in_binary(PyObject *argument, const char *what)
{
    if (argument == NULL || argument == Py_None)
        return 0;
    PyErr_Format(PyExc_ValueError, "binary mode doesn't take %s argument", what);
    return -1;
}

static int check_buffering(int64_t *buffering, int text)
{
    if (*buffering < -1 || *buffering > INT64_C(1) << 30) {
        PyErr_SetString(PyExc_ValueError, "invalid buffering size");
        return -1;
    }
    if (*buffering == 0 && text) {
        PyErr_SetString(PyExc_ValueError, "can't have unbuffered text I/O");
        return -1;
    }
    if (*buffering != 1)
        return 0;
    *buffering = -1;
    if (text)
        return 0; /* line buffering is the text layer's */
    return PyErr_WarnEx(PyExc_RuntimeWarning,
                        "line buffering (buffering=1) isn't supported in binary mode, the default buffer size will be used",
                        1);
}

/* ---- the open itself ---- */

void file_opened(FileObject *file, int64_t result, int32_t error, int32_t native)
{
    if (error != 0) {
        file->opening = OPEN_FAILED;
        file->open_error = error;
        file->open_native = native;
        file->handle = 0;
        return;
    }
    int64_t fd = -1;
    uint32_t traits;
    file->opening = OPEN_DONE;
    file->handle = (uint64_t)result;
    /* Asked for now and not when it is needed: after a fork nobody could answer. */
    if (library.file_info(file->handle, &fd, &traits) == 0)
        file->fd = (int)fd;
}

static void open_completed(OpObject *op)
{
    FileObject *file = op->file;
    file_opened(file, op->error != 0 ? -1 : (int64_t)file->handle, op->error, op->native);
}

static Step open_never_stepped(OpObject *op, aya_submission *Py_UNUSED(submission))
{
    return step_value(op, Py_NewRef(Py_None));
}

const OpKind kind_opening = {
    "open", "open", KIND_UNCANCELLED | KIND_ANY_STATE, open_never_stepped, NULL, NULL, open_completed,
};

static void fill_open(FileObject *file, aya_submission *submission)
{
    memset(submission, 0, sizeof *submission);
    if (file->path != NULL) {
        submission->op = AYA_OP_OPEN;
        submission->args.open.path = BYTES_DATA(file->path);
        submission->args.open.path_length = (uint64_t)BYTES_SIZE(file->path);
        submission->args.open.flags = file->open_flags;
        submission->args.open.mode = 0666;
        submission->args.open.buffering = file->buffering;
        return;
    }
    submission->op = AYA_OP_WRAP;
    submission->args.wrap.fd = file->fd;
    submission->args.wrap.flags = file->open_flags | (file->owns_fd ? AYA_WRAP_OWNS_FD : 0);
    submission->args.wrap.buffering = file->buffering;
    submission->args.wrap.position = file->position;
}

static int open_inline(FileObject *file)
{
    aya_submission submission;
    aya_completion out;
    fill_open(file, &submission);
    file->generation = library.generation;
    int32_t status = library.submit(0, &submission, &out);
    if (status == AYA_DONE)
        file_opened(file, out.result, out.error, out.native);
    else if (status < 0)
        file_opened(file, -1, -status, 0);
    return status;
}

/* Opens through the running loop's queue; the completion is recorded whether somebody waits for it or not. */
int file_submit_open(FileObject *file)
{
    if (open_inline(file) != AYA_WOULD_WAIT)
        return 0;
    QueueObject *queue = queue_of_running_loop(file->state);
    if (queue == NULL)
        return -1;
    OpObject *op = op_new(file->state, &kind_opening, file);
    if (op == NULL)
        return -1;
    op->phase = OP_FINISHED; /* nobody awaits it */
    op->abandoned = 1;
    aya_submission submission;
    aya_completion out;
    fill_open(file, &submission);
    submission.user_data = (uint64_t)(uintptr_t)op;
    int32_t status = queue_submit(queue, op, &submission, &out);
    if (status == AYA_PENDING) {
        file->opening = OPEN_PENDING;
        file->handle = (uint64_t)out.result;
    }
    else if (status == AYA_DONE)
        file_opened(file, out.result, out.error, out.native);
    else
        file_opened(file, -1, -status, 0);
    Py_DECREF((PyObject *)op);
    return 0;
}

/* At the call: at once if it can be had without waiting; on the loop if one runs; else with the first operation. */
static int open_at_call(FileObject *file)
{
    if (library_ready() < 0 || options_refresh(file->state) < 0)
        return -1;
    file->opening = OPEN_DEFERRED;
    if (open_inline(file) != AYA_WOULD_WAIT)
        return 0;
    PyObject *loop = PyObject_CallNoArgs(file->state->get_running_loop);
    if (loop == NULL)
        return -1;
    int result = loop == Py_None ? 0 : file_submit_open(file);
    Py_DECREF(loop);
    return result;
}

/* ---- the constructor ---- */

static int native_flags(uint32_t flags)
{
    int native = O_CLOEXEC;
    native |= (flags & AYA_OPEN_READ) == 0 ? O_WRONLY : (flags & AYA_OPEN_WRITE) == 0 ? O_RDONLY : O_RDWR;
    if (flags & AYA_OPEN_CREATE)
        native |= O_CREAT;
    if (flags & AYA_OPEN_TRUNCATE)
        native |= O_TRUNC;
    if (flags & AYA_OPEN_EXCLUSIVE)
        native |= O_EXCL;
    if (flags & AYA_OPEN_APPEND)
        native |= O_APPEND;
    return native;
}

static int use_opener(FileObject *file, PyObject *opener)
{
    PyObject *answer = PyObject_CallFunction(opener, "Oi", file->name, native_flags(file->open_flags));
    if (answer == NULL)
        return -1;
    long fd = PyLong_AsLong(answer);
    Py_DECREF(answer);
    if (fd == -1 && PyErr_Occurred()) {
        if (PyErr_ExceptionMatches(PyExc_TypeError))
            PyErr_SetString(PyExc_TypeError, "expected integer from opener");
        return -1;
    }
    if (fd < 0) {
        PyErr_Format(PyExc_ValueError, "opener returned %ld", fd);
        return -1;
    }
    Py_CLEAR(file->path);
    file->fd = (int)fd;
    file->owns_fd = file->from_opener = 1;
    file->open_flags &= AYA_OPEN_READ | AYA_OPEN_WRITE | AYA_OPEN_APPEND;
    return 0;
}

static int make_text(FileObject *file, PyObject *encoding, PyObject *errors, PyObject *newline, int line_buffering)
{
    PyObject *module = text_module(file->state);
    if (module == NULL)
        return -1;
    file->text = PyObject_CallMethod(module, "Text", "OOOOO", (PyObject *)file, encoding != NULL ? encoding : Py_None,
                                     errors != NULL ? errors : Py_None, newline != NULL ? newline : Py_None,
                                     line_buffering ? Py_True : Py_False);
    return file->text == NULL ? -1 : 0;
}

/* arguments: path, mode, encoding, newline, errors, auto_flush, buffering, opener; NULL where absent. */
int file_open(FileObject *file, PyObject **arguments)
{
    Mode mode = {.flags = AYA_OPEN_READ};
    PyObject *encoding = arguments[2], *newline = arguments[3], *errors = arguments[4], *opener = arguments[7];
    int64_t buffering = -1;
    int auto_flush;
    if (arguments[1] != NULL && mode_parse(arguments[1], &mode) < 0)
        return -1;
    if (arg_bool(arguments[5], 0, &auto_flush) < 0)
        return -1;
    if (arguments[6] != NULL && arg_int64(arguments[6], "buffering", &buffering) < 0)
        return -1;
    int line_buffering = mode.text && buffering == 1;
    if (!mode.text && (refuse_in_binary(encoding, "an encoding") < 0 || refuse_in_binary(errors, "an errors") < 0 ||
                       refuse_in_binary(newline, "a newline") < 0))
        return -1;
    if (check_buffering(&buffering, mode.text) < 0)
        return -1;
    /* The path last, as the built-in does: a wrong mode is reported before a wrong path. */
    file->name = PyOS_FSPath(arguments[0]);
    if (file->name == NULL || !PyUnicode_FSConverter(file->name, &file->path))
        return -1;
    file->mode = arguments[1] != NULL ? Py_NewRef(arguments[1]) : PyUnicode_InternFromString("rb");
    if (file->mode == NULL)
        return -1;
    file->open_flags = mode.flags;
    file->buffering = auto_flush ? 0 : buffering;
    if (mode.text && make_text(file, encoding, errors, newline, line_buffering) < 0)
        return -1;
    if (opener != NULL && opener != Py_None && use_opener(file, opener) < 0)
        return -1;
    return open_at_call(file);
}

/* ---- wrapping ---- */

static int descriptor_of(FileObject *file, PyObject *object)
{
    if (PyLong_Check(object)) {
        file->name = Py_NewRef(object);
        return arg_int(object, "fd", &file->fd);
    }
    PyObject *fd = PyObject_CallMethodObjArgs(object, file->state->str_fileno, NULL);
    if (fd == NULL) {
        if (PyErr_ExceptionMatches(PyExc_AttributeError)) {
            PyErr_Clear();
            PyErr_Format(PyExc_TypeError, "a descriptor (int) or an object with fileno() is required, not %R",
                         (PyObject *)Py_TYPE(object));
        }
        return -1;
    }
    file->kept = Py_NewRef(object);
    file->name = PyObject_GetAttrString(object, "name");
    if (file->name == NULL) {
        PyErr_Clear();
        file->name = Py_NewRef(fd);
    }
    int result = arg_int(fd, "fileno()", &file->fd);
    Py_DECREF(fd);
    return result;
}

/* Mode a on a descriptor that does not append by itself: as the built-in, begin at the end. The descriptor's own offset
 * stays where it is. */
static int begin_at_end(FileObject *file)
{
    struct stat status;
    int native = fcntl(file->fd, F_GETFL);
    if (native < 0 || fstat(file->fd, &status) < 0) {
        PyErr_SetFromErrno(PyExc_OSError);
        return -1;
    }
    if (native & O_APPEND)
        return 0;
    file->open_flags &= ~(uint32_t)AYA_OPEN_APPEND;
    if (S_ISREG(status.st_mode))
        file->position = status.st_size;
    return 0;
}

int file_wrap(FileObject *file, PyObject *object, PyObject *mode_object, int owns_fd)
{
    Mode mode = {.flags = AYA_OPEN_READ};
    if (mode_object != NULL && mode_parse(mode_object, &mode) < 0)
        return -1;
    if (mode.text) {
        PyErr_Format(PyExc_ValueError, "wrap_file() takes binary modes only, not %R", mode_object);
        return -1;
    }
    if (descriptor_of(file, object) < 0)
        return -1;
    if (file->fd < 0) {
        PyErr_Format(PyExc_ValueError, "negative file descriptor: %d", file->fd);
        return -1;
    }
    file->mode = mode_object != NULL ? Py_NewRef(mode_object) : PyUnicode_InternFromString("rb");
    if (file->mode == NULL)
        return -1;
    file->open_flags = mode.flags & (AYA_OPEN_READ | AYA_OPEN_WRITE | AYA_OPEN_APPEND);
    file->owns_fd = (uint8_t)owns_fd;
    file->buffering = -1;
    if ((file->open_flags & AYA_OPEN_APPEND) && begin_at_end(file) < 0)
        return -1;
    return open_at_call(file);
}
