"""Python's ways of doing the same two jobs."""

from __future__ import annotations

import asyncio
import os
import pathlib
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

import aiofiles
import ayafileio
from jobs import Advance, Tree, digest

STEP = 100  # files between two moves of the progress bar: moving it costs as much as reading a small file


class Way(Protocol):
    def checksum(self, tree: Tree, in_flight: int, advance: Advance) -> tuple[float, dict[str, bytes]]: ...

    def copy(self, tree: Tree, target: pathlib.Path, in_flight: int, advance: Advance) -> float: ...


class Asynchronous:
    """A fixed number of tasks take the next file from one iterator. That bounds what is open and in memory as a
    semaphore would, without a task and a semaphore's bookkeeping per file."""

    def __init__(
        self, read: Callable[[str], Awaitable[bytes]], write: Callable[[str, bytes], Awaitable[object]]
    ) -> None:
        self._read = read
        self._write = write

    def checksum(self, tree: Tree, in_flight: int, advance: Advance) -> tuple[float, dict[str, bytes]]:
        found: dict[str, bytes] = {}
        root = str(tree.root)
        read = self._read

        async def one(name: str) -> None:
            found[name] = digest(await read(f"{root}/{name}"))

        return self._all(tree, in_flight, advance, one), found

    def copy(self, tree: Tree, target: pathlib.Path, in_flight: int, advance: Advance) -> float:
        root, to = str(tree.root), str(target)
        read, write = self._read, self._write

        async def one(name: str) -> None:
            await write(f"{to}/{name}", await read(f"{root}/{name}"))

        return self._all(tree, in_flight, advance, one)

    def _all(self, tree: Tree, in_flight: int, advance: Advance, one: Callable[[str], Awaitable[None]]) -> float:
        names = iter(tree.files)
        done = 0

        async def worker() -> None:
            nonlocal done
            for name in names:
                await one(name)
                done += 1
                if done % STEP == 0:
                    advance(STEP)

        async def run() -> float:
            start = time.perf_counter()
            await asyncio.gather(*(worker() for _ in range(in_flight)))
            return time.perf_counter() - start

        return asyncio.run(run())


async def _aiofiles_read(path: str) -> bytes:
    async with aiofiles.open(path, "rb") as f:
        return await f.read()


async def _aiofiles_write(path: str, data: bytes) -> None:
    async with aiofiles.open(path, "wb") as f:
        await f.write(data)


class Synchronous:
    def checksum(self, tree: Tree, in_flight: int, advance: Advance) -> tuple[float, dict[str, bytes]]:
        found: dict[str, bytes] = {}
        start = time.perf_counter()
        for count, name in enumerate(tree.files, 1):
            with open(os.path.join(tree.root, name), "rb") as f:
                found[name] = digest(f.read())
            if count % STEP == 0:
                advance(STEP)
        return time.perf_counter() - start, found

    def copy(self, tree: Tree, target: pathlib.Path, in_flight: int, advance: Advance) -> float:
        start = time.perf_counter()
        for count, name in enumerate(tree.files, 1):
            with open(os.path.join(tree.root, name), "rb") as f:
                data = f.read()
            with open(os.path.join(target, name), "wb") as f:
                f.write(data)
            if count % STEP == 0:
                advance(STEP)
        return time.perf_counter() - start


WAYS: dict[str, Way] = {
    "ayafileio": Asynchronous(ayafileio.read_bytes, ayafileio.write_bytes),
    "aiofiles": Asynchronous(_aiofiles_read, _aiofiles_write),
    "synchronous": Synchronous(),
}
