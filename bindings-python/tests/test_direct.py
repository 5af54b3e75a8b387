"""O_DIRECT: reads past the page cache into aligned memory; they always take the pending path."""

from __future__ import annotations

import asyncio
import mmap
import os
import pathlib
from collections.abc import Iterator

import ayafileio
import probes
import pytest

PAGE = 4096


def direct(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_DIRECT, 0o666)


@pytest.fixture
def big(direct_dir: pathlib.Path) -> pathlib.Path:
    path = direct_dir / "direct.bin"
    path.write_bytes(probes.pattern(256 * PAGE))
    fd = os.open(path, os.O_RDONLY)
    os.fsync(fd)
    os.close(fd)
    return path


@pytest.fixture
def aligned() -> Iterator[mmap.mmap]:
    """Anonymous memory starts at a page."""
    with mmap.mmap(-1, 64 * PAGE) as memory:
        yield memory


async def test_readinto_aligned_memory(big: pathlib.Path, aligned: mmap.mmap) -> None:
    """readinto an mmap, block after block, at the position."""
    data = big.read_bytes()
    async with ayafileio.open(big, "rb", buffering=0, opener=direct) as f:
        with memoryview(aligned) as view:
            for i in range(4):
                assert await f.readinto(view) == 64 * PAGE
                assert bytes(view) == data[i * 64 * PAGE : (i + 1) * 64 * PAGE]
            assert await f.readinto(view) == 0
            await f.seek(-PAGE, os.SEEK_END)
            assert await f.readinto(view[:PAGE]) == PAGE
            assert bytes(view[:PAGE]) == data[-PAGE:]


async def test_read_at_in_parallel(big: pathlib.Path) -> None:
    """read_at of aligned places, all 256 at once, wait for the disk and come back right."""
    data = big.read_bytes()
    async with ayafileio.open(big, "rb", buffering=0, opener=direct) as f:
        for _ in range(3):
            parts = await asyncio.gather(*(f.read_at(PAGE, i * PAGE) for i in range(256)))
            assert b"".join(parts) == data


async def test_read_many_direct(big: pathlib.Path) -> None:
    """One submission with many places."""
    data = big.read_bytes()
    async with ayafileio.open(big, "rb", buffering=0, opener=direct) as f:
        parts = await f.read_many([(i * PAGE, PAGE) for i in range(0, 256, 3)])
        assert [bytes(p) for p in parts] == [data[i * PAGE : (i + 1) * PAGE] for i in range(0, 256, 3)]


async def test_chunks_into_aligned_memory(big: pathlib.Path, aligned: mmap.mmap) -> None:
    """chunk with an aligned buffer of the caller reads the file through."""
    data = big.read_bytes()
    async with ayafileio.open(big, "rb", buffering=0, opener=direct) as f:
        with memoryview(aligned) as view:
            got = b""
            async for part in f.chunk(16 * PAGE, buf=view):
                got += part
                part.release()
    assert got == data


async def test_whole_reads_of_a_direct_file(big: pathlib.Path) -> None:
    """read(n) and read(-1) make aligned room themselves."""
    data = big.read_bytes()
    async with ayafileio.open(big, "rb", buffering=0, opener=direct) as f:
        assert await f.read(8 * PAGE) == data[: 8 * PAGE]
        assert await f.read() == data[8 * PAGE :]
        assert await f.read() == b""


async def test_writes_of_aligned_memory(direct_dir: pathlib.Path, aligned: mmap.mmap) -> None:
    """write and write_at out of aligned memory reach the disk."""
    path = direct_dir / "written.bin"
    aligned[:] = probes.pattern(64 * PAGE)
    async with ayafileio.open(path, "w+b", buffering=0, opener=direct) as f:
        with memoryview(aligned) as view:
            assert await f.write(view) == 64 * PAGE
            assert await f.write_at(view[:PAGE], 100 * PAGE) == PAGE
            await f.sync()
    data = path.read_bytes()
    assert data[: 64 * PAGE] == aligned[:]
    assert data[100 * PAGE :] == aligned[:PAGE]


async def test_unaligned_places_are_an_error_or_right(big: pathlib.Path) -> None:
    """Where the kernel refuses an unaligned offset the error comes through; wrong data never does."""
    data = big.read_bytes()
    async with ayafileio.open(big, "rb", buffering=0, opener=direct) as f:
        try:
            part = await f.read_at(100, 7)
        except OSError:
            pass
        else:
            assert part == data[7:107]
        assert await f.read_at(PAGE, PAGE) == data[PAGE : 2 * PAGE]


async def test_cancelled_direct_reads(big: pathlib.Path) -> None:
    """Reads that the disk is working on are cancelled in the middle; the rest is right."""
    data = big.read_bytes()
    async with ayafileio.open(big, "rb", buffering=0, opener=direct) as f:
        for _ in range(5):
            tasks = [asyncio.ensure_future(f.read_at(PAGE, i * PAGE)) for i in range(256)]
            await asyncio.sleep(0)
            for task in tasks[::3]:
                task.cancel()
            for i, result in enumerate(await asyncio.gather(*tasks, return_exceptions=True)):
                assert result == data[i * PAGE : (i + 1) * PAGE] or isinstance(result, asyncio.CancelledError)
        assert probes.open_on(big) == 1
