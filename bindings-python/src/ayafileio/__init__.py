"""Asynchronous file I/O on the kernel's own completion interface.

    async with ayafileio.open("data.bin") as f:
        head = await f.read(100)
        part = await f.read_at(4096, 1 << 20)

Importing this package starts nothing; the first open does.
"""

from __future__ import annotations

import atexit

from . import types
from ._ayafileio import AsyncFile, __version__, _shutdown, open, wrap_file
from ._options import configure, drain_buffer_pool, drain_handle_pool, get_backend_info, get_config, reset_config
from ._whole import read_bytes, read_text, write_bytes, write_text

__all__ = [
    "AsyncFile",
    "__version__",
    "aopen",
    "configure",
    "drain_buffer_pool",
    "drain_handle_pool",
    "get_backend_info",
    "get_config",
    "open",
    "read_bytes",
    "read_text",
    "reset_config",
    "types",
    "wrap_fd",
    "wrap_file",
    "write_bytes",
    "write_text",
]

aopen = open
wrap_fd = wrap_file

# What an unclosed file still holds is written at the end of the process; so long it may take.
_EXIT_MS = 4000
atexit.register(_shutdown, _EXIT_MS)

del atexit
