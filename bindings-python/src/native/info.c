/* The functions of the module: open, wrapping, options, and what is in use. */
#include "runtime.h"

#include "methods.h"

/* ---- opening ---- */

PyObject *module_open(PyObject *module, PyObject **arguments)
{
    ModuleState *state = state_of(module);
    FileObject *file = file_new(state, state->file_type);
    if (file != NULL && file_open(file, arguments) < 0) {
        Py_DECREF((PyObject *)file);
        return NULL;
    }
    return (PyObject *)file;
}

PyObject *module_wrap_file(PyObject *module, PyObject **arguments)
{
    int owns_fd;
    if (arg_bool(arguments[2], 0, &owns_fd) < 0)
        return NULL;
    ModuleState *state = state_of(module);
    FileObject *file = file_new(state, state->file_type);
    if (file != NULL && file_wrap(file, arguments[0], arguments[1], owns_fd) < 0) {
        Py_DECREF((PyObject *)file);
        return NULL;
    }
    return (PyObject *)file;
}

/* ---- options ---- */

int options_refresh(ModuleState *state)
{
    static const char name[] = "buffer_size";
    int64_t value;
    if (state->buffer_size > 0)
        return 0;
    state->buffer_size = library.option(name, sizeof name - 1, &value) == 0 && value > 0 ? (Py_ssize_t)value : 65536;
    return 0;
}

static const char *option_name(PyObject *name, Py_ssize_t *length)
{
    if (!PyUnicode_Check(name)) {
        PyErr_Format(PyExc_TypeError, "an option's name must be str, not %R", (PyObject *)Py_TYPE(name));
        return NULL;
    }
    return PyUnicode_AsUTF8AndSize(name, length);
}

static PyObject *module_option(PyObject *Py_UNUSED(module), PyObject *name)
{
    Py_ssize_t length;
    const char *text = option_name(name, &length);
    int64_t value;
    if (text == NULL || library_ready() < 0)
        return NULL;
    if (library.option(text, (uint64_t)length, &value) < 0) {
        PyErr_Format(PyExc_KeyError, "%U", name);
        return NULL;
    }
    return PyLong_FromLongLong(value);
}

static PyObject *module_set_option(PyObject *module, PyObject *const *args, Py_ssize_t count, PyObject *keywords)
{
    static const Signature signature = {"_set_option", 2, 2, 2, {"name", "value"}};
    PyObject *arguments[2];
    Py_ssize_t length;
    int64_t value;
    if (args_bind(&signature, args, count, keywords, arguments) < 0 || library_ready() < 0)
        return NULL;
    const char *text = option_name(arguments[0], &length);
    if (text == NULL || arg_int64(arguments[1], "value", &value) < 0)
        return NULL;
    state_of(module)->buffer_size = 0;
    int32_t status = library.configure(text, (uint64_t)length, value);
    if (status < 0) {
        PyErr_Format(PyExc_ValueError, "%U: %lld is refused", arguments[0], (long long)value);
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *module_reset_options(PyObject *module, PyObject *Py_UNUSED(ignored))
{
    if (library_ready() < 0)
        return NULL;
    state_of(module)->buffer_size = 0;
    library.configure_reset();
    Py_RETURN_NONE;
}

/* ---- the rest ---- */

/* Asked first with a buffer that is nearly always enough; the answer is the length needed. */
static PyObject *module_backend_info(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    char small[2048];
    if (library_ready() < 0)
        return NULL;
    int32_t length = library.backend_info(small, sizeof small);
    if (length < 0) {
        PyErr_Format(PyExc_RuntimeError, "the backend cannot be asked (ayafileio error %d)", (int)-length);
        return NULL;
    }
    if ((size_t)length <= sizeof small)
        return PyUnicode_DecodeUTF8(small, length, "replace");
    char *large = PyMem_Malloc((size_t)length);
    if (large == NULL)
        return PyErr_NoMemory();
    int32_t again = library.backend_info(large, (uint64_t)length);
    PyObject *text = PyUnicode_DecodeUTF8(large, again < length ? again : length, "replace");
    PyMem_Free(large);
    return text;
}

static PyObject *module_drain(PyObject *Py_UNUSED(module), PyObject *which)
{
    int pool;
    if (arg_int(which, "which", &pool) < 0 || library_ready() < 0)
        return NULL;
    int32_t released = library.drain_pool((uint32_t)pool);
    return PyLong_FromLong(released < 0 ? 0 : released);
}

/* At the end of the process: what files that nobody closed still hold is written, disposals are waited for. */
static PyObject *module_shutdown(PyObject *Py_UNUSED(module), PyObject *timeout)
{
    int64_t milliseconds;
    if (arg_int64(timeout, "timeout_ms", &milliseconds) < 0)
        return NULL;
    if (library.generation != library_process_generation)
        Py_RETURN_NONE; /* never used in this process */
    Py_BEGIN_ALLOW_THREADS
    library.shutdown(milliseconds);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

static PyObject *module_library_path(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    if (library_ready() < 0)
        return NULL;
    return PyUnicode_DecodeFSDefault(library.path);
}

#define KEYWORDS(name, function, doc) {name, (PyCFunction)(void (*)(void))function, METH_FASTCALL | METH_KEYWORDS, doc}

/* What the package's own Python code calls. The public functions are in generated/methods.gen.c. */
PyMethodDef module_private_methods[] = {
    {"_option", module_option, METH_O, NULL},
    KEYWORDS("_set_option", module_set_option, NULL),
    {"_reset_options", module_reset_options, METH_NOARGS, NULL},
    {"_backend_info", module_backend_info, METH_NOARGS, NULL},
    {"_drain", module_drain, METH_O, NULL},
    {"_shutdown", module_shutdown, METH_O, NULL},
    {"_library_path", module_library_path, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};
