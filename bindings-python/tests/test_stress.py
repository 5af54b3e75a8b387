"""Large numbers: loops, tasks, cancellations, bytes. Most of these are marked slow."""

from __future__ import annotations

import asyncio
import gc
import os
import pathlib
import random
import time

import ayafileio
import children
import loops
import probes
import pytest
from promises import promise

GIB = 1 << 30


@promise("loops.nothing-left")
@pytest.mark.slow
@pytest.mark.parametrize("kind", loops.KINDS)
def test_a_thousand_loops(sample: pathlib.Path, kind: str) -> None:
    """1,000 loops, each with inline and pending work, leave no thread and no descriptor."""
    if loops.missing(kind):
        pytest.skip(loops.missing(kind))

    async def use() -> None:
        async with ayafileio.open(sample, "rb") as f:
            await asyncio.gather(f.read(10), f.read_at(100, 0), f.readline())

    ayafileio.configure({"inline_read_max": 0})
    for _ in range(20):
        loops.run_on(kind, use())
    fds, threads = len(probes.descriptors()), probes.threads()
    for _ in range(1000):
        loops.run_on(kind, use())
    assert probes.settles(lambda: len(probes.descriptors()) <= fds), probes.descriptors()
    # Go's runtime may keep a thread or two more of its own; one per loop would be a thousand.
    assert probes.settles(lambda: probes.threads() <= threads + 4), (threads, probes.threads())


@promise("position.crowd")
@pytest.mark.slow
@pytest.mark.parametrize("inline_read_max", [131072, 0])
async def test_a_crowd_on_one_handle(target: pathlib.Path, inline_read_max: int) -> None:
    """100,000 tasks that seek and then read 256 bytes on one handle get just their bytes."""
    data = probes.pattern(20 << 20)
    target.write_bytes(data)
    ayafileio.configure({"inline_read_max": inline_read_max})
    rng = random.Random(1)
    async with ayafileio.open(target, "rb") as f:

        async def one(at: int) -> bool:
            await f.seek(at)
            return await f.read(256) == data[at : at + 256]

        results = await asyncio.gather(*(one(rng.randrange(len(data) - 256)) for _ in range(100_000)))
    assert all(results) and len(results) == 100_000


@promise("cancel.no-leak")
@pytest.mark.slow
async def test_ten_thousand_cancelled_reads(sample: pathlib.Path) -> None:
    """Cancelling any of 10,000 reads, at any moment, leaks no descriptor, buffer or operation."""
    data = sample.read_bytes()
    ayafileio.configure({"inline_read_max": 0})
    rng = random.Random(2)
    async with ayafileio.open(sample, "rb") as f:

        async def batch(count: int) -> None:
            tasks = [asyncio.ensure_future(f.read_at(4096, rng.randrange(60000))) for _ in range(count)]
            for _ in range(rng.randrange(4)):
                await asyncio.sleep(0)
            for task in rng.sample(tasks, count // 2):
                task.cancel()
            for result in await asyncio.gather(*tasks, return_exceptions=True):
                assert isinstance(result, (bytes, asyncio.CancelledError))

        await batch(2000)  # what the library keeps for reuse is there after this
        gc.collect()
        fds, rss = len(probes.descriptors()), probes.memory()
        for _ in range(20):
            await batch(500)
        gc.collect()
        assert len(probes.descriptors()) <= fds
        # 5,000 leaked blocks of 4 KiB would be 20 MiB.
        assert probes.memory() - rss < 15 << 20
        assert await f.read_at(100, 9) == data[9:109]


@promise("cancel.no-leak")
@pytest.mark.slow
async def test_ten_thousand_cancelled_waits() -> None:
    """The same where nothing ever arrives: reads of a pipe, all cancelled in flight."""
    reader, writer = os.pipe()
    async with ayafileio.wrap_file(reader, "rb", owns_fd=True) as f:
        rss = 0
        for turn in range(20):
            tasks = [asyncio.ensure_future(f.read(4096)) for _ in range(500)]
            await asyncio.sleep(0.001)
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
            assert all(isinstance(r, asyncio.CancelledError) for r in results)
            if turn == 5:
                gc.collect()
                rss = probes.memory()
        gc.collect()
        assert probes.memory() - rss < 15 << 20
        os.write(writer, b"alive")
        assert await asyncio.wait_for(f.read(5), 5) == b"alive"
        os.close(writer)


@pytest.mark.slow
async def test_memory_of_many_operations(sample: pathlib.Path) -> None:
    """Half a million inline operations and 50,000 pending ones leave memory where it was."""
    async with ayafileio.open(sample, "r+b") as f:

        async def some(count: int) -> None:
            for i in range(count):
                await f.seek(i % 60000)
                await f.read(10)
                await f.tell()
                if i % 100 == 0:
                    await f.readline()
                    await f.write(b"x")

        await some(20_000)
        gc.collect()
        before = probes.memory()
        await some(160_000)
        ayafileio.configure({"inline_read_max": 0})
        for _ in range(50):
            await asyncio.gather(*(f.read_at(500, i) for i in range(1000)))
        gc.collect()
    assert probes.memory() - before < 24 << 20


@pytest.fixture
def huge(workdir: pathlib.Path) -> pathlib.Path:
    """A sparse file of 3 GiB with marks at its start, behind 2 GiB and at its end."""
    path = workdir / "huge"
    with path.open("wb") as raw:
        raw.truncate(3 * GIB)
        for at in (0, 2 * GIB - 8, 0x7FFFF000 - 4, 3 * GIB - 8):
            raw.seek(at)
            raw.write(b"%08d" % (at % 10**8))
    return path


def marks_right(block: memoryview) -> bool:
    return all(
        bytes(block[at : at + 8]) == b"%08d" % (at % 10**8)
        for at in (0, 2 * GIB - 8, 0x7FFFF000 - 4, 3 * GIB - 8)
    )


@promise("reads.huge")
@pytest.mark.slow
@pytest.mark.timeout(400)  # the kernel may have to make 6 GiB of free pages first
def test_three_gib(huge: pathlib.Path) -> None:
    """read(-1) and readinto of 3 GiB are whole, at the right position, and do not stop the loop."""
    available = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if available < 5 * GIB:
        pytest.skip(f"needs 5 GiB of free memory, there are {available / GIB:.1f}")

    async def use() -> None:
        async with ayafileio.open(huge, "rb") as f:
            async with probes.longest_gap() as gap:
                block = await f.read()
            assert gap.longest < 0.5
            assert len(block) == await f.tell() == 3 * GIB
            with memoryview(block) as view:
                assert marks_right(view)
            del block
            room = bytearray(3 * GIB)
            await f.seek(0)
            async with probes.longest_gap() as gap:
                assert await f.readinto(room) == 3 * GIB
            assert gap.longest < 0.5
            assert await f.tell() == 3 * GIB
            with memoryview(room) as view:
                assert marks_right(view)

    loops.run_on("asyncio", use())


@promise("writes.huge")
@pytest.mark.slow
async def test_a_write_above_2_gib() -> None:
    """One write of 3 GiB, into /dev/null, which takes 0x7ffff000 bytes at a time, is whole."""
    import mmap

    with mmap.mmap(-1, 3 * GIB) as zeros:
        async with ayafileio.open("/dev/null", "wb") as f:
            assert await f.write(zeros) == 3 * GIB


@pytest.mark.slow
async def test_ten_thousand_files(workdir: pathlib.Path) -> None:
    """10,000 files written and read with 200 in flight."""
    gate = asyncio.Semaphore(200)

    async def one(i: int) -> bool:
        async with gate:
            path = workdir / str(i)
            await ayafileio.write_bytes(path, b"%d" % i * 10)
            return await ayafileio.read_bytes(path) == b"%d" % i * 10

    assert all(await asyncio.gather(*(one(i) for i in range(10_000))))


@promise("loops.no-stall")
@pytest.mark.slow
async def test_nothing_stalls_under_load(workdir: pathlib.Path) -> None:
    """Opens, reads, writes, syncs and closes of large files all at once, beside a 1 ms ticker."""
    block = os.urandom(1 << 22)

    async def one(i: int) -> None:
        path = workdir / str(i)
        async with ayafileio.open(path, "w+b") as f:
            for _ in range(8):
                await f.write(block)
            await f.sync()
            await f.seek(0)
            assert len(await f.read()) == 8 << 22
            await f.truncate(10)

    async def all_at_once() -> None:
        await asyncio.gather(*(one(i) for i in range(6)))

    await probes.never_stalls(all_at_once, limit=0.25)


RANDOM_LIFE = """
import asyncio, os, random, sys
import ayafileio

async def main(path, seed):
    rng = random.Random(seed)
    ayafileio.configure({"inline_read_max": rng.choice([0, 131072]), "close_timeout_ms": 50})
    reader, writer = os.pipe()
    files = [await ayafileio.open(path, "rb") for _ in range(4)] + [ayafileio.wrap_file(reader, "rb")]
    tasks = []
    for _ in range(600):
        f = rng.choice(files)
        kind = rng.randrange(8)
        if kind == 0 and tasks:
            rng.choice(tasks).cancel()
        elif kind == 1:
            await asyncio.sleep(0)
        elif kind == 2 and rng.random() < 0.05:
            tasks.append(asyncio.ensure_future(f.close()))
        elif kind == 3:
            os.write(writer, b"12345")
        elif kind == 4:
            tasks.append(asyncio.ensure_future(f.readline()))
        else:
            tasks.append(asyncio.ensure_future(f.read(rng.choice([1, 10, 5000]))))
    how = rng.randrange(4)
    if how == 0:
        os.close(writer)
        await asyncio.gather(*tasks, return_exceptions=True)
    elif how == 1:
        for t in tasks:
            t.cancel()
    elif how == 2:
        del files, f
    print("done")

asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""


@promise("processes.exit")
@pytest.mark.slow
def test_random_lives_end_cleanly(sample: pathlib.Path) -> None:
    """Processes doing random things with files, and then ending at once, all exit with 0."""
    for seed in range(24):
        out = children.run(RANDOM_LIFE, sample, seed, quiet=False, flags=("-W", "ignore"))
        assert out.stdout == "done\n"
        for word in ("panic", "Fatal", "Segmentation", "Assertion"):
            assert word not in out.stderr, (seed, out.stderr)


@promise("processes.exit")
@pytest.mark.slow
def test_exit_comes_at_once(sample: pathlib.Path) -> None:
    """An exit with a thousand reads waiting takes no close timeout: a second, not four."""
    source = """
    import asyncio, os
    import ayafileio
    async def main():
        reader, writer = os.pipe()
        f = ayafileio.wrap_file(reader, "rb")
        global tasks
        tasks = [asyncio.ensure_future(f.read(1)) for _ in range(1000)]
        await asyncio.sleep(0.01)
    asyncio.run(main())
    """
    started = time.monotonic()
    children.run(source, flags=("-W", "ignore::ResourceWarning"))
    assert time.monotonic() - started < 3
