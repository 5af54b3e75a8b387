"""Bugs that other libraries of this kind have already paid for."""

from __future__ import annotations

import asyncio
import gc
import os
import pathlib
import signal
import sys
import threading
import time

import ayafileio
import children
import loops
import probes
import pytest

pytestmark = pytest.mark.both_paths


async def test_operations_started_from_completions(sample: pathlib.Path) -> None:
    """A callback that runs when a read is done starts the next ones: none lost, none delivered twice."""
    data = sample.read_bytes()
    ayafileio.configure({"inline_read_max": 0})
    finished: list[bytes] = []
    async with ayafileio.open(sample, "rb") as f:
        tasks: list[asyncio.Task[bytes]] = []

        def again(task: asyncio.Task[bytes]) -> None:
            finished.append(task.result())
            if len(tasks) < 2000:
                for _ in range(2):
                    begin()

        def begin() -> None:
            at = len(tasks) * 13 % 60000
            task = asyncio.ensure_future(f.read_at(50, at))
            tasks.append(task)
            task.add_done_callback(again)

        begin()
        while len(finished) < len(tasks):
            await asyncio.sleep(0)
        assert [t.result() for t in tasks] == [data[i * 13 % 60000 :][:50] for i in range(len(tasks))]
    assert len(finished) == len(tasks)


async def test_a_short_read_shows_no_foreign_memory(target: pathlib.Path) -> None:
    """A read that ends early returns only what was read, whatever room had been made for it."""
    target.write_bytes(b"short")
    secrets = [b"SECRET" * 20_000 for _ in range(20)]
    del secrets
    gc.collect()
    async with ayafileio.open(target, "rb") as f:
        for size in (10, 1000, 100_000, 10_000_000):
            await f.seek(0)
            assert await f.read(size) == b"short"
            assert await f.read_at(size, 2) == b"ort"
            assert await f.read_many([(0, size), (4, size), (9, size)]) == [b"short", b"t", b""]
    async with ayafileio.open(target, "rb") as f:
        buffer = bytearray(b"\xaa" * 100)
        assert await f.readinto(buffer) == 5
        assert buffer == b"short" + b"\xaa" * 95


async def test_a_file_shrinks_during_a_read(target: pathlib.Path) -> None:
    """A file cut down while reads of it are in flight gives short reads, not garbage."""
    data = probes.pattern(1_000_000)
    async with ayafileio.open(target, "w+b") as f:
        for _ in range(10):
            await f.seek(0)
            await f.write(data)
            await f.flush()
            tasks = [asyncio.ensure_future(f.read_at(1000, i * 1000)) for i in range(1000)]
            await asyncio.sleep(0)
            os.truncate(target, 500_000)
            for i, part in enumerate(await asyncio.gather(*tasks)):
                assert part == data[i * 1000 : i * 1000 + len(part)]


def test_a_file_used_by_a_thread_that_did_not_open_it(sample: pathlib.Path, io_path: str) -> None:
    """Opened on one thread, read on another, closed on a third."""
    data = sample.read_bytes()
    results: list[object] = []

    def on_thread(work: object) -> None:
        thread = threading.Thread(target=lambda: results.append(loops.run_on("asyncio", work)))  # type: ignore[arg-type]
        thread.start()
        thread.join()

    async def begin() -> ayafileio.AsyncFile[bytes]:
        return await ayafileio.open(sample, "rb")

    async def read(f: ayafileio.AsyncFile[bytes]) -> list[bytes]:
        return await asyncio.gather(*(f.read_at(100, i) for i in range(100)))

    async def end(f: ayafileio.AsyncFile[bytes]) -> None:
        await f.close()

    on_thread(begin())
    f = results.pop()
    on_thread(read(f))  # type: ignore[arg-type]
    assert results.pop() == [data[i : i + 100] for i in range(100)]
    on_thread(end(f))  # type: ignore[arg-type]


async def test_slots_come_back_after_a_full_ring(sample: pathlib.Path) -> None:
    """Overfilling the queue again and again, with half of it cancelled, does not use its slots up."""
    data = sample.read_bytes()
    async with ayafileio.open(sample, "rb") as f:
        for _ in range(10):
            tasks = [asyncio.ensure_future(f.read_at(64, i * 8)) for i in range(1500)]
            await asyncio.sleep(0)
            for task in tasks[::2]:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
            for i, result in enumerate(results):
                assert result == data[i * 8 : i * 8 + 64] or (i % 2 == 0 and isinstance(result, asyncio.CancelledError))


async def test_dropping_everything_with_operations_in_flight() -> None:
    """File, task and buffer dropped while the kernel still has the read: collected later, no crash."""
    for _ in range(6):
        reader, writer = os.pipe()
        f = ayafileio.wrap_file(reader, "rb", owns_fd=True)
        task = await loops.started(f.readinto(bytearray(1000)))
        task.cancel()
        closing = f.close()
        del f
        await asyncio.gather(task, return_exceptions=True)
        del task
        gc.collect()
        os.write(writer, b"into the void")
        await asyncio.wait_for(closing, 10)
        os.close(writer)


async def test_one_bad_submission_does_not_orphan_the_others(sample: pathlib.Path) -> None:
    """Operations refused or failing in the middle of a batch leave all others of the batch alone."""
    data = sample.read_bytes()
    async with ayafileio.open(sample, "rb") as f, ayafileio.open("/proc/self/mem", "rb") as bad:
        for _ in range(5):
            work = []
            for i in range(100):
                work.append(f.read_at(10, i))
                work.append(bad.read_at(10, 4096))
                if i % 10 == 0:
                    work.append(f.read_at(-5, 0))
                    work.append(f.read_at(5, -1))
            results = await asyncio.wait_for(asyncio.gather(*work, return_exceptions=True), 30)
            good = [r for r in results if isinstance(r, bytes)]
            assert good == [data[i : i + 10] for i in range(100)]
            assert all(isinstance(r, (OSError, ValueError)) for r in results if not isinstance(r, bytes))


async def test_every_wait_is_woken(sample: pathlib.Path) -> None:
    """Single reads that really wait for the disk are woken each time: none is lost between two sleeps."""
    data = sample.read_bytes()
    async with ayafileio.open(sample, "rb") as f:
        for i in range(200):
            probes.drop_cache(sample)
            at = i * 317 % 65000
            assert await asyncio.wait_for(f.read_at(64, at), 5) == data[at : at + 64]


async def test_an_idle_loop_is_woken() -> None:
    """With nothing else going on, the arrival of data in a pipe wakes the loop by itself."""
    reader, writer = os.pipe()
    async with ayafileio.wrap_file(reader, "rb", owns_fd=True) as f:
        for i in range(20):
            timer = threading.Timer(0.01, os.write, (writer, b"%02d" % i))
            timer.start()
            assert await asyncio.wait_for(f.read(2), 5) == b"%02d" % i
            timer.join()
        os.close(writer)


def test_a_thread_holding_the_gil_stops_nobody(sample: pathlib.Path, io_path: str) -> None:
    """No foreign thread takes the GIL: with the loop's thread blocked in C, and none else, nothing deadlocks."""

    async def use() -> None:
        async with ayafileio.open(sample, "rb") as f:
            tasks = [asyncio.ensure_future(f.read_at(100, i)) for i in range(200)]
            await asyncio.sleep(0)
            time.sleep(0.05)  # the loop's thread is away; completions gather
            deadline = time.monotonic() + 0.05
            while time.monotonic() < deadline:  # and now it holds the GIL without a break
                sum(range(1000))
            await asyncio.wait_for(asyncio.gather(*tasks), 5)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(10)
    try:
        loops.run_on("asyncio", use())
    finally:
        sys.setswitchinterval(interval)


async def test_nowait_reads_fall_back_per_file_system(sample: pathlib.Path) -> None:
    """A file system without non-blocking reads (/proc) does not switch them off for the others."""
    async with ayafileio.open("/proc/self/status", "rb") as odd:
        for _ in range(5):
            await odd.seek(0)
            assert (await odd.read(5)) == b"Name:"
    async with ayafileio.open(sample, "rb") as f:
        await f.read(10)
        if ayafileio.get_config()["inline_read_max"]:  # type: ignore[typeddict-item]
            assert loops.finish_now(f.read_at(16, 8)) == sample.read_bytes()[8:24]


async def test_a_false_end_of_file_is_none(sample: pathlib.Path) -> None:
    """At a cold page an answer of nothing is not taken for the end: all bytes come, cold or not."""
    data = sample.read_bytes()
    for _ in range(10):
        probes.drop_cache(sample)
        async with ayafileio.open(sample, "rb") as f:
            got = b""
            while part := await f.read(4096):
                got += part
        assert got == data


async def test_write_helpers_leave_nothing_behind(workdir: pathlib.Path) -> None:
    """A whole-file write that fails leaves no temporary file, and keeps no descriptor."""
    (workdir / "dir").mkdir()
    with pytest.raises(IsADirectoryError):
        await ayafileio.write_bytes(workdir / "dir", b"x")
    with pytest.raises(FileNotFoundError):
        await ayafileio.write_text(workdir / "missing" / "file", "x")
    with pytest.raises(UnicodeEncodeError):
        await ayafileio.write_text(workdir / "text", "grün", encoding="ascii")
    assert {p.name for p in workdir.iterdir()} <= {"dir", "text"}


async def test_cancelled_opens_leak_no_descriptor(sample: pathlib.Path) -> None:
    """Opens cancelled right after their start, and one step later, give back what they got."""
    for steps in range(4):
        tasks = [asyncio.ensure_future(ayafileio.aopen(sample)) for _ in range(40)]
        for _ in range(steps):
            await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if not isinstance(result, BaseException):
                await result.close()
        del tasks
    gc.collect()
    assert await probes.settles_on_loop(lambda: probes.open_on(sample) == 0)


async def test_wait_for_an_open_that_takes_too_long(workdir: pathlib.Path) -> None:
    """wait_for around an open that hangs ends in time and leaks nothing when the open succeeds later."""
    path = workdir / "fifo"
    os.mkfifo(path)
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(ayafileio.aopen(path, "rb"), 0.05)
    other = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    try:
        assert await probes.settles_on_loop(lambda: probes.open_on(path) == 1)
    finally:
        os.close(other)


def test_module_declares_the_gil(io_path: str) -> None:
    """Importing the extension in a free-threaded interpreter leaves the GIL off."""
    if not hasattr(sys, "_is_gil_enabled"):
        pytest.skip("this interpreter has no switch for the GIL (CPython < 3.13)")
    if sys._is_gil_enabled():
        pytest.skip("this interpreter runs with the GIL")
    children.run("import sys, ayafileio, asyncio; assert not sys._is_gil_enabled()", flags=("-W", "error"))


def test_subinterpreters_and_reimport(io_path: str) -> None:
    """Importing the package afresh does not crash, and the new copy works."""
    source = """
    import asyncio, sys
    import ayafileio
    async def size():
        async with ayafileio.open(sys.executable, "rb") as f:
            return len(await f.read(1000))
    assert asyncio.run(size()) == 1000
    for name in [n for n in sys.modules if n.startswith("ayafileio")]:
        del sys.modules[name]
    import ayafileio
    assert asyncio.run(size()) == 1000
    """
    children.run(source)


def test_signal_handlers_that_use_files(sample: pathlib.Path, io_path: str) -> None:
    """A Python signal handler that raises in the middle of a wait leaves the file usable."""
    data = sample.read_bytes()

    class Stop(Exception):
        pass

    def stop(*_: object) -> None:
        raise Stop

    previous = signal.signal(signal.SIGALRM, stop)
    reader, writer = os.pipe()
    f = ayafileio.wrap_file(reader, "rb", owns_fd=True)

    async def wait() -> None:
        async with ayafileio.open(sample, "rb") as g:
            assert await g.read(10) == data[:10]
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            await f.read(1)

    try:
        with pytest.raises(Stop):
            asyncio.run(wait())
    finally:
        signal.signal(signal.SIGALRM, previous)

    async def go_on() -> None:
        task = await loops.started(f.read(2))
        os.write(writer, b"ok")
        assert await asyncio.wait_for(task, 5) == b"ok"
        await f.close()

    asyncio.run(go_on())
    os.close(writer)
