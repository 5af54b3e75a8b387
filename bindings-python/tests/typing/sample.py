"""User code as a type checker sees it; checked with mypy --strict and with pyright, never run."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import ayafileio
from ayafileio import AsyncFile
from ayafileio.types import AyaFileIO, FileObj
from typing_extensions import assert_type


async def modes(path: Path, some_mode: str) -> None:
    """The mode decides whether a file speaks bytes or text."""
    assert_type(ayafileio.open(path), AsyncFile[bytes])
    assert_type(ayafileio.open(path, "rb"), AsyncFile[bytes])
    assert_type(ayafileio.open(path, "r+b", buffering=0), AsyncFile[bytes])
    assert_type(ayafileio.open(os.fsencode(path), "xb"), AsyncFile[bytes])
    assert_type(ayafileio.open(str(path), "r"), AsyncFile[str])
    assert_type(ayafileio.open(path, "w", encoding="utf-8", newline="\n"), AsyncFile[str])
    assert_type(ayafileio.open(path, "at", errors="replace", auto_flush=True), AsyncFile[str])
    assert_type(await ayafileio.open(path, "r"), AsyncFile[str])
    assert_type(await ayafileio.aopen(path, "wb"), AsyncFile[bytes])
    assert_type(ayafileio.open(path, some_mode), AsyncFile[Any])


async def binary(path: Path) -> None:
    """Every method of a binary file."""
    async with ayafileio.open(path, "r+b") as f:
        assert_type(f, AsyncFile[bytes])
        assert_type(await f.read(), bytes)
        assert_type(await f.read(10), bytes)
        assert_type(await f.readline(), bytes)
        assert_type(await f.readlines(), list[bytes])
        assert_type(await f.readall(), bytes)
        assert_type(await f.readinto(bytearray(5)), int)
        assert_type(await f.readinto(memoryview(bytearray(5))), int)
        assert_type(await f.write(b"x"), int)
        assert_type(await f.write(bytearray(b"x")), int)
        assert_type(await f.write(memoryview(b"x")), int)
        await f.writelines([b"x", b"y"])
        assert_type(await f.seek(0, 2), int)
        assert_type(await f.tell(), int)
        await f.truncate(0)
        await f.truncate()
        await f.flush()
        await f.sync()
        await f.datasync()
        assert_type(await f.read_at(10, 0), bytes)
        assert_type(await f.write_at(b"x", 0), int)
        assert_type(await f.read_many([(0, 10), (5, 5)]), list[bytes])
        assert_type(await f.write_many([(0, b"x")]), int)
        async for line in f:
            assert_type(line, bytes)
        async for part in f.chunk(1024, buf=bytearray(1024)):
            assert_type(part, memoryview)
        assert_type(f.closed, bool)
        assert_type(f.mode, str)
        assert_type(f.readable() and f.writable() and f.seekable() and f.isatty(), bool)
        assert_type(f.fileno(), int)
        await f.close()


async def text(path: Path) -> None:
    """Every kind of text in and out."""
    async with ayafileio.open(path, "w+", encoding="utf-8") as f:
        assert_type(await f.write("x"), int)
        await f.writelines(["x", "y"])
        assert_type(await f.read(), str)
        assert_type(await f.readline(), str)
        assert_type(await f.readlines(5), list[str])
        async for line in f:
            assert_type(line, str)


async def wrapped(path: Path) -> None:
    """wrap_file of a number and of an object."""
    assert_type(ayafileio.wrap_file(3), AsyncFile[bytes])
    with path.open("rb") as raw:
        assert_type(ayafileio.wrap_file(raw, "rb", owns_fd=False), AsyncFile[bytes])
        assert_type(ayafileio.wrap_fd(raw), AsyncFile[bytes])
        takes_raw(raw)


async def whole(path: Path) -> None:
    """Whole files."""
    assert_type(await ayafileio.read_bytes(path), bytes)
    assert_type(await ayafileio.read_text(path, encoding="utf-8"), str)
    assert_type(await ayafileio.write_bytes(path, b"x"), int)
    assert_type(await ayafileio.write_text(path, "x"), int)


async def tasks(f: AsyncFile[bytes]) -> None:
    """Awaitables are what asyncio's functions take."""
    one = asyncio.create_task(f.read(5))
    assert_type(await one, bytes)
    both = await asyncio.gather(f.read(5), f.tell())
    assert_type(both, tuple[bytes, int])
    assert_type(await asyncio.wait_for(f.readline(), 1), bytes)
    await asyncio.shield(f.flush())


def options() -> None:
    """Options and information."""
    ayafileio.configure({"buffer_size": 131072, "io_uring_sqpoll": True})
    assert_type(ayafileio.get_config()["buffer_size"], int)
    assert_type(ayafileio.get_config()["io_uring_sqpoll"], bool)
    ayafileio.reset_config()
    info = ayafileio.get_backend_info()
    assert_type(info["backend"], str)
    assert_type(info["is_truly_async"], bool)
    ayafileio.drain_handle_pool()
    ayafileio.drain_buffer_pool()


async def takes_any(f: AyaFileIO[bytes]) -> AsyncIterator[bytes]:
    """A function over the protocol."""
    yield await f.read(1)
    async for line in f:
        yield line


def takes_raw(f: FileObj) -> int:
    """A function over what can be wrapped."""
    return f.fileno()


async def protocols(path: Path) -> None:
    """Our file satisfies the protocol."""
    async with ayafileio.open(path, "rb") as f:
        async for part in takes_any(f):
            assert_type(part, bytes)
