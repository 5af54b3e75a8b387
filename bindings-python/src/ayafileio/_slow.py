"""The parts of the extension that are rare enough, or slow enough anyway, to be Python."""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections.abc import AsyncGenerator
from typing import Any

# How often a waiting thread looks whether its loop is gone, where the loop has no way to say so.
_LOOK_MS = 500


def _resolve(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def wake(future: asyncio.Future[None]) -> bool:
    """Resolve a future of any loop from any thread; False if its loop is closed."""
    loop = future.get_loop()
    if loop.is_closed() or future.done():
        return False
    if asyncio._get_running_loop() is loop:
        future.set_result(None)
        return True
    try:
        loop.call_soon_threadsafe(_resolve, future)
    except RuntimeError:
        return False
    return True


class _Watcher:
    """One thread that waits for a queue, for loops that cannot watch a descriptor (Windows' Proactor).

    It wakes the loop once per batch, then waits until the loop has taken the batch out.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, queue: Any) -> None:
        self._loop = weakref.ref(loop)
        self._reaped = threading.Event()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, args=(queue,), name="ayafileio-wait", daemon=True)
        self._end = self._until_shutdown(queue)
        # asyncio.run closes the loop's asynchronous generators before the loop: that is when the thread must go.
        start = self._end.asend(None)
        try:
            start.send(None)
        except StopIteration:
            pass
        self._thread.start()

    async def _until_shutdown(self, queue: Any) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            self._stopped = True
            self._reaped.set()
            queue.close()

    def _run(self, queue: Any) -> None:
        while not self._stopped:
            ready = queue.wait(_LOOK_MS)
            loop = self._loop()
            if self._stopped or loop is None or loop.is_closed():
                break
            if not ready:
                continue
            self._reaped.clear()
            try:
                loop.call_soon_threadsafe(self._reap, queue)
            except RuntimeError:
                break
            del loop
            while not self._reaped.wait(_LOOK_MS / 1000):
                loop = self._loop()
                if loop is None or loop.is_closed():
                    self._stopped = True
                    break
                del loop
        queue.close()

    def _reap(self, queue: Any) -> None:
        try:
            queue()
        finally:
            self._reaped.set()


def watch_with_thread(loop: asyncio.AbstractEventLoop, queue: Any) -> _Watcher:
    return _Watcher(loop, queue)


def chunk(file: Any, chunk_size: int, buf: Any) -> AsyncGenerator[memoryview, None]:
    """Check the arguments at the call; the generator itself runs at the first step."""
    if buf is None:
        if not isinstance(chunk_size, int):
            raise TypeError(f"chunk_size must be an integer, not {type(chunk_size)!r}")
        if chunk_size <= 0:
            raise ValueError(f"chunk_size must be positive: {chunk_size}")
        return _chunks(file, memoryview(bytearray(chunk_size)))
    view = memoryview(buf)
    if view.readonly:
        raise TypeError(f"a writable bytes-like object is required, not {type(buf)!r}")
    view = view.cast("B")
    if chunk_size <= 0:
        raise ValueError(f"chunk_size must be positive: {chunk_size}")
    if len(view) < chunk_size:
        raise ValueError(f"buf holds {len(view)} bytes, chunk_size is {chunk_size}")
    return _chunks(file, view[:chunk_size])


async def _chunks(file: Any, view: memoryview) -> AsyncGenerator[memoryview, None]:
    while count := await file.readinto(view):
        yield view[:count]


async def readlines(file: Any, hint: int) -> list[bytes]:
    """All lines of a binary file, or those until their length exceeds hint. Runs while it has the file's turn."""
    lines = []
    total = 0
    while line := await file._raw_readline():
        lines.append(line)
        total += len(line)
        if 0 < hint < total:
            break
    return lines
