/* From the library's error numbers to Python's exceptions. */
#include "runtime.h"

#include "generated/errors.gen.h"

void error_closed(void)
{
    PyErr_SetString(PyExc_ValueError, "I/O operation on closed file");
}

void error_refused(ModuleState *state, const char *what)
{
    PyErr_SetString(state->unsupported_operation, what);
}

static void raise_os_error(int native, PyObject *filename)
{
#ifdef _WIN32
    PyErr_SetExcFromWindowsErrWithFilenameObject(PyExc_OSError, native, filename);
#else
    /* OSError's own constructor picks the subclass; a missing filename must be left out, not None. */
    const char *words = strerror(native);
    PyObject *exception = filename == NULL ? PyObject_CallFunction(PyExc_OSError, "is", native, words)
                                           : PyObject_CallFunction(PyExc_OSError, "isO", native, words, filename);
    if (exception == NULL)
        return;
    PyErr_SetObject((PyObject *)Py_TYPE(exception), exception);
    Py_DECREF(exception);
#endif
}

void error_raise(ModuleState *state, int32_t error, int32_t native, PyObject *filename)
{
    const ErrorRow *row = error_row(error);
    if (error == AYA_ECLOSED || error == AYA_ESTALE_HANDLE) {
        error_closed(); /* the built-in's own words */
        return;
    }
    if (row != NULL && row->raises != RAISES_OS_ERROR) {
        PyObject *type = row->raises == RAISES_VALUE_ERROR    ? PyExc_ValueError
                         : row->raises == RAISES_UNSUPPORTED  ? state->unsupported_operation
                         : row->raises == RAISES_MEMORY_ERROR ? PyExc_MemoryError
                                                              : PyExc_RuntimeError;
        PyErr_SetString(type, row->message);
        return;
    }
    if (native == 0 && row != NULL)
        native = row->native;
    if (native != 0) {
        raise_os_error(native, filename);
        return;
    }
    char words[256] = "";
    library.strerror(error, words, sizeof words);
    PyErr_Format(PyExc_OSError, "%s (ayafileio error %d)", words[0] != '\0' ? words : "unknown error", (int)error);
}
