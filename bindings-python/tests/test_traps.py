"""Each trap that the original fell into: a test that would have caught it."""

from __future__ import annotations

import asyncio
import os
import pathlib
import time

import ayafileio
import children
import loops
import probes
import pytest

pytestmark = pytest.mark.both_paths


async def test_read_after_readline_loses_nothing(target: pathlib.Path) -> None:
    """readline reads ahead; the read that follows has to begin right behind the line."""
    target.write_bytes(b"head\n" + bytes(range(256)) * 100)
    async with ayafileio.open(target, "rb") as f:
        assert await f.readline() == b"head\n"
        assert await f.read() == bytes(range(256)) * 100


async def test_seek_after_readline_forgets_the_lines(target: pathlib.Path) -> None:
    """After seek the next line is the one at the new place, not one read ahead before."""
    target.write_bytes(b"".join(b"%04d\n" % i for i in range(100)))
    for mode, options in (("rb", {}), ("r", {"encoding": "ascii"})):
        async with ayafileio.open(target, mode, **options) as f:  # type: ignore[call-overload]
            await f.readline()
            await f.seek(250)
            line = await f.readline()
            assert line in (b"0050\n", "0050\n")


@pytest.mark.parametrize("mode", ["w+", "a+", "x+", "w+b", "a+b", "x+b"])
async def test_plus_modes_create_and_truncate(target: pathlib.Path, mode: str) -> None:
    """w+, a+ and x+ create a missing file; w+ empties an existing one."""
    async with ayafileio.open(target, mode) as f:  # type: ignore[call-overload]
        await f.write(b"new" if "b" in mode else "new")
        await f.seek(0)
        assert await f.read() in (b"new", "new")
    assert target.read_bytes() == b"new"
    if "x" in mode:
        with pytest.raises(FileExistsError):
            await ayafileio.open(target, mode)  # type: ignore[call-overload]
        return
    async with ayafileio.open(target, mode) as f:  # type: ignore[call-overload]
        assert target.read_bytes() == (b"" if "w" in mode else b"new")


async def test_an_empty_line_does_not_end_the_iteration(target: pathlib.Path) -> None:
    """With newline='' an empty line is a line."""
    target.write_bytes(b"a\n\n\r\n\rb\n")
    async with ayafileio.open(target, "r", newline="", encoding="utf-8") as f:
        assert [line async for line in f] == ["a\n", "\n", "\r\n", "\r", "b\n"]
    async with ayafileio.open(target, "rb") as f:
        assert [line async for line in f] == [b"a\n", b"\n", b"\r\n", b"\rb\n"]


async def test_text_read_does_not_split_characters(target: pathlib.Path) -> None:
    """read(n) of text counts characters; the original read n bytes and cut them."""
    target.write_text("文" * 1000, encoding="utf-8")
    async with ayafileio.open(target, "r", encoding="utf-8") as f:
        for _ in range(250):
            assert await f.read(4) == "文文文文"
        assert await f.read(4) == ""


@pytest.mark.parametrize("buffer", [b"read only", memoryview(b"read only"), "text", memoryview(bytearray(20))[::2]])
async def test_readinto_a_buffer_that_cannot_take_it(sample: pathlib.Path, buffer: object) -> None:
    """A read-only or scattered buffer is an error; the original wrote into it and crashed."""
    async with ayafileio.open(sample, "rb") as f:
        with pytest.raises((TypeError, ValueError, BufferError)):
            await f.readinto(buffer)  # type: ignore[arg-type]
        assert await f.tell() == 0


async def test_a_closed_file_has_no_position(sample: pathlib.Path) -> None:
    """tell of a closed file is an error, not the last number."""
    f = await ayafileio.open(sample, "rb")
    await f.read(100)
    await f.close()
    with pytest.raises(ValueError):
        await f.tell()


async def test_a_read_across_2_gib(target: pathlib.Path) -> None:
    """One system call moves at most 0x7ffff000 bytes; a read across that mark goes on."""
    mark = 0x7FFFF000
    with target.open("wb") as raw:
        raw.truncate(mark + 5000)
        raw.seek(mark - 3)
        raw.write(b"across")
    async with ayafileio.open(target, "rb") as f:
        await f.seek(mark - 100)
        block = await f.read(5100)
        assert len(block) == 5100 and block[97:103] == b"across"
        assert await f.tell() == mark + 5000


async def test_more_in_flight_than_the_queue_is_deep(sample: pathlib.Path) -> None:
    """A full submission queue makes operations wait; it is never EBUSY."""
    data = sample.read_bytes()
    ayafileio.configure({"io_uring_queue_depth": 4, "inline_read_max": 0})

    async def use() -> None:
        async with ayafileio.open(sample, "rb") as f:
            parts = await asyncio.gather(*(f.read_at(16, i) for i in range(5000)))
            assert parts == [data[i : i + 16] for i in range(5000)]

    # The depth counts for loops that open their queue from now on.
    await asyncio.get_running_loop().run_in_executor(None, asyncio.run, use())


def test_a_loop_costs_nothing_that_stays(sample: pathlib.Path, io_path: str) -> None:
    """The original left a thread and two descriptors behind with every event loop."""

    async def use() -> None:
        async with ayafileio.open(sample, "rb") as f:
            await f.read(100)

    asyncio.run(use())
    fds, threads = len(probes.descriptors()), probes.threads()
    for _ in range(30):
        asyncio.run(use())
    assert probes.settles(lambda: len(probes.descriptors()) <= fds)
    assert probes.settles(lambda: probes.threads() <= threads + 2)


async def test_close_with_reads_in_flight_does_not_freeze(sample: pathlib.Path) -> None:
    """close beside reads in flight: the reads finish, and the loop has not stood still for 4 s."""
    async with probes.longest_gap() as gap:
        for _ in range(20):
            f = await ayafileio.open(sample, "rb")
            probes.drop_cache(sample)
            tasks = [asyncio.ensure_future(f.read_at(100, i * 100)) for i in range(100)]
            await asyncio.sleep(0)
            await f.close()
            await asyncio.gather(*tasks, return_exceptions=True)
    assert gap.longest < 0.5


def test_exit_with_reads_in_flight_does_not_crash(sample: pathlib.Path, io_path: str) -> None:
    """The interpreter ends with reads under way: exit code 0, nothing on stderr."""
    source = """
    import asyncio, os, sys
    import ayafileio
    ayafileio.configure({"inline_read_max": 0})
    async def main():
        f = await ayafileio.open(sys.argv[1], "rb")
        global tasks
        tasks = [asyncio.ensure_future(f.read_at(10, i)) for i in range(200)]
        await asyncio.sleep(0)
    asyncio.run(main())
    """
    children.run(source, sample, flags=("-W", "ignore::ResourceWarning"))


def test_a_cancelled_read_prints_nothing(io_path: str) -> None:
    """The original printed a traceback for a read whose waiter was gone."""
    source = """
    import asyncio, os
    import ayafileio
    async def main():
        asyncio.get_running_loop().slow_callback_duration = 60  # debug mode would tell how slow this machine is
        reader, writer = os.pipe()
        async with ayafileio.wrap_file(reader, "rb", owns_fd=True) as f:
            task = asyncio.ensure_future(f.read(5))
            await asyncio.sleep(0.01)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            os.write(writer, b"later")
            await asyncio.sleep(0.05)
            os.close(writer)
    asyncio.run(main())
    """
    children.run(source, flags=("-X", "dev"))


async def test_reads_over_64_kib_are_whole(target: pathlib.Path) -> None:
    """Large reads arrive in several parts on some systems; each part has to land in its place."""
    data = probes.pattern(3_000_000)
    target.write_bytes(data)
    async with ayafileio.open(target, "rb") as f:
        for size in (65_535, 65_537, 131_073, 1_000_001, 3_000_000):
            await f.seek(0)
            assert await f.read(size) == data[:size]
            buffer = bytearray(size)
            await f.seek(0)
            assert await f.readinto(buffer) == size
            assert buffer == data[:size]


async def test_a_lone_operation_does_not_wait_for_company(sample: pathlib.Path) -> None:
    """One read at a time is not held back by a batching timer: far below a millisecond each."""
    async with ayafileio.open(sample, "rb") as f:
        best = 1.0
        for _ in range(200):
            started = time.perf_counter()
            await f.read_at(100, 0)
            best = min(best, time.perf_counter() - started)
    assert best < 0.001


async def test_growth_is_not_hidden_by_a_cached_size(target: pathlib.Path) -> None:
    """The size at open is history: read(-1), seek from the end and lines see what was added."""
    target.write_bytes(b"old\n")
    async with ayafileio.open(target, "rb") as f:
        assert await f.read() == b"old\n"
        with target.open("ab") as more:
            more.write(b"new\n" * 10_000)
        assert await f.seek(0, os.SEEK_END) == 40_004
        await f.seek(4)
        assert await f.read() == b"new\n" * 10_000


def test_every_option_does_something(sample: pathlib.Path, io_path: str) -> None:
    """No key is accepted and then forgotten: what each does on this platform can be observed."""
    observed: set[str] = set()

    # close_timeout_ms: how long close waits.
    async def close_waits() -> float:
        reader, writer = os.pipe()
        f = ayafileio.wrap_file(reader, "rb", owns_fd=True)
        task = await loops.started(f.read(1))
        started = time.monotonic()
        await f.close()
        took = time.monotonic() - started
        await asyncio.gather(task, return_exceptions=True)
        os.close(writer)
        return took

    ayafileio.configure({"close_timeout_ms": 300})
    slow = asyncio.run(close_waits())
    ayafileio.configure({"close_timeout_ms": 0})
    fast = asyncio.run(close_waits())
    if fast < 0.2 < slow < 2:
        observed.add("close_timeout_ms")

    # buffer_size: how much is gathered before it is pushed.
    async def pushed(path: pathlib.Path) -> int:
        async with ayafileio.open(path, "wb") as f:
            for _ in range(10):
                await f.write(b"x" * 200)
            return path.stat().st_size

    ayafileio.configure({"buffer_size": 512})
    small = asyncio.run(pushed(sample))
    ayafileio.configure({"buffer_size": 65536})
    if small > 0 == asyncio.run(pushed(sample)):
        observed.add("buffer_size")
    assert observed == {"close_timeout_ms", "buffer_size"}


WORKERS = """
import asyncio, os, sys, threading, time
import ayafileio

async def main(count):
    ayafileio.configure({"io_worker_count": count, "inline_read_max": 0})
    async with ayafileio.open(sys.argv[1], "rb") as f:
        most = 0
        for _ in range(20):
            tasks = [asyncio.ensure_future(f.read_at(60000, 0)) for i in range(200)]
            while not all(t.done() for t in tasks):
                await asyncio.sleep(0)
                most = max(most, len(os.listdir("/proc/self/task")))
    print(most)

asyncio.run(main(int(sys.argv[2])))
"""


def test_io_worker_count_bounds_the_pool(sample: pathlib.Path, io_path: str) -> None:
    """On the pool, two hundred reads at once do not start two hundred threads."""
    env = children.environment(AYAFILEIO_BACKEND="threadpool")
    few = int(children.run(WORKERS, sample, 1, env=env).stdout)
    many = int(children.run(WORKERS, sample, 64, env=env).stdout)
    assert few < 30
    assert many < 110
