"""Closing, and files that nobody closes."""

from __future__ import annotations

import asyncio
import errno
import gc
import os
import pathlib
import time
import warnings

import ayafileio
import children
import loops
import probes
import pytest
from promises import promise


@promise("close.idempotent")
async def test_close_again(sample: pathlib.Path) -> None:
    """Closing twice, also inside async with, also twice at once, is fine."""
    async with ayafileio.open(sample, "rb") as f:
        assert not f.closed
        await f.close()
        assert f.closed
        await f.close()
    await f.close()
    g = await ayafileio.open(sample, "rb")
    await asyncio.gather(g.close(), g.close(), g.close())
    assert g.closed


@promise("close.idempotent")
async def test_close_of_a_file_never_opened(sample: pathlib.Path, workdir: pathlib.Path) -> None:
    """close straight after open releases what the open got; after a failed open it is fine too."""
    f = ayafileio.open(sample, "rb")
    await f.close()
    assert f.closed
    with pytest.raises(ValueError):
        await f.read()
    assert probes.open_on(sample) == 0
    g = ayafileio.open(workdir / "missing", "rb")
    with pytest.raises(FileNotFoundError):
        await g
    await g.close()


@promise("close.waits")
async def test_close_waits_for_writes_in_flight(target: pathlib.Path) -> None:
    """Writes started before close are all in the file when close returns."""
    f = await ayafileio.open(target, "wb", buffering=0)
    tasks = [asyncio.ensure_future(f.write(bytes([i]) * 300_000)) for i in range(20)]
    await asyncio.sleep(0)
    await f.close()
    assert target.read_bytes() == b"".join(bytes([i]) * 300_000 for i in range(20))
    assert await asyncio.gather(*tasks) == [300_000] * 20


@promise("close.waits")
async def test_close_waits_for_a_read_in_flight() -> None:
    """A read that still waits for its pipe gets its data while close waits for it."""
    reader, writer = os.pipe()
    f = ayafileio.wrap_file(reader, "rb", owns_fd=True)
    task = await loops.started(f.read(5))
    closing = await loops.started(f.close())
    await asyncio.sleep(0.05)
    assert not closing.done()
    os.write(writer, b"final")
    assert await asyncio.wait_for(task, 5) == b"final"
    await asyncio.wait_for(closing, 5)
    os.close(writer)


@promise("close.timeout")
@promise("close.no-block")
async def test_close_cancels_after_its_timeout() -> None:
    """With nothing to come, close waits close_timeout_ms, cancels the read, and the loop never stops."""
    ayafileio.configure({"close_timeout_ms": 200})
    reader, writer = os.pipe()
    f = ayafileio.wrap_file(reader, "rb", owns_fd=True)
    tasks = [await loops.started(f.read(5)) for _ in range(3)]
    started = time.monotonic()
    async with probes.longest_gap() as gap:
        await f.close()
    took = time.monotonic() - started
    assert 0.15 < took < 2
    assert gap.longest < 0.1
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        assert isinstance(result, (OSError, ValueError)), result
    os.close(writer)


@promise("close.no-block")
async def test_close_with_a_full_buffer_does_not_stall(target: pathlib.Path) -> None:
    """Pushing a 64 MiB buffer at close goes on beside the loop."""
    block = bytes(1 << 20)

    async def fill_and_close() -> None:
        f = await ayafileio.open(target, "wb", buffering=1 << 26)
        for _ in range(63):
            await f.write(block)
            await asyncio.sleep(0)
        await f.close()
        assert target.stat().st_size == 63 << 20

    await probes.never_stalls(fill_and_close)


@promise("close.flush-error")
@promise("close.releases")
async def test_close_reports_and_releases() -> None:
    """The push at close fails: close raises, but the descriptor is gone and the file closed."""
    f = await ayafileio.open("/dev/full", "wb")
    fd = f.fileno()
    await f.write(b"cannot be kept")
    with pytest.raises(OSError) as caught:
        await f.close()
    assert caught.value.errno == errno.ENOSPC
    assert f.closed
    with pytest.raises(OSError):
        os.fstat(fd)
    await f.close()


@promise("close.flush-error")
async def test_async_with_reports_the_error_of_close() -> None:
    """Leaving async with raises the push's error; an exception of the body is not lost behind it."""
    with pytest.raises(OSError) as caught:
        async with ayafileio.open("/dev/full", "wb") as f:
            await f.write(b"x")
    assert caught.value.errno == errno.ENOSPC
    with pytest.raises((KeyError, OSError)) as mixed:
        async with ayafileio.open("/dev/full", "wb") as f:
            await f.write(b"x")
            raise KeyError("body")
    seen: BaseException | None = mixed.value
    while seen is not None and not isinstance(seen, KeyError):
        seen = seen.__context__
    assert isinstance(seen, KeyError)


@promise("close.releases")
async def test_a_cancelled_close_releases() -> None:
    """A task cancelled inside close does not keep the descriptor."""
    reader, writer = os.pipe()
    pipe = os.readlink(f"/proc/self/fd/{reader}")
    ayafileio.configure({"close_timeout_ms": 100})
    f = ayafileio.wrap_file(os.dup(reader), "rb", owns_fd=True)
    read = await loops.started(f.read(1))
    closing = await loops.started(f.close())
    closing.cancel()
    await asyncio.gather(closing, read, return_exceptions=True)
    assert f.closed
    assert await probes.settles_on_loop(lambda: list(probes.descriptors().values()).count(pipe) == 2)
    os.close(reader)
    os.close(writer)


@promise("close.collected")
async def test_a_collected_file(target: pathlib.Path) -> None:
    """Dropping the last reference warns, writes the buffer and releases the descriptor."""
    f = await ayafileio.open(target, "wb")
    await f.write(b"kept all the same")
    with pytest.warns(ResourceWarning, match="target.bin"):
        del f
        gc.collect()
    assert await probes.settles_on_loop(lambda: target.read_bytes() == b"kept all the same")
    assert await probes.settles_on_loop(lambda: probes.open_on(target) == 0)


@promise("close.collected")
def test_a_file_collected_after_its_loop(target: pathlib.Path) -> None:
    """The same when the loop is already gone, in text mode with an encoder in between."""

    async def leave_open() -> ayafileio.AsyncFile[str]:
        f = await ayafileio.open(target, "w", encoding="utf-16")
        await f.write("ähnlich")
        return f

    f = asyncio.run(leave_open())
    with pytest.warns(ResourceWarning):
        del f
        gc.collect()
    assert probes.settles(lambda: target.read_bytes() == "ähnlich".encode("utf-16"))
    assert probes.settles(lambda: probes.open_on(target) == 0)


@promise("close.collected")
async def test_a_file_opened_and_never_awaited(sample: pathlib.Path) -> None:
    """A file that was opened but never used gives its descriptor back too."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(20):
            ayafileio.open(sample, "rb")
        gc.collect()
    assert await probes.settles_on_loop(lambda: probes.open_on(sample) == 0)


@promise("close.collected")
async def test_a_closed_file_warns_of_nothing(sample: pathlib.Path) -> None:
    """No warning for a file that was closed, nor for one whose open failed."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        f = await ayafileio.open(sample, "rb")
        await f.close()
        del f
        g = ayafileio.open("/does/not/exist", "rb")
        with pytest.raises(FileNotFoundError):
            await g
        del g
        gc.collect()


@promise("close.collected")
async def test_a_cycle_with_a_file_is_collected(sample: pathlib.Path) -> None:
    """A file that is part of a reference cycle is found by the collector."""

    class Holder:
        file: object = None

    holder = Holder()
    f = await ayafileio.open(sample, "rb")
    holder.file = (f, holder)
    with pytest.warns(ResourceWarning):
        del f, holder
        gc.collect()
    assert await probes.settles_on_loop(lambda: probes.open_on(sample) == 0)


LEAVES_OPEN = """
import asyncio, sys
import ayafileio

async def main():
    global kept
    kept = await ayafileio.open(sys.argv[1], sys.argv[2])
    await kept.write(b"at exit" if "b" in sys.argv[2] else "at exit")

asyncio.run(main())
"""


@promise("close.at-exit")
@pytest.mark.parametrize("mode", ["wb", "w", "ab"])
def test_a_file_left_open_at_exit(target: pathlib.Path, mode: str) -> None:
    """A process that ends normally with a file open writes the buffer, and exits cleanly."""
    children.run(LEAVES_OPEN, target, mode)
    assert target.read_bytes() == b"at exit"


OPERATIONS = [
    ("read", ()), ("readline", ()), ("readlines", ()), ("readall", ()), ("readinto", (bytearray(3),)),
    ("write", (b"x",)), ("writelines", ([b"x"],)), ("seek", (0,)), ("tell", ()), ("truncate", (0,)),
    ("flush", ()), ("sync", ()), ("datasync", ()), ("read_at", (1, 0)), ("write_at", (b"x", 0)),
    ("read_many", ([(0, 1)],)), ("write_many", ([(0, b"x")],)),
]


@promise("close.then-error")
@pytest.mark.parametrize(("name", "arguments"), OPERATIONS)
async def test_operations_on_a_closed_file(sample: pathlib.Path, name: str, arguments: tuple[object, ...]) -> None:
    """Each operation on a closed file is a ValueError, even when its descriptor number lives again."""
    data = sample.read_bytes()
    f = await ayafileio.open(sample, "r+b")
    fd = f.fileno()
    await f.close()
    again = os.open(sample, os.O_RDWR)
    try:
        assert again == fd, "the kernel hands out the lowest free number"
        with pytest.raises(ValueError, match="closed"):
            await getattr(f, name)(*arguments)
        assert os.lseek(again, 0, os.SEEK_CUR) == 0
    finally:
        os.close(again)
    assert sample.read_bytes() == data


@promise("close.then-error")
@pytest.mark.parametrize("name", ["fileno", "isatty", "readable", "writable", "seekable"])
async def test_questions_to_a_closed_file(sample: pathlib.Path, name: str) -> None:
    """The plain methods refuse too, as the built-in's do; name and mode still answer."""
    f = await ayafileio.open(sample, "rb")
    await f.close()
    with pytest.raises(ValueError, match="closed"):
        getattr(f, name)()
    assert f.name == str(sample)
    assert f.mode == "rb"
    assert f.closed


@promise("close.then-error")
async def test_iterating_and_entering_a_closed_file(sample: pathlib.Path) -> None:
    """Iteration, chunks and async with on a closed file are errors."""
    f = await ayafileio.open(sample, "rb")
    await f.close()
    with pytest.raises(ValueError, match="closed"):
        async for _ in f:
            pass
    with pytest.raises(ValueError, match="closed"):
        async for _ in f.chunk(10):
            pass
    with pytest.raises(ValueError, match="closed"):
        async with f:
            pass


@promise("close.then-error")
async def test_a_text_file_closed(sample: pathlib.Path) -> None:
    """The same in text mode, where a decoded rest must not answer."""
    sample.write_bytes(b"one\ntwo\nthree\n")
    f = await ayafileio.open(sample, "r+")
    assert await f.readline() == "one\n"
    await f.close()
    for name, arguments in (("read", ()), ("readline", ()), ("write", ("x",)), ("tell", ()), ("seek", (0,))):
        with pytest.raises(ValueError, match="closed"):
            await getattr(f, name)(*arguments)
    with pytest.raises(ValueError, match="closed"):
        async for _ in f:
            pass


async def test_many_files_close_at_once(workdir: pathlib.Path) -> None:
    """A gather over five hundred closes, each with something to push."""
    files = []
    for i in range(500):
        f = await ayafileio.open(workdir / str(i), "wb")
        await f.write(b"%d" % i)
        files.append(f)
    await asyncio.gather(*(f.close() for f in files))
    assert all((workdir / str(i)).read_bytes() == b"%d" % i for i in range(500))
