/* The shape of a method, and the private ones by name; the public ones are in generated/methods.gen.h. */
#ifndef AYAFILEIO_METHODS_H
#define AYAFILEIO_METHODS_H

#include "generated/methods.gen.h"
#include "runtime.h"

/* A public method: spec/python.yaml says its name and parameters, generated/methods.gen.c binds the arguments. */
#define METHOD(name) PyObject *method_##name(PyObject *self, PyObject **arguments)
#define METHOD_WITHOUT_ARGUMENTS(name) PyObject *method_##name(PyObject *self)

/* A method for the package's own Python code only: it binds its arguments itself. */
#define PRIVATE_METHOD(name) \
    PyObject *method_##name(PyObject *self, PyObject *const *args, Py_ssize_t count, PyObject *keywords)
#define PRIVATE_WITHOUT_ARGUMENTS(name) PyObject *method_##name(PyObject *self, PyObject *Py_UNUSED(ignored))

/* The arguments were wrong: the awaitable says so when it is awaited. */
static inline PyObject *method_failed(OpObject *op)
{
    return op_refuse(op);
}

PRIVATE_METHOD(raw_read);
PRIVATE_METHOD(raw_write);
PRIVATE_METHOD(raw_seek);
PRIVATE_METHOD(raw_truncate);
PRIVATE_METHOD(set_window);
PRIVATE_METHOD(set_text_fast);
PRIVATE_WITHOUT_ARGUMENTS(raw_tell);
PRIVATE_WITHOUT_ARGUMENTS(raw_chunk);
PRIVATE_WITHOUT_ARGUMENTS(raw_readline);
PRIVATE_WITHOUT_ARGUMENTS(get_window);

/* Rows for the generated table of AsyncFile's methods. */
#define FILE_METHODS_PRIVATE \
    {"_raw_read", (PyCFunction)(void (*)(void))method_raw_read, METH_FASTCALL | METH_KEYWORDS, NULL}, \
    {"_raw_write", (PyCFunction)(void (*)(void))method_raw_write, METH_FASTCALL | METH_KEYWORDS, NULL}, \
    {"_raw_seek", (PyCFunction)(void (*)(void))method_raw_seek, METH_FASTCALL | METH_KEYWORDS, NULL}, \
    {"_raw_truncate", (PyCFunction)(void (*)(void))method_raw_truncate, METH_FASTCALL | METH_KEYWORDS, NULL}, \
    {"_raw_tell", method_raw_tell, METH_NOARGS, NULL}, \
    {"_raw_chunk", method_raw_chunk, METH_NOARGS, NULL}, \
    {"_raw_readline", method_raw_readline, METH_NOARGS, NULL}, \
    {"_window", method_get_window, METH_NOARGS, NULL}, \
    {"_set_window", (PyCFunction)(void (*)(void))method_set_window, METH_FASTCALL | METH_KEYWORDS, NULL}, \
    {"_set_text_fast", (PyCFunction)(void (*)(void))method_set_text_fast, METH_FASTCALL | METH_KEYWORDS, NULL},

Step lines_to_write(OpObject *op);

/* What the same names do on a text file. */
PyObject *text_read(PyObject *self, PyObject *size);
PyObject *text_write(PyObject *self, PyObject *data);
PyObject *text_seek(PyObject *self, PyObject **arguments);
PyObject *text_tell(PyObject *self);
PyObject *text_truncate(PyObject *self, PyObject *size);
PyObject *text_writelines(PyObject *self, PyObject *lines);
PyObject *text_readline(PyObject *self);
PyObject *text_next(PyObject *self);

#endif
