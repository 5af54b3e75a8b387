"""The file's position: whose it is, when an operation takes its place, where it ends up."""

from __future__ import annotations

import asyncio
import errno
import os
import pathlib
import random
import warnings

import ayafileio
import loops
import probes
import pytest
from promises import promise

pytestmark = pytest.mark.both_paths


@promise("position.own")
async def test_two_handles_have_two_positions(sample: pathlib.Path) -> None:
    """Two files on one path move independently."""
    data = sample.read_bytes()
    async with ayafileio.open(sample, "rb") as one, ayafileio.open(sample, "rb") as two:
        assert await one.read(100) == data[:100]
        assert await two.read(10) == data[:10]
        assert (await one.tell(), await two.tell()) == (100, 10)


@promise("position.own")
async def test_two_wraps_of_one_descriptor_have_two_positions(sample: pathlib.Path) -> None:
    """Two file objects that share one descriptor, and so one kernel offset, still move independently."""
    data = sample.read_bytes()
    fd = os.open(sample, os.O_RDONLY)
    try:
        async with ayafileio.wrap_file(fd) as one, ayafileio.wrap_file(fd) as two:
            assert await one.read(100) == data[:100]
            assert await two.read(10) == data[:10]
            assert await one.read(10) == data[100:110]
    finally:
        os.close(fd)


@promise("position.reserved")
async def test_place_is_taken_at_the_first_step(sample: pathlib.Path) -> None:
    """Creating an awaitable takes no place; its first step does: the order of steps decides."""
    data = sample.read_bytes()
    async with ayafileio.open(sample, "rb") as f:
        first_made, second_made = f.read(10), f.read(20)
        assert await second_made == data[:20]
        assert await first_made == data[20:30]


@promise("position.never-started")
async def test_an_operation_never_awaited_does_nothing_and_warns(target: pathlib.Path) -> None:
    """A dropped awaitable writes nothing, moves nothing, and says that it was never awaited."""
    async with ayafileio.open(target, "w+b") as f:
        with pytest.warns(RuntimeWarning, match="never awaited"):
            f.write(b"lost")
        with pytest.warns(RuntimeWarning, match="never awaited"):
            f.read(3)
        assert await f.tell() == 0
    assert target.read_bytes() == b""


@promise("position.reads-disjoint")
async def test_reads_in_flight_return_consecutive_slices(sample: pathlib.Path) -> None:
    """A gather of reads of differing lengths covers the file without gap or overlap, in order."""
    data = sample.read_bytes()
    lengths = [1 + (i * 37) % 700 for i in range(180)]
    async with ayafileio.open(sample, "rb") as f:
        parts = await asyncio.gather(*(f.read(n) for n in lengths))
        assert await f.tell() == min(sum(lengths), len(data))
    at = 0
    for part, length in zip(parts, lengths, strict=True):
        assert part == data[at : at + length]
        at += length


@promise("position.reads-disjoint")
async def test_reads_in_flight_past_the_end(sample: pathlib.Path) -> None:
    """Where reads in flight run past the end, the first ones have the data and the rest are empty."""
    data = sample.read_bytes()
    async with ayafileio.open(sample, "rb") as f:
        await f.seek(-1000, os.SEEK_END)
        parts = await asyncio.gather(*(f.read(300) for _ in range(6)))
        assert b"".join(parts) == data[-1000:]
        assert [len(p) for p in parts] == [300, 300, 300, 100, 0, 0]
        assert await f.tell() == len(data)


@promise("position.writes-ordered")
@pytest.mark.parametrize("buffering", [-1, 0, 16])
async def test_writes_in_flight_land_in_order(target: pathlib.Path, buffering: int) -> None:
    """A gather of writes leaves the file as if they had been made one after the other."""
    blocks = [bytes([i % 251]) * (1 + (i * 131) % 3000) for i in range(200)]
    async with ayafileio.open(target, "wb", buffering=buffering) as f:
        counts = await asyncio.gather(*(f.write(block) for block in blocks))
    assert counts == [len(block) for block in blocks]
    assert target.read_bytes() == b"".join(blocks)


@promise("position.writes-ordered")
async def test_large_writes_in_flight_land_in_order(target: pathlib.Path) -> None:
    """The same with blocks above any buffer, mixed with small ones."""
    blocks = [bytes([i]) * (300_000 if i % 2 else 7) for i in range(20)]
    async with ayafileio.open(target, "wb") as f:
        await asyncio.gather(*(f.write(block) for block in blocks))
    assert target.read_bytes() == b"".join(blocks)


@promise("position.no-turn")
async def test_seek_and_tell_need_no_turn(sample: pathlib.Path) -> None:
    """seek and tell finish at their first step; a callback due at the next turn has not run."""
    async with ayafileio.open(sample, "rb") as f:
        turned: list[int] = []
        asyncio.get_running_loop().call_soon(turned.append, 1)
        assert loops.finish_now(f.seek(7)) == 7
        assert loops.finish_now(f.tell()) == 7
        assert loops.finish_now(f.seek(3, os.SEEK_CUR)) == 10
        assert loops.finish_now(f.seek(-6, os.SEEK_END)) == 65530
        assert not turned


@promise("position.atomic")
async def test_seek_then_read_is_atomic(sample: pathlib.Path) -> None:
    """A thousand tasks that seek and then read on one handle each get the bytes they asked for."""
    data = sample.read_bytes()
    rng = random.Random(5)

    async with ayafileio.open(sample, "rb") as f:

        async def one(offset: int) -> None:
            await f.seek(offset)
            assert await f.read(256) == data[offset : offset + 256]

        await asyncio.gather(*(one(rng.randrange(len(data))) for _ in range(1000)))


@promise("position.after-short")
async def test_position_after_a_short_read(sample: pathlib.Path) -> None:
    """A read that meets the end leaves the position at the end, not where it would have ended."""
    size = sample.stat().st_size
    async with ayafileio.open(sample, "rb") as f:
        await f.seek(size - 10)
        assert len(await f.read(4096)) == 10
        assert await f.tell() == size
        buffer = bytearray(4096)
        await f.seek(size - 3)
        assert await f.readinto(buffer) == 3
        assert await f.tell() == size


@promise("position.after-error")
async def test_position_after_an_error() -> None:
    """A read that fails does not move the position: /proc/self/mem has nothing at address 0."""
    with open("/proc/self/mem", "rb") as raw:
        async with ayafileio.wrap_file(raw) as f:
            await f.seek(4096)
            with pytest.raises(OSError) as caught:
                await f.read(16)
            assert caught.value.errno == errno.EIO
            assert await f.tell() == 4096


@promise("position.after-error")
async def test_position_after_a_failed_write(sample: pathlib.Path) -> None:
    """An unbuffered write that fails leaves the position where it was."""
    async with ayafileio.open("/dev/full", "wb", buffering=0) as f:
        with pytest.raises(OSError) as caught:
            await f.write(b"x" * 100)
        assert caught.value.errno == errno.ENOSPC
    async with ayafileio.open(sample, "rb") as f:
        await f.seek(99)
        with pytest.raises(OSError):
            await f.write(b"no")
        assert await f.tell() == 99


@promise("position.after-cancel")
async def test_position_after_a_cancellation(sample: pathlib.Path) -> None:
    """A cancelled read leaves the position either before or after its slice, never in between."""
    data = sample.read_bytes()
    async with ayafileio.open(sample, "rb", buffering=0) as f:
        for _ in range(50):
            await f.seek(1000)
            probes.drop_cache(sample)
            task = await loops.started(f.read(500))
            task.cancel()
            try:
                got = await task
            except asyncio.CancelledError:
                got = b""
            here = await f.tell()
            assert here == 1000 + len(got)
            assert await f.read(100) == data[here : here + 100]


@promise("position.negative")
@pytest.mark.parametrize(
    ("offset", "whence"), [(-1, os.SEEK_SET), (-51, os.SEEK_CUR), (-65537, os.SEEK_END)]
)
async def test_a_negative_target_is_an_error(sample: pathlib.Path, offset: int, whence: int) -> None:
    """Seeking before the start fails and the position stays."""
    async with ayafileio.open(sample, "rb") as f:
        await f.seek(50)
        with pytest.raises((OSError, ValueError)):
            await f.seek(offset, whence)
        assert await f.tell() == 50


async def test_an_unknown_whence_is_an_error(sample: pathlib.Path) -> None:
    async with ayafileio.open(sample, "rb") as f:
        with pytest.raises(ValueError, match="9"):
            await f.seek(0, 9)


@promise("position.at-apart")
async def test_positional_calls_leave_the_position_alone(sample: pathlib.Path) -> None:
    """read_at and write_at, failing ones too, do not move the position."""
    data = bytearray(sample.read_bytes())
    async with ayafileio.open(sample, "r+b") as f:
        await f.seek(123)
        assert await f.read_at(50, 1000) == data[1000:1050]
        assert await f.tell() == 123
        assert await f.write_at(b"hello", 2000) == 5
        data[2000:2005] = b"hello"
        assert await f.tell() == 123
        assert await f.read_at(10, 10**9) == b""
        with pytest.raises((OSError, ValueError)):
            await f.read_at(10, -1)
        assert await f.tell() == 123
        assert await f.read(10) == data[123:133]
    assert sample.read_bytes() == data


@promise("position.at-parallel")
async def test_positional_calls_run_in_parallel(sample: pathlib.Path) -> None:
    """Hundreds of positional reads and writes at once on one handle each hit their own place."""
    data = sample.read_bytes()
    async with ayafileio.open(sample, "r+b") as f:
        parts = await asyncio.gather(*(f.read_at(64, i * 64) for i in range(1024)))
        assert b"".join(parts) == data
        await asyncio.gather(*(f.write_at(bytes([i % 256]) * 64, i * 64) for i in range(1024)))
    assert sample.read_bytes() == b"".join(bytes([i % 256]) * 64 for i in range(1024))


@promise("position.at-parallel")
async def test_a_stuck_read_holds_up_no_positional_one(sample: pathlib.Path) -> None:
    """While one operation waits for a pipe, positional reads of another file go on."""
    data = sample.read_bytes()
    reader, writer = os.pipe()
    async with ayafileio.wrap_file(reader, owns_fd=True) as pipe, ayafileio.open(sample, "rb") as f:
        stuck = await loops.started(pipe.read(1))
        assert await asyncio.wait_for(f.read_at(100, 5), 5) == data[5:105]
        os.write(writer, b"!")
        assert await asyncio.wait_for(stuck, 5) == b"!"
    os.close(writer)


async def test_warning_names_the_operation(sample: pathlib.Path) -> None:
    """The never-awaited warning says which call it was, as Python's own does."""
    async with ayafileio.open(sample, "rb") as f:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            f.readline()
    assert any("readline" in str(w.message) for w in caught), [str(w.message) for w in caught]
