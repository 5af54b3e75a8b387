"""Reading: how much comes back, from what kind of file, and what a reader may rely on."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pathlib
import signal
import threading
from collections.abc import AsyncIterator

import ayafileio
import loops
import probes
import pytest
from promises import promise

pytestmark = pytest.mark.both_paths


@contextlib.asynccontextmanager
async def pipe_reader(**options: object) -> AsyncIterator[tuple[ayafileio.AsyncFile[bytes], int]]:
    """A wrapped read end and the raw write end of a fresh pipe."""
    reader, writer = os.pipe()
    try:
        async with ayafileio.wrap_file(reader, "rb", owns_fd=True) as f:
            try:
                yield f, writer
            finally:
                # An operation still waiting on the pipe is let go, whatever the backend.
                os.close(writer)
                writer = -1
    finally:
        if writer >= 0:
            os.close(writer)


@promise("reads.to-end")
@pytest.mark.parametrize("size", [0, 1, 4095, 4096, 65535, 65536, 65537, 1_000_000, 5_000_003])
async def test_read_to_the_end(target: pathlib.Path, size: int) -> None:
    """read(), read(-1), read(None) and readall() return all that is left, at any size."""
    data = probes.pattern(size)
    target.write_bytes(data)
    async with ayafileio.open(target, "rb") as f:
        assert await f.read() == data
        await f.seek(0)
        assert await f.read(-1) == data
        await f.seek(0)
        assert await f.readall() == data
        await f.seek(size // 2)
        assert await f.read(None) == data[size // 2 :]
        assert await f.tell() == size


@promise("reads.to-end")
async def test_read_to_the_end_after_a_line(sample: pathlib.Path) -> None:
    """What readline has already taken into a buffer is not lost to the read that follows."""
    sample.write_bytes(b"first\nsecond\n" + probes.pattern(300_000))
    async with ayafileio.open(sample, "rb") as f:
        assert await f.readline() == b"first\n"
        assert await f.read() == b"second\n" + probes.pattern(300_000)


@promise("reads.zero")
async def test_read_of_nothing(sample: pathlib.Path) -> None:
    """read(0) and readinto of an empty buffer return nothing and move nothing."""
    async with ayafileio.open(sample, "rb") as f:
        await f.seek(10)
        assert await f.read(0) == b""
        assert await f.readinto(bytearray()) == 0
        assert await f.read_at(0, 3) == b""
        assert await f.tell() == 10


@promise("reads.end-empty")
async def test_reads_at_the_end_are_empty(sample: pathlib.Path) -> None:
    """Every kind of read returns its empty value at the end, again and again, and beyond it too."""
    async with ayafileio.open(sample, "rb") as f:
        for position in (65536, 10**10):
            for _ in range(2):
                await f.seek(position)
                assert await f.read() == b""
                assert await f.read(5) == b""
                assert await f.readall() == b""
                assert await f.readline() == b""
                assert await f.readlines() == []
                assert await f.readinto(bytearray(4)) == 0
                assert [line async for line in f] == []
                assert [bytes(part) async for part in f.chunk(100)] == []
                assert await f.tell() == position


@promise("reads.growing")
async def test_a_growing_file_is_followed(target: pathlib.Path) -> None:
    """A reader at the end sees what another writer appends, with read, readline and iteration."""
    target.write_bytes(b"one\n")
    async with ayafileio.open(target, "rb") as f:
        assert await f.read() == b"one\n"
        assert await f.read() == b""
        with target.open("ab", buffering=0) as more:
            more.write(b"two\n")
            assert await f.read(100) == b"two\n"
            more.write(b"three\n")
            assert await f.readline() == b"three\n"
            more.write(b"four\nfive\n")
            assert [line async for line in f] == [b"four\n", b"five\n"]
            assert await f.readline() == b""
            more.write(b"x" * 200_000)
            assert await f.read() == b"x" * 200_000


@promise("reads.growing")
async def test_tail_of_half_a_line(target: pathlib.Path) -> None:
    """readline at the end returns the part that is there; the rest arrives with the next call."""
    target.write_bytes(b"half")
    async with ayafileio.open(target, "rb") as f:
        assert await f.readline() == b"half"
        with target.open("ab") as more:
            more.write(b" and whole\nnext")
        assert await f.readline() == b" and whole\n"
        assert await f.readline() == b"next"


@promise("reads.untrusted-size")
@pytest.mark.parametrize("path", ["/proc/self/status", "/proc/cpuinfo", "/proc/self/maps"])
async def test_proc_files_are_read_to_their_end(path: str) -> None:
    """Files in /proc say that their size is 0 and are read whole all the same."""
    async with ayafileio.open(path, "rb") as f:
        whole = await f.read()
    assert whole.endswith(b"\n")
    expected = pathlib.Path(path).read_bytes()
    assert len(whole) > 100 and whole.split(b"\n")[0] == expected.split(b"\n")[0]
    async with ayafileio.open(path, "r") as text:
        assert len([line async for line in text]) > 3


@promise("reads.untrusted-size")
async def test_sys_files_are_read_to_their_end() -> None:
    """Files in /sys say that their size is a page and end before it."""
    path = "/sys/kernel/mm/transparent_hugepage/enabled"
    if not os.path.exists(path):
        path = "/sys/devices/system/cpu/online"
    async with ayafileio.open(path, "rb") as f:
        assert await f.read() == pathlib.Path(path).read_bytes()
        assert await f.read() == b""


@promise("reads.untrusted-size")
async def test_a_pipe_is_read_to_its_end() -> None:
    """read() on a pipe goes on until the writer closes it, however the data arrives."""
    data = probes.pattern(300_000)

    def feed(fd: int) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(fd, view[:7001]) :]
        os.close(fd)

    reader, writer = os.pipe()
    thread = threading.Thread(target=feed, args=(writer,))
    async with ayafileio.wrap_file(reader, "rb", owns_fd=True) as f:
        thread.start()
        assert await asyncio.wait_for(f.read(), 30) == data
    thread.join()


@promise("reads.untrusted-size")
async def test_devices() -> None:
    """/dev/null is empty, /dev/zero never ends: as many bytes as were asked for."""
    async with ayafileio.open("/dev/null", "rb") as null:
        assert await null.read() == b""
        assert await null.read(10) == b""
    async with ayafileio.open("/dev/zero", "rb") as zero:
        assert await zero.read(100_001) == bytes(100_001)


async def test_a_pipe_hands_out_lines_as_they_come() -> None:
    """A line that has arrived is returned although the pipe has no more to give yet."""
    async with pipe_reader() as (f, writer):
        os.write(writer, b"one\ntwo\n")
        assert await asyncio.wait_for(f.readline(), 5) == b"one\n"
        assert await asyncio.wait_for(f.readline(), 5) == b"two\n"
        waiting = await loops.started(f.readline())
        await asyncio.sleep(0.02)
        assert not waiting.done()
        os.write(writer, b"th")
        await asyncio.sleep(0.02)
        os.write(writer, b"ree\n")
        assert await asyncio.wait_for(waiting, 5) == b"three\n"


async def test_a_fifo_by_path(workdir: pathlib.Path) -> None:
    """A FIFO opens by name and reads until its writer is gone."""
    path = workdir / "fifo"
    os.mkfifo(path)
    keep = os.open(path, os.O_RDWR)  # so that neither open below waits for the other side
    async with ayafileio.open(path, "rb") as f:
        with open(path, "wb") as writer:
            writer.write(b"through the fifo")
        assert await asyncio.wait_for(f.read(16), 5) == b"through the fifo"
        assert not f.seekable()
        os.close(keep)
        assert await asyncio.wait_for(f.read(16), 5) == b""


@promise("reads.interrupted")
async def test_signals_during_a_read_are_invisible(sample: pathlib.Path) -> None:
    """A storm of signals interrupts system calls, never a read: whole, right, no InterruptedError."""
    data = sample.read_bytes()
    hits: list[int] = []
    previous = signal.signal(signal.SIGALRM, lambda *_: hits.append(1))
    signal.siginterrupt(signal.SIGALRM, True)
    signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
    try:
        async with pipe_reader() as (pipe, writer), ayafileio.open(sample, "rb") as f:
            for turn in range(40):
                task = await loops.started(pipe.read(5))
                await asyncio.sleep(0.001)
                os.write(writer, b"%05d" % turn)
                assert await asyncio.wait_for(task, 5) == b"%05d" % turn
                probes.drop_cache(sample)
                await f.seek(0)
                assert await f.read() == data
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
    assert hits


@promise("reads.interrupted")
async def test_a_nonblocking_pipe_waits() -> None:
    """EAGAIN of a non-blocking descriptor means waiting, not an error and not the end."""
    async with pipe_reader() as (f, writer):
        os.set_blocking(f.fileno(), False)
        task = await loops.started(f.read(4))
        await asyncio.sleep(0.02)
        assert not task.done()
        os.write(writer, b"data")
        assert await asyncio.wait_for(task, 5) == b"data"


@pytest.mark.parametrize("make", [bytearray, lambda n: memoryview(bytearray(n))])
async def test_readinto(sample: pathlib.Path, make: object) -> None:
    """readinto fills exactly the buffer, says how much, and leaves the rest of it alone at the end."""
    data = sample.read_bytes()
    async with ayafileio.open(sample, "rb") as f:
        buffer = make(1000)  # type: ignore[operator]
        assert await f.readinto(buffer) == 1000
        assert bytes(buffer) == data[:1000]
        await f.seek(-10, os.SEEK_END)
        assert await f.readinto(buffer) == 10
        assert bytes(buffer[:10]) == data[-10:]
        assert bytes(buffer[10:]) == data[10:1000]


async def test_readinto_a_slice_and_wide_items(sample: pathlib.Path) -> None:
    """Any writable contiguous buffer will do, whatever its item size."""
    import array

    data = sample.read_bytes()
    async with ayafileio.open(sample, "rb") as f:
        block = bytearray(100)
        assert await f.readinto(memoryview(block)[20:30]) == 10
        assert block == bytes(20) + data[:10] + bytes(70)
        words = array.array("Q", [0] * 16)
        assert await f.readinto(words) == 128
        assert words.tobytes() == data[10:138]


@pytest.mark.parametrize("size", [1, 100, 4096, 65536, 100_000])
async def test_chunk(sample: pathlib.Path, size: int) -> None:
    """chunk yields memoryviews of the size asked for; only the last is shorter."""
    data = sample.read_bytes()[: 3000 if size == 1 else None]
    sample.write_bytes(data)
    async with ayafileio.open(sample, "rb") as f:
        parts = []
        async for part in f.chunk(size):
            assert isinstance(part, memoryview)
            parts.append(bytes(part))
    assert b"".join(parts) == data
    assert all(len(p) == size for p in parts[:-1])


@pytest.mark.parametrize("make", [bytearray, lambda n: memoryview(bytearray(n))])
async def test_chunk_into_the_callers_buffer(sample: pathlib.Path, make: object) -> None:
    """With buf= each chunk is a view of the caller's buffer, nothing is allocated or copied."""
    data = sample.read_bytes()
    buffer = make(1000)  # type: ignore[operator]
    async with ayafileio.open(sample, "rb") as f:
        seen = b""
        async for part in f.chunk(1000, buf=buffer):
            assert bytes(part) == bytes(memoryview(buffer)[: len(part)])
            seen += part
    assert seen == data


async def test_chunk_refuses_what_cannot_work(sample: pathlib.Path) -> None:
    """A size below one, and a buffer smaller than the chunk, are refused."""
    async with ayafileio.open(sample, "rb") as f:
        for size in (0, -1):
            with pytest.raises(ValueError):
                async for _ in f.chunk(size):
                    break
        with pytest.raises(ValueError):
            async for _ in f.chunk(100, buf=bytearray(99)):
                break
        with pytest.raises((TypeError, ValueError, BufferError)):
            async for _ in f.chunk(4, buf=b"read"):  # type: ignore[arg-type]
                break


async def test_chunk_then_read_goes_on_where_it_stopped(sample: pathlib.Path) -> None:
    """Leaving the loop over chunks early leaves the position after the last chunk seen."""
    data = sample.read_bytes()
    async with ayafileio.open(sample, "rb") as f:
        async for part in f.chunk(1000):
            assert bytes(part) == data[:1000]
            break
        assert await f.read(10) == data[1000:1010]


async def test_read_many(sample: pathlib.Path) -> None:
    """read_many returns one block for each (offset, length), short at the end, in the order given."""
    data = sample.read_bytes()
    places = [(i * 977 % 65536, 1 + i * 13 % 500) for i in range(300)] + [(65530, 100), (70000, 5)]
    async with ayafileio.open(sample, "rb") as f:
        await f.seek(11)
        blocks = await f.read_many(places)
        assert [bytes(b) for b in blocks] == [data[at : at + n] for at, n in places]
        assert await f.tell() == 11
        assert list(await f.read_many([])) == []


@pytest.mark.parametrize("cold", [False, True])
async def test_cold_and_warm_reads_agree(sample: pathlib.Path, cold: bool) -> None:
    """With the page cache dropped, so that reads wait for the disk, the same bytes come back."""
    sample.write_bytes(data := probes.pattern(2_000_000))
    if cold:
        probes.drop_cache(sample)
    async with ayafileio.open(sample, "rb") as f:
        parts = await asyncio.gather(*(f.read_at(5000, i * 5000) for i in range(400)))
        assert b"".join(parts) == data
        if cold:
            probes.drop_cache(sample)
        assert [bytes(p) async for p in f.chunk(100_000)] == [
            data[i : i + 100_000] for i in range(0, len(data), 100_000)
        ]
