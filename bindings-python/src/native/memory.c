/* Room for what is read. */
#include "runtime.h"

#ifdef __linux__
#include <sys/mman.h>
#endif
#ifdef Py_LIMITED_API
#include <dlfcn.h>
#endif

/* From this size on malloc maps fresh pages, and taking them one by one costs more than the read itself; giving them
 * back stalls the loop's thread. Huge pages, where the system has them, take both down. */
#define HUGE_FROM (4 << 20)
#define HUGE_PAGE ((uintptr_t)2 << 20)

PyObject *bytes_new(Py_ssize_t size)
{
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, size);
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    if (UNLIKELY(size >= HUGE_FROM) && bytes != NULL) {
        uintptr_t from = ((uintptr_t)BYTES_DATA(bytes) + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
        uintptr_t to = ((uintptr_t)BYTES_DATA(bytes) + (uintptr_t)size) & ~(HUGE_PAGE - 1);
        if (from < to)
            madvise((void *)from, to - from, MADV_HUGEPAGE); /* advice: nothing depends on it */
    }
#endif
    return bytes;
}

/* The stable ABI can only copy, which for large blocks would hold the loop up. Every CPython so far has the function
 * that does it in place; it is asked for by name, and missed without harm. */
int bytes_shrink(PyObject **bytes, Py_ssize_t size)
{
#ifdef Py_LIMITED_API
    static int (*resize)(PyObject **, Py_ssize_t);
    if (resize == NULL)
        *(void **)&resize = dlsym(RTLD_DEFAULT, "_PyBytes_Resize");
    if (resize != NULL)
        return resize(bytes, size);
    PyObject *copy = PyBytes_FromStringAndSize(PyBytes_AsString(*bytes), size);
    Py_DECREF(*bytes);
    *bytes = copy;
    return copy == NULL ? -1 : 0;
#else
    return _PyBytes_Resize(bytes, size);
#endif
}
