/* The shape of a method, and the methods by name: the table in table.c lists them all. */
#ifndef AYAFILEIO_METHODS_H
#define AYAFILEIO_METHODS_H

#include "runtime.h"

#define METHOD(name) \
    PyObject *method_##name(PyObject *self, PyObject *const *args, Py_ssize_t count, PyObject *keywords)
#define METHOD_WITHOUT_ARGUMENTS(name) PyObject *method_##name(PyObject *self, PyObject *Py_UNUSED(ignored))

/* The arguments were wrong: the operation never existed, so nobody is told that it was not awaited. */
static inline PyObject *method_failed(OpObject *op)
{
    op->phase = OP_FINISHED;
    Py_DECREF((PyObject *)op);
    return NULL;
}

METHOD(read);
METHOD(readinto);
METHOD(write);
METHOD(writelines);
METHOD(read_at);
METHOD(write_at);
METHOD(read_many);
METHOD(write_many);
METHOD(seek);
METHOD(truncate);
METHOD(chunk);
METHOD(readlines);
METHOD(raw_read);
METHOD(raw_write);
METHOD(raw_seek);
METHOD(raw_truncate);
METHOD_WITHOUT_ARGUMENTS(raw_tell);
METHOD_WITHOUT_ARGUMENTS(raw_chunk);
METHOD_WITHOUT_ARGUMENTS(raw_readline);
METHOD_WITHOUT_ARGUMENTS(get_window);
METHOD(set_window);
METHOD(set_text_fast);
METHOD_WITHOUT_ARGUMENTS(readall);
METHOD_WITHOUT_ARGUMENTS(readline);
METHOD_WITHOUT_ARGUMENTS(tell);
METHOD_WITHOUT_ARGUMENTS(flush);
METHOD_WITHOUT_ARGUMENTS(sync);
METHOD_WITHOUT_ARGUMENTS(datasync);
METHOD_WITHOUT_ARGUMENTS(close);
METHOD_WITHOUT_ARGUMENTS(readable);
METHOD_WITHOUT_ARGUMENTS(writable);
METHOD_WITHOUT_ARGUMENTS(seekable);
METHOD_WITHOUT_ARGUMENTS(fileno);
METHOD_WITHOUT_ARGUMENTS(isatty);
METHOD_WITHOUT_ARGUMENTS(enter);
METHOD(exit);

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
