/* Results where only an exception can carry them: send, throw, and next. */
#include "runtime.h"

PyObject *as_iteration(PySendResult how, PyObject *result)
{
    if (how != PYGEN_RETURN)
        return result;
    if (result == Py_None)
        PyErr_SetNone(PyExc_StopIteration);
    else {
        /* Built by hand: a tuple or an exception given to PyErr_SetObject would be taken apart. */
        PyObject *stop = PyObject_CallFunctionObjArgs(PyExc_StopIteration, result, NULL);
        if (stop != NULL) {
            PyErr_SetObject(PyExc_StopIteration, stop);
            Py_DECREF(stop);
        }
    }
    Py_DECREF(result);
    return NULL;
}

/* From CPython 3.12 on, await does not ask am_send but tp_iternext, which can only answer with StopIteration; making one
 * costs as much as a cached line. So one is kept and used again as long as nobody else has it. It keeps its last value
 * alive until the next one, so only small values of no further consequence travel in it. */
#define KEPT_VALUE_MAX 65536

#ifndef Py_GIL_DISABLED
static int may_be_kept(PyObject *value)
{
    if (PyBytes_CheckExact(value))
        return BYTES_SIZE(value) <= KEPT_VALUE_MAX;
    if (PyUnicode_CheckExact(value))
        return TEXT_LENGTH(value) <= KEPT_VALUE_MAX;
    return PyLong_CheckExact(value);
}

static PyObject *fresh_stop(ModuleState *state)
{
    PyObject *stop = state->stop;
    if (LIKELY(stop != NULL && Py_REFCNT(stop) == 1)) {
        /* One that has been caught in Python code carries its way there: not to be used again. */
        PyObject *traceback = PyException_GetTraceback(stop);
        if (LIKELY(traceback == NULL))
            return stop;
        Py_DECREF(traceback);
    }
    Py_XDECREF(stop);
    state->stop = PyObject_CallNoArgs(PyExc_StopIteration);
    return state->stop;
}
#endif

PyObject *stop_with(ModuleState *state, PyObject *value)
{
    if (value == Py_None) {
        Py_DECREF(value);
        return NULL; /* without an exception: that means None, at no cost */
    }
#ifndef Py_GIL_DISABLED
    PyObject *stop;
    if (LIKELY(may_be_kept(value)) && (stop = fresh_stop(state)) != NULL && stop_set_value(stop, state->str_value, value) == 0) {
        Py_DECREF(value);
        raise_instance(Py_NewRef(stop));
        return NULL;
    }
    PyErr_Clear();
#endif
    (void)state;
    return as_iteration(PYGEN_RETURN, value);
}
