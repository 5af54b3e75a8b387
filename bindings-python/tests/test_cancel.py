"""Cancelling a task that awaits an operation."""

from __future__ import annotations

import asyncio
import gc
import os
import pathlib
import time

import ayafileio
import children
import loops
import probes
import pytest
from promises import promise


@promise("cancel.kernel")
async def test_a_cancelled_read_takes_nothing() -> None:
    """After a read of a pipe was cancelled, the next bytes go to the next read, not to the dead one."""
    reader, writer = os.pipe()
    async with ayafileio.wrap_file(reader, "rb", owns_fd=True) as f:
        for turn in range(20):
            dead = await loops.started(f.read(4))
            await asyncio.sleep(0.001)
            dead.cancel()
            with pytest.raises(asyncio.CancelledError):
                await dead
            live = await loops.started(f.read(4))
            os.write(writer, b"%04d" % turn)
            assert await asyncio.wait_for(live, 5) == b"%04d" % turn
        os.close(writer)


@promise("cancel.kernel")
async def test_a_cancellation_is_prompt() -> None:
    """The awaiting task ends at once, not when data or a timeout arrives."""
    reader, writer = os.pipe()
    async with ayafileio.wrap_file(reader, "rb", owns_fd=True) as f:
        task = await loops.started(f.read(4))
        started = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(f.read(4), 0.05)
        assert time.monotonic() - started < 1
        os.close(writer)


@promise("cancel.buffer")
async def test_the_buffer_of_a_cancelled_readinto() -> None:
    """A buffer stays pinned until the kernel has let go of it, and is free again soon afterwards."""
    reader, writer = os.pipe()
    buffer = bytearray(1000)
    async with ayafileio.wrap_file(reader, "rb", owns_fd=True) as f:
        task = await loops.started(f.readinto(buffer))
        with pytest.raises(BufferError):
            buffer.clear()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        def free() -> bool:
            try:
                buffer.append(0)
                return True
            except BufferError:
                return False

        assert await probes.settles_on_loop(free)
        os.close(writer)


@promise("cancel.buffer")
async def test_nothing_is_written_into_a_freed_buffer(sample: pathlib.Path) -> None:
    """Reads cancelled in flight, their buffers dropped at once, never write into what comes after."""
    async with ayafileio.open(sample, "rb") as f:
        for _ in range(20):
            probes.drop_cache(sample)
            tasks = [await loops.started(f.read_at(4096, i * 4096)) for i in range(16)]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            del tasks
            fresh = [bytes(4096) for _ in range(64)]
            await asyncio.sleep(0.001)
            assert all(block == bytes(4096) for block in fresh)


@promise("cancel.buffer")
async def test_a_cancelled_write_keeps_its_block() -> None:
    """A large block whose write was cancelled half-way is not freed under the kernel; no bytes are invented."""
    reader, writer = os.pipe()
    data = probes.pattern(1_000_000)
    f = ayafileio.wrap_file(writer, "wb", owns_fd=True, **{})
    task = await loops.started(f.write(bytes(data)))
    await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    gc.collect()
    os.set_blocking(reader, False)
    got = bytearray()
    closing = asyncio.ensure_future(f.close())
    while not closing.done():
        try:
            got += os.read(reader, 65536)
        except BlockingIOError:
            pass
        await asyncio.sleep(0)
    await asyncio.gather(closing, return_exceptions=True)
    os.set_blocking(reader, True)
    while block := os.read(reader, 65536):
        got += block
    os.close(reader)
    assert data.startswith(bytes(got))


QUIET = """
import asyncio, os, sys
import ayafileio

async def main(path):
    asyncio.get_running_loop().slow_callback_duration = 60  # debug mode would tell how slow this machine is
    reader, writer = os.pipe()
    async with ayafileio.open(path, "rb") as f, ayafileio.wrap_file(reader, "rb", owns_fd=True) as p:
        for _ in range(50):
            tasks = [asyncio.ensure_future(p.read(1)), asyncio.ensure_future(f.read(4096)),
                     asyncio.ensure_future(f.readline()), asyncio.ensure_future(f.read_at(10, 5))]
            await asyncio.sleep(0)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        abandoned = [asyncio.ensure_future(p.read(1)) for _ in range(10)]
        await asyncio.sleep(0)
        os.close(writer)

ayafileio.configure({"inline_read_max": 0})
asyncio.run(main(sys.argv[1]), debug=True)
"""


@promise("cancel.quiet")
def test_cancelling_prints_nothing(sample: pathlib.Path) -> None:
    """Neither traceback nor warning reaches stderr, even in asyncio's and Python's debug modes."""
    children.run(QUIET, sample, flags=("-X", "dev", "-W", "error"))


@promise("cancel.no-leak")
async def test_cancelled_opens_and_reads_leak_no_descriptor(sample: pathlib.Path) -> None:
    """Hundreds of tasks cancelled at each of their steps leave no descriptor open."""

    async def use() -> bytes:
        async with ayafileio.open(sample, "rb") as f:
            await f.read(100)
            await f.seek(5)
            return await f.read()

    ayafileio.configure({"inline_read_max": 0})
    for steps in range(8):
        tasks = [asyncio.ensure_future(use()) for _ in range(50)]
        for _ in range(steps):
            await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    assert await probes.settles_on_loop(lambda: probes.open_on(sample) == 0)


@promise("cancel.usable")
async def test_the_file_after_a_cancellation(sample: pathlib.Path) -> None:
    """Reads, lines, writes and close all work after operations on the file were cancelled."""
    data = sample.read_bytes()
    ayafileio.configure({"inline_read_max": 0})
    async with ayafileio.open(sample, "r+b") as f:
        for steps in range(4):
            await f.seek(1000)
            tasks = [asyncio.ensure_future(f.read(100)) for _ in range(10)]
            for _ in range(steps):
                await asyncio.sleep(0)
            for task in tasks[::2]:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await f.seek(500)
            assert await f.read(100) == data[500:600]
        await f.seek(0)
        await f.write(b"after")
        await f.seek(0)
        assert await f.read(5) == b"after"


async def test_wait_for_and_shield(sample: pathlib.Path) -> None:
    """wait_for gives a result in time; a shielded read goes on although its waiter was cancelled."""
    data = sample.read_bytes()
    reader, writer = os.pipe()
    async with ayafileio.open(sample, "rb") as f, ayafileio.wrap_file(reader, "rb", owns_fd=True) as p:
        assert await asyncio.wait_for(f.read(10), 1) == data[:10]
        inner = await loops.started(p.read(3))
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.shield(inner), 0.02)
        assert not inner.done()
        os.write(writer, b"yes")
        assert await asyncio.wait_for(inner, 5) == b"yes"
        os.close(writer)


async def test_a_result_that_came_first_is_not_lost(sample: pathlib.Path) -> None:
    """Cancelling after the data has arrived gives either the data or a clean cancellation that moved nothing."""
    data = sample.read_bytes()
    ayafileio.configure({"inline_read_max": 0})
    async with ayafileio.open(sample, "rb") as f:
        for delay in range(60):
            await f.seek(64)
            task = await loops.started(f.read(64))
            for _ in range(delay % 6):
                await asyncio.sleep(0)
            task.cancel()
            try:
                assert await task == data[64:128]
            except asyncio.CancelledError:
                pass
            where = await f.tell()
            assert where in (64, 128)
            assert await f.read(8) == data[where : where + 8]


@promise("cancel.usable")
async def test_cancelled_lines(workdir: pathlib.Path) -> None:
    """A cancelled readline tears no line apart: the next lines are whole and in order."""
    path = workdir / "lines"
    want = [b"line %d\n" % i for i in range(5000)]
    path.write_bytes(b"".join(want))
    ayafileio.configure({"inline_read_max": 0})
    async with ayafileio.open(path, "rb", buffering=64) as f:
        seen = 0
        while seen < 300:
            task = await loops.started(f.readline())
            if seen % 3 == 0:
                task.cancel()
            try:
                line = await task
            except asyncio.CancelledError:
                line = await f.readline()
            index = want.index(line)
            assert index >= seen
            seen = index + 1


async def test_task_group_of_reads(sample: pathlib.Path) -> None:
    """When one of a group of tasks fails, cancelling the others ends cleanly."""
    reader, writer = os.pipe()
    async with ayafileio.wrap_file(reader, "rb", owns_fd=True) as f:

        async def fail() -> None:
            await asyncio.sleep(0.01)
            raise KeyError("group")

        tasks = [asyncio.ensure_future(f.read(1)) for _ in range(5)]
        with pytest.raises(KeyError):
            await asyncio.gather(fail(), *tasks)
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(r, asyncio.CancelledError) for r in results)
        os.close(writer)
