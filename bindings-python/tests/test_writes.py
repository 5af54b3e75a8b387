"""Writing: when bytes leave the buffer, who hears of an error, what a caller may do with its block."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import pathlib
import threading

import ayafileio
import children
import loops
import probes
import pytest
from promises import promise

pytestmark = pytest.mark.both_paths


@promise("writes.whole")
@pytest.mark.parametrize("size", [0, 1, 4096, 65535, 65536, 65537, 1_000_000, 20_000_000])
@pytest.mark.parametrize("buffering", [-1, 0])
async def test_a_write_is_whole(target: pathlib.Path, size: int, buffering: int) -> None:
    """write returns the length given and all of it arrives, whatever the size."""
    data = probes.pattern(4096) * (size // 4096) + probes.pattern(size % 4096)
    async with ayafileio.open(target, "wb", buffering=buffering) as f:
        assert await f.write(data) == size
        assert await f.tell() == size
    assert target.read_bytes() == data


@promise("writes.whole")
async def test_a_write_to_a_slow_pipe_is_whole() -> None:
    """A pipe takes 64 KiB at a time; write resolves when the last byte has gone in."""
    data = probes.pattern(1_000_000)
    got: list[bytes] = []
    reader, writer = os.pipe()

    def drain() -> None:
        while block := os.read(reader, 5000):
            got.append(block)

    async with ayafileio.wrap_file(writer, "wb", owns_fd=True) as f:
        thread = threading.Thread(target=drain)
        thread.start()
        assert await asyncio.wait_for(f.write(data), 30) == len(data)
        await f.flush()
    thread.join()
    os.close(reader)
    assert b"".join(got) == data


@promise("writes.whole")
@pytest.mark.parametrize("blocking", [True, False])
async def test_a_broken_pipe_is_an_error(blocking: bool) -> None:
    """Writing where nobody reads raises BrokenPipeError, and SIGPIPE does not end the process."""
    reader, writer = os.pipe()
    os.close(reader)
    os.set_blocking(writer, blocking)
    async with ayafileio.wrap_file(writer, "wb", owns_fd=True) as f:
        with pytest.raises(BrokenPipeError):
            await f.write(b"x" * 200_000)
            await f.flush()


@promise("writes.gathered")
async def test_small_writes_are_gathered(target: pathlib.Path) -> None:
    """Small writes stay in the buffer: the file on disk is still empty."""
    async with ayafileio.open(target, "wb") as f:
        for _ in range(10):
            await f.write(b"small")
        assert target.stat().st_size == 0
        assert await f.tell() == 50
    assert target.read_bytes() == b"small" * 10


@promise("writes.pushed-by-flush")
@promise("writes.flush")
async def test_flush_pushes(target: pathlib.Path) -> None:
    """After flush another reader of the file sees everything."""
    async with ayafileio.open(target, "wb") as f:
        await f.write(b"seen")
        await f.flush()
        assert target.read_bytes() == b"seen"


@promise("writes.pushed-by-close")
async def test_close_pushes(target: pathlib.Path) -> None:
    """close leaves nothing in the buffer."""
    f = await ayafileio.open(target, "wb")
    await f.write(b"seen")
    assert target.read_bytes() == b""
    await f.close()
    assert target.read_bytes() == b"seen"


@promise("writes.pushed-by-seek")
async def test_seek_pushes(target: pathlib.Path) -> None:
    """seek pushes what was gathered before it moves."""
    async with ayafileio.open(target, "wb") as f:
        await f.write(b"0123456789")
        assert await f.seek(2) == 2
        await f.write(b"ab")
        assert await f.seek(0, os.SEEK_END) == 10
        await f.flush()
        assert target.read_bytes() == b"01ab456789"


@promise("writes.pushed-by-read")
async def test_read_pushes(target: pathlib.Path) -> None:
    """A read pushes what was gathered, so that the file and the handle agree."""
    target.write_bytes(b"0123456789")
    async with ayafileio.open(target, "r+b") as f:
        await f.write(b"ab")
        assert await f.read(3) == b"234"
        assert target.read_bytes() == b"ab23456789"
        await f.write(b"XY")
        assert await f.readline() == b"789"
        assert target.read_bytes() == b"ab234XY789"


@promise("writes.pushed-when-full")
async def test_a_full_buffer_is_pushed(target: pathlib.Path) -> None:
    """A file with a buffer of 100 bytes has pushed most of 1000 bytes without being told to."""
    async with ayafileio.open(target, "wb", buffering=100) as f:
        for _ in range(100):
            await f.write(b"0123456789")
        assert 800 <= target.stat().st_size <= 1000
    assert target.read_bytes() == b"0123456789" * 100


@promise("writes.pushed-when-full")
async def test_buffer_size_is_the_default(target: pathlib.Path) -> None:
    """The option buffer_size decides for files that do not say: here 4 KiB instead of 64."""
    ayafileio.configure({"buffer_size": 4096})
    async with ayafileio.open(target, "wb") as f:
        for _ in range(20):
            await f.write(b"x" * 500)
        assert 4096 <= target.stat().st_size <= 10_000
    ayafileio.reset_config()
    async with ayafileio.open(target, "wb") as f:
        for _ in range(20):
            await f.write(b"x" * 500)
        assert target.stat().st_size == 0


@promise("writes.error-at-push")
@pytest.mark.parametrize("push", ["flush", "close", "sync", "truncate"])
async def test_the_pushing_call_raises(push: str) -> None:
    """/dev/full takes nothing: write gathers happily, the call that pushes raises ENOSPC."""
    f = await ayafileio.open("/dev/full", "wb")
    assert await f.write(b"x" * 100) == 100
    arguments = (0,) if push == "truncate" else ()
    with pytest.raises(OSError) as caught:
        await getattr(f, push)(*arguments)
    assert caught.value.errno == errno.ENOSPC
    if push != "close":
        with pytest.raises(OSError):
            await f.close()
    assert f.closed


@promise("writes.error-at-push")
async def test_a_full_buffer_raises_in_the_write() -> None:
    """If a write finds the buffer full and pushing fails, that write raises."""
    f = await ayafileio.open("/dev/full", "wb", buffering=64)
    with pytest.raises(OSError) as caught:
        for _ in range(10):
            await f.write(b"x" * 20)
    assert caught.value.errno == errno.ENOSPC
    with pytest.raises(OSError):
        await f.close()


LIMITED = """
import asyncio, resource, signal, sys
import ayafileio

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

async def main(path):
    f = await ayafileio.open(path, "wb")
    await f.write(b"a" * 3000)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        await f.flush()
    except OSError as error:
        print(type(error).__name__, error.errno)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    await f.write(b"b" * 10)
    await f.close()

asyncio.run(main(sys.argv[1]))
"""


@promise("writes.nothing-dropped")
def test_data_of_a_failed_push_is_kept(target: pathlib.Path, io_path: str) -> None:
    """A push stopped half-way by a size limit raises; once there is room, all bytes arrive, in place."""
    out = children.run(LIMITED, target).stdout.split()
    assert out == ["OSError", str(errno.EFBIG)]
    assert target.read_bytes() == b"a" * 3000 + b"b" * 10


@promise("writes.auto-flush")
async def test_auto_flush(target: pathlib.Path) -> None:
    """With auto_flush=True each write is visible to others as soon as it resolves."""
    async with ayafileio.open(target, "wb", auto_flush=True) as f:
        for i in range(1, 20):
            await f.write(b"12345")
            assert target.stat().st_size == 5 * i
    async with ayafileio.open(target, "w", auto_flush=True) as t:
        await t.write("é")
        assert target.stat().st_size == len("é".encode())
        await t.writelines(["a\n", "b\n"])
        assert target.stat().st_size == 6


@promise("writes.unbuffered")
async def test_unbuffered(target: pathlib.Path) -> None:
    """The same with buffering=0."""
    async with ayafileio.open(target, "wb", buffering=0) as f:
        for i in range(1, 20):
            await f.write(b"12345")
            assert target.stat().st_size == 5 * i


@promise("writes.sync")
@promise("writes.datasync")
@pytest.mark.parametrize("call", ["sync", "datasync"])
async def test_sync(target: pathlib.Path, call: str) -> None:
    """sync and datasync push the buffer and then ask the kernel: a pipe, which cannot, says EINVAL."""
    async with ayafileio.open(target, "wb") as f:
        await f.write(b"durable")
        assert await getattr(f, call)() is None
        assert target.read_bytes() == b"durable"
    reader, writer = os.pipe()
    async with ayafileio.wrap_file(writer, "wb", owns_fd=True) as pipe:
        with pytest.raises(OSError) as caught:
            await getattr(pipe, call)()
        assert caught.value.errno == errno.EINVAL
    os.close(reader)


@promise("writes.small-copied")
@pytest.mark.parametrize("buffering", [-1, 0])
async def test_a_small_block_is_copied(target: pathlib.Path, buffering: int) -> None:
    """Changing or resizing a small block right after the write has started changes nothing."""
    block = bytearray(b"original")
    async with ayafileio.open(target, "wb", buffering=buffering) as f:
        task = await loops.started(f.write(block))
        block[:] = b"CHANGED!"
        block.extend(b"more")
        assert await task == 8
    assert target.read_bytes() == b"original"


@promise("writes.large-pinned")
async def test_a_large_block_is_pinned() -> None:
    """While a large write waits for a full pipe its block cannot be resized; afterwards it can."""
    block = bytearray(probes.pattern(1_000_000))
    want = bytes(block)
    reader, writer = os.pipe()
    f = ayafileio.wrap_file(writer, "wb", owns_fd=True)
    task = await loops.started(f.write(block))
    await asyncio.sleep(0.02)
    assert not task.done()
    with pytest.raises(BufferError):
        block.clear()
    got = await asyncio.get_running_loop().run_in_executor(None, drain_exactly, reader, len(want))
    assert await asyncio.wait_for(task, 5) == len(want)
    await f.close()
    os.close(reader)
    assert got == want
    block.clear()


def drain_exactly(fd: int, size: int) -> bytes:
    """Reads a number of bytes from a pipe."""
    got = bytearray()
    while len(got) < size and (block := os.read(fd, 65536)):
        got += block
    return bytes(got)


@promise("writes.large-pinned")
async def test_a_large_temporary_lives_long_enough(target: pathlib.Path) -> None:
    """A block that only the write refers to is not freed under it."""
    async with ayafileio.open(target, "wb", buffering=0) as f:
        tasks = [asyncio.ensure_future(f.write(bytes([i]) * 500_000)) for i in range(40)]
        await asyncio.gather(*tasks)
    assert target.read_bytes() == b"".join(bytes([i]) * 500_000 for i in range(40))


@promise("writes.append")
async def test_append_is_the_systems_own(target: pathlib.Path) -> None:
    """The descriptor of an append file carries O_APPEND."""
    for mode in ("ab", "a+b", "a"):
        async with ayafileio.open(target, mode) as f:  # type: ignore[call-overload]
            assert fcntl.fcntl(f.fileno(), fcntl.F_GETFL) & os.O_APPEND


@promise("writes.append")
async def test_appenders_in_one_process(target: pathlib.Path) -> None:
    """Fifty handles on one file append records at once; each record is there, whole."""

    async def append(who: int) -> None:
        for i in range(20):
            async with ayafileio.open(target, "ab") as f:
                await f.write(b"%d:%d %s\n" % (who, i, b"x" * (who * 7)))

    await asyncio.gather(*(append(who) for who in range(50)))
    got = sorted(target.read_bytes().splitlines())
    assert got == sorted(
        b"%d:%d %s" % (who, i, b"x" * (who * 7)) for who in range(50) for i in range(20)
    )


APPENDER = """
import asyncio, sys
import ayafileio

async def main(path, who):
    async with ayafileio.open(path, "ab", auto_flush=True) as f:
        for i in range(300):
            await f.write(b"%s:%d %s\\n" % (who, i, b"x" * 100))

asyncio.run(main(sys.argv[1], sys.argv[2].encode()))
"""


@promise("writes.append")
def test_appenders_in_several_processes(target: pathlib.Path) -> None:
    """Three processes append to one file; every record of each is there, in its own order."""
    running = [children.start(APPENDER, target, who) for who in "abc"]
    for child in running:
        _, err = child.communicate(timeout=60)
        assert (child.returncode, err) == (0, "")
    records = target.read_bytes().splitlines()
    for who in "abc":
        mine = [r for r in records if r.startswith(who.encode())]
        assert mine == [b"%s:%d %s" % (who.encode(), i, b"x" * 100) for i in range(300)]


@promise("writes.append")
async def test_append_goes_to_the_end_wherever_the_position_is(target: pathlib.Path) -> None:
    """seek moves the reads of an append file, never its writes."""
    target.write_bytes(b"old ")
    async with ayafileio.open(target, "a+b") as f:
        assert await f.tell() == 4
        await f.seek(0)
        assert await f.read(2) == b"ol"
        await f.write(b"new")
        await f.flush()
        assert target.read_bytes() == b"old new"
        await f.seek(0)
        assert await f.read() == b"old new"


@promise("writes.read-back")
@pytest.mark.parametrize("buffering", [-1, 0, 10])
async def test_a_handle_reads_what_it_wrote(target: pathlib.Path, buffering: int) -> None:
    """Through read, read_at, readline and readinto, without a flush in between."""
    async with ayafileio.open(target, "w+b", buffering=buffering) as f:
        await f.write(b"one\ntwo\n")
        assert await f.read_at(3, 4) == b"two"
        await f.seek(0)
        assert await f.readline() == b"one\n"
        await f.write(b"TWO!")
        assert await f.read() == b""
        await f.seek(4)
        buffer = bytearray(4)
        assert await f.readinto(buffer) == 4
        assert buffer == b"TWO!"
        await f.write_at(b"ONE", 0)
        await f.seek(0)
        assert await f.read() == b"ONE\nTWO!"


async def test_write_many(target: pathlib.Path) -> None:
    """write_many puts each block at its offset and returns the sum of the lengths."""
    async with ayafileio.open(target, "w+b") as f:
        await f.write(b"0123456789")
        assert await f.write_many([(0, b"ab"), (8, b"yz"), (20, b"far")]) == 7
        assert await f.tell() == 10
        assert await f.read_at(30, 0) == b"ab234567yz" + bytes(10) + b"far"


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
async def test_writelines(target: pathlib.Path, kind: type) -> None:
    """writelines takes any iterable of bytes-like objects and adds nothing between them."""
    async with ayafileio.open(target, "wb") as f:
        assert await f.writelines(kind(b"%d\n" % i) for i in range(1000)) is None
        await f.writelines([])
    assert target.read_bytes() == b"".join(b"%d\n" % i for i in range(1000))


async def test_truncate(target: pathlib.Path) -> None:
    """truncate shortens, lengthens with zeros, defaults to the position, and does not move it."""
    async with ayafileio.open(target, "w+b") as f:
        await f.write(b"0123456789")
        assert await f.truncate(4) == 4
        assert target.read_bytes() == b"0123"
        assert await f.tell() == 10
        await f.seek(2)
        assert await f.truncate() == 2
        assert target.read_bytes() == b"01"
        await f.truncate(6)
        assert target.read_bytes() == b"01" + bytes(4)
        assert await f.read() == bytes(4)
        with pytest.raises((OSError, ValueError)):
            await f.truncate(-5)


async def test_a_write_behind_the_end_leaves_zeros(target: pathlib.Path) -> None:
    """Seeking past the end and writing makes a hole that reads as zeros."""
    async with ayafileio.open(target, "w+b") as f:
        await f.seek(5000)
        await f.write(b"end")
        await f.seek(0)
        assert await f.read() == bytes(5000) + b"end"
