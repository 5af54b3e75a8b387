/* The file object: its life, and what can be asked of it without I/O. */
#include "runtime.h"

#include <unistd.h>

/* ---- before an operation ---- */

/* A file that was opened before a fork: the descriptor was inherited, the runtime was not. The new runtime wraps the
 * descriptor at the last known position. What the parent had gathered in its write buffer stays the parent's. */
static int revive(FileObject *file)
{
    if (file->opening == OPEN_PENDING || file->fd < 0) {
        file->opening = OPEN_DEFERRED; /* the parent's open is not ours: open again */
        return 0;
    }
    aya_submission submission;
    aya_completion out;
    memset(&submission, 0, sizeof submission);
    submission.op = AYA_OP_WRAP;
    submission.args.wrap.fd = file->fd;
    submission.args.wrap.flags = (file->open_flags & (AYA_OPEN_READ | AYA_OPEN_WRITE | AYA_OPEN_APPEND)) |
                                 (file->owns_fd || file->path != NULL ? AYA_WRAP_OWNS_FD : 0);
    submission.args.wrap.buffering = file->buffering;
    submission.args.wrap.position = file->position;
    int32_t status = library.submit(0, &submission, &out);
    if (status != AYA_DONE || out.error != 0) {
        error_raise(file->state, status < 0 ? -status : status == AYA_DONE ? out.error : AYA_EAGAIN,
                    status == AYA_DONE ? out.native : 0, file->name);
        return -1;
    }
    file->handle = (uint64_t)out.result;
    file->generation = library.generation;
    file->owner = file->waiters_first = file->waiters_last = NULL; /* their threads are gone */
    return 0;
}

int file_begin(FileObject *file, OpObject *op)
{
    unsigned flags = op->kind->flags;
    if (UNLIKELY(library_ready() < 0))
        return -1;
    if (UNLIKELY(file->closed)) {
        if (flags & KIND_ANY_STATE)
            return 0;
        error_closed();
        return -1;
    }
    if (UNLIKELY(file->generation != library.generation) && revive(file) < 0)
        return -1;
    if (UNLIKELY(file->opening != OPEN_DONE)) {
        if (file->opening == OPEN_DEFERRED && file_submit_open(file) < 0)
            return -1;
        if (file->opening == OPEN_FAILED && !(flags & KIND_ANY_STATE)) {
            error_raise(file->state, file->open_error, file->open_native, file->name);
            return -1;
        }
    }
    if (UNLIKELY((flags & KIND_READS) && !(file->open_flags & AYA_OPEN_READ))) {
        error_refused(file->state, file->text != NULL ? "not readable" : "read");
        return -1;
    }
    if (UNLIKELY((flags & KIND_WRITES) && !(file->open_flags & AYA_OPEN_WRITE))) {
        error_refused(file->state, file->text != NULL ? "not writable" : "write");
        return -1;
    }
    if (UNLIKELY((flags & KIND_BINARY) && file->text != NULL)) {
        PyErr_Format(file->state->unsupported_operation, "%s needs a binary file", op->kind->name);
        return -1;
    }
    file->taken |= op->kind != &kind_opened;
    return 0;
}

/* ---- life ---- */

FileObject *file_new(ModuleState *state, PyTypeObject *type)
{
    allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    FileObject *file = (FileObject *)allocate(type, 0);
    if (file == NULL)
        return NULL;
    file->state = state_hold(state);
    file->fd = -1;
    file->opening = OPEN_FAILED; /* until it was opened there is nothing to close */
    file->open_error = AYA_EBADF;
    return file;
}

/* A subclass made in Python has no module of its own; one of its bases is ours. */
static ModuleState *state_of_type(PyTypeObject *type)
{
    while (type != NULL) {
        PyObject *module = PyType_GetModule(type);
        if (module != NULL && PyModule_GetDef(module) == &module_definition)
            return state_of(module);
        PyErr_Clear();
        type = (PyTypeObject *)PyType_GetSlot(type, Py_tp_base);
    }
    PyErr_SetString(PyExc_SystemError, "not a subclass of ayafileio.AsyncFile");
    return NULL;
}

static PyObject *file_tp_new(PyTypeObject *type, PyObject *Py_UNUSED(args), PyObject *Py_UNUSED(keywords))
{
    ModuleState *state = state_of_type(type);
    return state == NULL ? NULL : (PyObject *)file_new(state, type);
}

static int file_init(PyObject *self, PyObject *args, PyObject *keywords)
{
    static char *names[] = {"path", "mode", "encoding", "newline", "errors", "auto_flush", "buffering", "opener", NULL};
    PyObject *arguments[8] = {NULL};
    FileObject *file = (FileObject *)self;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O|OOOOOOO:AsyncFile", names, &arguments[0], &arguments[1],
                                     &arguments[2], &arguments[3], &arguments[4], &arguments[5], &arguments[6],
                                     &arguments[7]))
        return -1;
    if (file->name != NULL) {
        PyErr_SetString(PyExc_RuntimeError, "AsyncFile was opened already");
        return -1;
    }
    return file_open(file, arguments);
}

static int file_traverse(PyObject *self, visitproc visit, void *arg)
{
    FileObject *file = (FileObject *)self;
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(file->name);
    Py_VISIT(file->kept);
    Py_VISIT(file->text);
    return 0;
}

/* The name stays: the warning of an unclosed file wants it, and it cannot be part of a cycle that matters. */
static int file_clear(PyObject *self)
{
    FileObject *file = (FileObject *)self;
    Py_CLEAR(file->text);
    return 0;
}

static void warn_unclosed(FileObject *file)
{
    if (PyErr_WarnFormat(PyExc_ResourceWarning, 1, "unclosed file <ayafileio.AsyncFile name=%R mode=%R>", file->name,
                         file->mode) < 0) {
        if (PyErr_ExceptionMatches(PyExc_Warning))
            PyErr_WriteUnraisable((PyObject *)Py_TYPE((PyObject *)file));
        else
            PyErr_Clear(); /* the interpreter is going down */
    }
}

static void dispose(FileObject *file)
{
    if (file->closed || (file->opening != OPEN_DONE && file->opening != OPEN_PENDING)) {
        /* An opener's descriptor whose wrapping failed is ours all the same. */
        if (file->from_opener && file->opening == OPEN_FAILED && !file->closed)
            close(file->fd);
        return;
    }
    /* A wrapper that does not own its descriptor leaves nothing open. */
    if (file->taken && (file->path != NULL || file->owns_fd))
        warn_unclosed(file);
    file->closed = 1;
    if (library_lives(file->generation))
        library.file_dispose(file->handle);
    else if (file->fd >= 0 && (file->path != NULL || file->owns_fd))
        close(file->fd);
}

static void file_dealloc(PyObject *self)
{
    FileObject *file = (FileObject *)self;
    PyTypeObject *type = Py_TYPE(self);
    PyObject *error_type, *value, *traceback;
    PyObject_GC_UnTrack(self);
    PyErr_Fetch(&error_type, &value, &traceback);
    if (file->weakrefs != NULL)
        PyObject_ClearWeakRefs(self);
    dispose(file);
    file_clear(self);
    file_forget_lines(file);
    Py_CLEAR(file->decoded);
    Py_CLEAR(file->kept);
    Py_CLEAR(file->name);
    Py_CLEAR(file->path);
    Py_CLEAR(file->mode);
    PyErr_Restore(error_type, value, traceback);
    state_release(file->state);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(self);
    Py_DECREF(type);
}

static PyObject *file_repr(PyObject *self)
{
    FileObject *file = (FileObject *)self;
    if (file->name == NULL)
        return PyUnicode_FromString("<ayafileio.AsyncFile (not opened)>");
    return PyUnicode_FromFormat("<ayafileio.AsyncFile name=%R mode=%R%s>", file->name, file->mode,
                                file->closed ? " closed" : "");
}

/* ---- attributes ---- */

static PyObject *attribute_or_none(PyObject *value)
{
    return Py_NewRef(value != NULL ? value : Py_None);
}

static PyObject *get_name(PyObject *self, void *Py_UNUSED(closure))
{
    return attribute_or_none(((FileObject *)self)->name);
}

static PyObject *get_mode(PyObject *self, void *Py_UNUSED(closure))
{
    return attribute_or_none(((FileObject *)self)->mode);
}

static PyObject *get_closed(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(((FileObject *)self)->closed);
}

/* encoding, errors, newlines, line_buffering: as the built-in, a binary file does not have them. */
static PyObject *get_of_text(PyObject *self, void *closure)
{
    FileObject *file = (FileObject *)self;
    if (file->text != NULL)
        return PyObject_GetAttrString(file->text, (const char *)closure);
    PyErr_Format(PyExc_AttributeError, "a binary file has no attribute '%s'", (const char *)closure);
    return NULL;
}

static PyGetSetDef file_getset[] = {
    {"name", get_name, NULL, "What was opened: the path, or the descriptor.", NULL},
    {"mode", get_mode, NULL, "The mode as it was given.", NULL},
    {"closed", get_closed, NULL, "Whether the file is closed, or its close has begun.", NULL},
    {"encoding", get_of_text, NULL, "The encoding of a text file.", (void *)"encoding"},
    {"errors", get_of_text, NULL, "The error handler of a text file's codec.", (void *)"errors"},
    {"newlines", get_of_text, NULL, "The line ends that a text file has shown so far.", (void *)"newlines"},
    {"line_buffering", get_of_text, NULL, "Whether a line end pushes a text file's writes.", (void *)"line_buffering"},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyMemberDef file_members[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(FileObject, weakrefs), READONLY, NULL},
    {"_text", T_OBJECT_EX, offsetof(FileObject, text), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot file_slots[] = {
    {Py_tp_doc, (void *)file_doc},
    {Py_tp_new, file_tp_new},
    {Py_tp_init, file_init},
    {Py_tp_dealloc, file_dealloc},
    {Py_tp_traverse, file_traverse},
    {Py_tp_clear, file_clear},
    {Py_tp_repr, file_repr},
    {Py_tp_methods, file_methods},
    {Py_tp_getset, file_getset},
    {Py_tp_members, file_members},
    {Py_am_await, file_await},
    {Py_am_aiter, file_aiter},
    {Py_am_anext, file_anext},
    {0, NULL},
};

static PyType_Spec file_spec = {
    .name = "ayafileio.AsyncFile",
    .basicsize = sizeof(FileObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE,
    .slots = file_slots,
};

int file_type_ready(PyObject *module, ModuleState *state)
{
    state->file_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &file_spec, NULL);
    if (state->file_type == NULL)
        return -1;
    return PyModule_AddType(module, state->file_type);
}
