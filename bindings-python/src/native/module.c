/* The module itself: its state, and nothing that starts the library. */
#include "runtime.h"

static PyObject *import_once(PyObject **slot, const char *name)
{
    if (*slot == NULL)
        *slot = PyImport_ImportModule(name);
    return *slot;
}

PyObject *slow_module(ModuleState *state)
{
    return import_once(&state->slow, "ayafileio._slow");
}

PyObject *text_module(ModuleState *state)
{
    return import_once(&state->text, "ayafileio._text");
}

static PyObject *attribute_of(const char *module_name, const char *name)
{
    PyObject *module = PyImport_ImportModule(module_name);
    PyObject *attribute = module == NULL ? NULL : PyObject_GetAttrString(module, name);
    Py_XDECREF(module);
    return attribute;
}

static int module_exec(PyObject *module)
{
    ModuleState *state = calloc(1, sizeof *state);
    if (state == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    *(ModuleState **)PyModule_GetState(module) = state_hold(state);
#define X(name) \
    if ((state->str_##name = PyUnicode_InternFromString(#name)) == NULL) \
        return -1;
    NAMES(X)
#undef X
    state->unsupported_operation = attribute_of("io", "UnsupportedOperation");
    if (state->unsupported_operation == NULL)
        return -1;
    /* Answers None when no loop runs, where get_running_loop would raise. */
    state->get_running_loop = attribute_of("asyncio.events", "_get_running_loop");
    if (state->get_running_loop == NULL)
        return -1;
    if (PyModule_AddFunctions(module, module_private_methods) < 0)
        return -1;
    if (op_type_ready(module, state) < 0 || queue_type_ready(module, state) < 0 || file_type_ready(module, state) < 0)
        return -1;
    return PyModule_AddStringConstant(module, "__version__", AYAFILEIO_VERSION);
}

static int module_traverse(PyObject *module, visitproc visit, void *arg)
{
    ModuleState *state = state_of(module);
    if (state == NULL)
        return 0;
    Py_VISIT(state->file_type);
    Py_VISIT(state->op_type);
    Py_VISIT(state->queue_type);
    Py_VISIT(state->unsupported_operation);
    Py_VISIT(state->get_running_loop);
    Py_VISIT(state->slow);
    Py_VISIT(state->text);
    Py_VISIT(state->stop);
    return 0;
}

static int module_clear(PyObject *module)
{
    ModuleState *state = state_of(module);
    if (state == NULL)
        return 0;
    Py_CLEAR(state->slow);
    Py_CLEAR(state->text);
    Py_CLEAR(state->stop);
    return 0;
}

/* Objects may still be there, when a collection at the interpreter's end cuts a cycle at this place: then they find no
 * type to make more of and nothing to reuse. */
static void module_free(void *module)
{
    ModuleState *state = state_of((PyObject *)module);
    if (state == NULL)
        return;
    module_clear((PyObject *)module);
    op_free_list_clear(state);
    Py_CLEAR(state->file_type);
    Py_CLEAR(state->op_type);
    Py_CLEAR(state->queue_type);
    Py_CLEAR(state->unsupported_operation);
    Py_CLEAR(state->get_running_loop);
#define X(name) Py_CLEAR(state->str_##name);
    NAMES(X)
#undef X
    PyMem_Free(state->queues);
    state->queues = NULL;
    state->queues_count = state->queues_room = 0;
    state_release(state);
}

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, module_exec},
#ifdef Py_mod_multiple_interpreters
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
#ifdef Py_mod_gil
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

PyModuleDef module_definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "ayafileio._ayafileio",
    .m_doc = "The C side of ayafileio.",
    .m_size = sizeof(ModuleState *),
    .m_methods = module_methods,
    .m_slots = module_slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
    .m_free = module_free,
};

PyMODINIT_FUNC PyInit__ayafileio(void)
{
    return PyModuleDef_Init(&module_definition);
}
