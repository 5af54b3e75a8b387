/* Binding the arguments of a method to its signature, and turning them into C values. */
#include "runtime.h"

#include <limits.h>

static int bind_keyword(const Signature *signature, PyObject *name, PyObject *value, PyObject **out)
{
    for (int i = 0; i < signature->count; i++) {
        if (PyUnicode_CompareWithASCIIString(name, signature->names[i]) != 0)
            continue;
        if (out[i] != NULL) {
            PyErr_Format(PyExc_TypeError, "%s() got multiple values for argument '%s'", signature->function,
                         signature->names[i]);
            return -1;
        }
        out[i] = value;
        return 0;
    }
    PyErr_Format(PyExc_TypeError, "%s() got an unexpected keyword argument '%U'", signature->function, name);
    return -1;
}

/* Fills out[signature->count] with borrowed references, NULL where an argument is absent. */
int args_bind(const Signature *signature, PyObject *const *args, Py_ssize_t count, PyObject *keywords, PyObject **out)
{
    if (UNLIKELY(count > signature->positional)) {
        PyErr_Format(PyExc_TypeError, "%s() takes at most %d positional argument%s (%zd given)", signature->function,
                     signature->positional, signature->positional == 1 ? "" : "s", count);
        return -1;
    }
    for (int i = 0; i < signature->count; i++)
        out[i] = i < count ? args[i] : NULL;
    if (keywords != NULL) {
        Py_ssize_t named = TUPLE_SIZE(keywords);
        for (Py_ssize_t i = 0; i < named; i++)
            if (bind_keyword(signature, TUPLE_ITEM(keywords, i), args[count + i], out) < 0)
                return -1;
    }
    for (int i = 0; i < signature->required; i++)
        if (UNLIKELY(out[i] == NULL)) {
            PyErr_Format(PyExc_TypeError, "%s() missing required argument '%s' (pos %d)", signature->function,
                         signature->names[i], i + 1);
            return -1;
        }
    return 0;
}

int arg_int64(PyObject *argument, const char *name, int64_t *out)
{
    long long value = PyLong_AsLongLong(argument);
    if (value == -1 && PyErr_Occurred()) {
        if (!PyErr_ExceptionMatches(PyExc_TypeError))
            return -1;
        PyErr_Clear();
        PyErr_Format(PyExc_TypeError, "%s must be an integer, not %R", name, (PyObject *)Py_TYPE(argument));
        return -1;
    }
    *out = value;
    return 0;
}

int arg_size(PyObject *argument, const char *name, int64_t *out)
{
    if (argument == NULL || argument == Py_None) {
        *out = -1;
        return 0;
    }
    if (arg_int64(argument, name, out) < 0)
        return -1;
    if (*out < 0)
        *out = -1;
    return 0;
}

int arg_offset(PyObject *argument, const char *name, int64_t *out)
{
    if (arg_int64(argument, name, out) < 0)
        return -1;
    if (*out < 0) {
        PyErr_Format(PyExc_ValueError, "%s must not be negative: %lld", name, (long long)*out);
        return -1;
    }
    return 0;
}

int arg_int(PyObject *argument, const char *name, int *out)
{
    int64_t value;
    if (arg_int64(argument, name, &value) < 0)
        return -1;
    if (value < INT_MIN || value > INT_MAX) {
        PyErr_Format(PyExc_OverflowError, "%s is out of range: %lld", name, (long long)value);
        return -1;
    }
    *out = (int)value;
    return 0;
}

int arg_bool(PyObject *argument, int fallback, int *out)
{
    *out = argument == NULL ? fallback : PyObject_IsTrue(argument);
    return *out < 0 ? -1 : 0;
}

/* Bytes cannot change, so a reference is enough; anything else is held through its buffer. */
int arg_readable(PyObject *argument, OpObject *op)
{
    if (LIKELY(PyBytes_CheckExact(argument))) {
        op->data = Py_NewRef(argument);
        op->length = BYTES_SIZE(argument);
        return 0;
    }
    if (PyUnicode_Check(argument)) {
        PyErr_SetString(PyExc_TypeError, "a bytes-like object is required, not 'str'");
        return -1;
    }
    if (PyObject_GetBuffer(argument, &op->view, PyBUF_SIMPLE) < 0) {
        op->view.obj = NULL;
        return -1;
    }
    op->length = op->view.len;
    return 0;
}

int arg_writable(PyObject *argument, OpObject *op)
{
    if (PyObject_GetBuffer(argument, &op->view, PyBUF_WRITABLE) < 0) {
        op->view.obj = NULL;
        /* A read-only buffer answers BufferError; to the caller it is the wrong kind of argument. */
        PyErr_Clear();
        PyErr_Format(PyExc_TypeError, "a writable bytes-like object is required, not %R", (PyObject *)Py_TYPE(argument));
        return -1;
    }
    op->length = op->view.len;
    return 0;
}
