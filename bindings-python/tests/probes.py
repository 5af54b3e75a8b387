"""What the suite measures about its own process and its event loop."""

from __future__ import annotations

import asyncio
import gc
import mmap
import os
import pathlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager


def descriptors() -> dict[int, str]:
    """Open descriptors of this process and what each one points to."""
    found: dict[int, str] = {}
    for name in os.listdir("/proc/self/fd"):
        try:
            found[int(name)] = os.readlink(f"/proc/self/fd/{name}")
        except FileNotFoundError:
            pass  # the descriptor of this very listing
    return found


def threads() -> int:
    """Threads of this process as the kernel counts them, Go's included."""
    return len(os.listdir("/proc/self/task"))


def memory() -> int:
    """Resident bytes of this process."""
    fields = pathlib.Path("/proc/self/statm").read_text().split()
    return int(fields[1]) * mmap.PAGESIZE


def open_on(path: str | os.PathLike[str]) -> int:
    """How many descriptors of this process are open on one file."""
    wanted = os.path.realpath(path)
    return sum(1 for target in descriptors().values() if target == wanted)


def settles(condition: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Whether a condition comes true soon: what happens in the background gets time, not a guess."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        gc.collect()
        time.sleep(0.005)
    return True


async def settles_on_loop(condition: Callable[[], bool], seconds: float = 5.0) -> bool:
    """As settles, but lets the loop run meanwhile."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.005)
    return True


class Gap:
    """The longest time between two ticks of the loop."""

    longest = 0.0
    ticks = 0


@asynccontextmanager
async def longest_gap() -> AsyncIterator[Gap]:
    """Ticks every millisecond inside the block and records the longest gap."""
    gap = Gap()
    stop = False

    async def tick() -> None:
        last = time.perf_counter()
        while not stop:
            await asyncio.sleep(0.001)
            now = time.perf_counter()
            gap.longest = max(gap.longest, now - last)
            gap.ticks += 1
            last = now

    ticker = asyncio.ensure_future(tick())
    await asyncio.sleep(0.005)
    gap.longest, gap.ticks = 0.0, 0
    try:
        yield gap
        await asyncio.sleep(0.002)  # a stall at the very end shows only at the next tick
    finally:
        stop = True
        await ticker


async def never_stalls(
    work: Callable[[], Awaitable[object]], limit: float = 0.05, between: Callable[[], object] = lambda: None
) -> None:
    """Fails if the loop stands still each time that work is done.

    A busy machine takes the processor away from anybody now and then, but not eight times in a row
    within the same piece of work; what holds up the loop does it every time.
    """
    gaps = []
    for _ in range(8):
        async with longest_gap() as gap:
            await work()
        gaps.append(round(gap.longest, 4))
        between()
        if gap.longest < limit:
            return
    raise AssertionError(f"the loop stood still for {gaps} s")


def drop_cache(path: str | os.PathLike[str]) -> None:
    """Takes a file's pages out of the page cache, so that the next read has to wait for the disk."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(fd)


def pattern(size: int, seed: int = 0) -> bytes:
    """Bytes in which every aligned 8-byte word names its own offset: misplaced data shows."""
    words = (size + 7) // 8
    out = bytearray(words * 8)
    for index in range(words):
        out[index * 8 : index * 8 + 8] = (index * 8 + (seed << 40)).to_bytes(8, "big")
    return bytes(out[:size])
