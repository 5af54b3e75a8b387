/* What differs between CPython versions and builds. Everything else in this folder is written against the limited API
 * of CPython 3.11; a build for one version gets the faster macros behind the same names. */
#ifndef AYAFILEIO_COMPAT_H
#define AYAFILEIO_COMPAT_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structmember.h>

#include <stddef.h>
#include <string.h>

#ifdef Py_LIMITED_API
#define BYTES_DATA(object) PyBytes_AsString(object)
#define BYTES_SIZE(object) PyBytes_Size(object)
#define TEXT_LENGTH(object) PyUnicode_GetLength(object)
#define TUPLE_ITEM(tuple, index) PyTuple_GetItem((tuple), (index))
#define TUPLE_SIZE(tuple) PyTuple_Size(tuple)
#else
#define BYTES_DATA(object) PyBytes_AS_STRING(object)
#define BYTES_SIZE(object) PyBytes_GET_SIZE(object)
#define TEXT_LENGTH(object) PyUnicode_GET_LENGTH(object)
#define TUPLE_ITEM(tuple, index) PyTuple_GET_ITEM((tuple), (index))
#define TUPLE_SIZE(tuple) PyTuple_GET_SIZE(tuple)
#endif

#ifndef Py_SETREF
#define Py_SETREF(place, value) \
    do { \
        PyObject *before_ = (place); \
        (place) = (value); \
        Py_DECREF(before_); \
    } while (0)
#endif

/* The value that a StopIteration carries; name is "value". */
static inline int stop_set_value(PyObject *stop, PyObject *name, PyObject *value)
{
#ifdef Py_LIMITED_API
    return PyObject_SetAttr(stop, name, value);
#else
    (void)name;
    PyStopIterationObject *object = (PyStopIterationObject *)stop;
    PyObject *before = object->value;
    object->value = Py_NewRef(value);
    Py_XDECREF(before);
    return 0;
#endif
}

/* Raises an exception that exists already; steals it. */
static inline void raise_instance(PyObject *exception)
{
#if PY_VERSION_HEX >= 0x030c0000 && !defined(Py_LIMITED_API)
    PyErr_SetRaisedException(exception);
#else
    PyErr_Restore(Py_NewRef((PyObject *)Py_TYPE(exception)), exception, NULL);
#endif
}

/* Makes bytes that nobody else has seen shorter. */
int bytes_shrink(PyObject **bytes, Py_ssize_t size);

/* Per-object locks exist in free-threaded builds only; elsewhere the interpreter's own lock does their work. */
#if defined(Py_LIMITED_API) || !defined(Py_BEGIN_CRITICAL_SECTION)
#undef Py_BEGIN_CRITICAL_SECTION
#undef Py_END_CRITICAL_SECTION
#define Py_BEGIN_CRITICAL_SECTION(object) {
#define Py_END_CRITICAL_SECTION() }
#endif

#ifdef __GNUC__
#define LIKELY(condition) __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)
#else
#define LIKELY(condition) (condition)
#define UNLIKELY(condition) (condition)
#endif

#endif
