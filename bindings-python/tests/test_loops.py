"""Files and event loops: one after another, several at once, and never held up."""

from __future__ import annotations

import asyncio
import os
import pathlib
import threading

import ayafileio
import loops
import probes
import pytest
from promises import promise

@promise("loops.any")
@pytest.mark.parametrize("kinds", [("asyncio", "asyncio"), ("asyncio", "uvloop"), ("uvloop", "asyncio")])
@pytest.mark.parametrize("inline_read_max", [131072, 0])
def test_one_file_on_one_loop_after_another(
    sample: pathlib.Path, kinds: tuple[str, str], inline_read_max: int
) -> None:
    """A file opened in one loop goes on in the next, at the same position, and closes in a third."""
    for kind in kinds:
        if loops.missing(kind):
            pytest.skip(loops.missing(kind))
    ayafileio.configure({"inline_read_max": inline_read_max})
    data = sample.read_bytes()
    first, second = kinds

    async def begin() -> ayafileio.AsyncFile[bytes]:
        f = await ayafileio.open(sample, "r+b")
        assert await f.read(10) == data[:10]
        return f

    async def go_on(f: ayafileio.AsyncFile[bytes]) -> None:
        assert await f.read(10) == data[10:20]
        await f.write(b"mark")

    async def finish(f: ayafileio.AsyncFile[bytes]) -> None:
        await f.close()

    f = loops.run_on(first, begin())
    loops.run_on(second, go_on(f))
    loops.run_on(first, finish(f))
    assert sample.read_bytes() == data[:20] + b"mark" + data[24:]


@promise("loops.any")
def test_an_operation_left_behind_by_its_loop(sample: pathlib.Path) -> None:
    """A read still in flight when its loop closes does not harm the file in the next loop."""
    reader, writer = os.pipe()

    async def leave() -> ayafileio.AsyncFile[bytes]:
        f = ayafileio.wrap_file(reader, "rb", owns_fd=True)
        await loops.started(f.read(4))
        return f  # asyncio.run cancels what is left

    async def go_on(f: ayafileio.AsyncFile[bytes]) -> None:
        task = await loops.started(f.read(4))
        os.write(writer, b"next")
        assert await asyncio.wait_for(task, 5) == b"next"
        await f.close()

    loops.run_on("asyncio", go_on(loops.run_on("asyncio", leave())))
    os.close(writer)


def test_a_loop_closed_without_ceremony(sample: pathlib.Path) -> None:
    """loop.close() with a read pending, and no asyncio.run to tidy up, leaks nothing and does not crash."""
    reader, writer = os.pipe()
    before = probes.descriptors()
    for _ in range(20):
        loop = asyncio.new_event_loop()
        f = ayafileio.wrap_file(reader, "rb")
        task = loop.create_task(loops.started(f.read(1)))
        inner = loop.run_until_complete(task)
        inner.cancel()
        loop.run_until_complete(asyncio.gather(inner, return_exceptions=True))
        loop.close()
        loops.run_on("asyncio", f.close())
        del inner, task, f
    assert probes.settles(lambda: len(probes.descriptors()) <= len(before))
    os.close(reader)
    os.close(writer)


@promise("loops.threads")
@pytest.mark.parametrize("kind", loops.KINDS)
@pytest.mark.parametrize("inline_read_max", [131072, 0])
def test_one_file_shared_by_threads(sample: pathlib.Path, kind: str, inline_read_max: int) -> None:
    """Four threads, each with a loop, read one file by offset and by position at the same time."""
    if loops.missing(kind):
        pytest.skip(loops.missing(kind))
    ayafileio.configure({"inline_read_max": inline_read_max})
    data = sample.read_bytes()
    f = loops.run_on("asyncio", open_file(sample))
    taken: list[bytes] = []
    failures: list[BaseException] = []

    async def work(seed: int) -> None:
        for i in range(200):
            at = (seed * 7919 + i * 613) % 60000
            assert await f.read_at(100, at) == data[at : at + 100]
            if i % 4 == 0:
                taken.append(await f.read(64))

    def run(seed: int) -> None:
        try:
            loops.run_on(kind, work(seed))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures
    loops.run_on("asyncio", f.close())
    # 4 x 50 slices of 64 bytes: each is handed out exactly once.
    assert sorted(taken) == sorted(data[i * 64 : i * 64 + 64] for i in range(200))


async def open_file(path: pathlib.Path) -> ayafileio.AsyncFile[bytes]:
    return await ayafileio.open(path, "rb")


@promise("loops.threads")
def test_threads_writing_to_one_file(target: pathlib.Path) -> None:
    """Records written by threads through one handle are each whole; none is lost."""

    async def begin() -> ayafileio.AsyncFile[bytes]:
        return await ayafileio.open(target, "wb", buffering=500)

    f = loops.run_on("asyncio", begin())

    async def work(who: int) -> None:
        for i in range(200):
            await f.write(b"%d:%d %s\n" % (who, i, b"x" * 50))

    threads = [threading.Thread(target=loops.run_on, args=("asyncio", work(who))) for who in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    loops.run_on("asyncio", f.close())
    want = sorted(b"%d:%d %s" % (who, i, b"x" * 50) for who in range(4) for i in range(200))
    assert sorted(target.read_bytes().splitlines()) == want


@promise("loops.nothing-left")
@pytest.mark.parametrize("kind", loops.KINDS)
def test_fifty_loops_leave_nothing(sample: pathlib.Path, kind: str) -> None:
    """Loops with inline and pending work come and go; descriptors and threads do not add up."""
    if loops.missing(kind):
        pytest.skip(loops.missing(kind))

    async def use() -> None:
        async with ayafileio.open(sample, "rb") as f:
            await f.read(10)
            await f.read_at(100, 0)

    ayafileio.configure({"inline_read_max": 0})
    for _ in range(5):
        loops.run_on(kind, use())
    fds, threads = len(probes.descriptors()), probes.threads()
    for _ in range(50):
        loops.run_on(kind, use())
    assert probes.settles(lambda: len(probes.descriptors()) <= fds)
    assert probes.settles(lambda: probes.threads() <= threads + 2), (threads, probes.threads())


@promise("loops.no-stall")
async def test_open_close_and_stat_do_not_stall(workdir: pathlib.Path) -> None:
    """A thousand opens of cold names, seeks to the end and closes go on beside a 1 ms ticker."""
    for i in range(1000):
        (workdir / str(i)).write_bytes(b"x" * 100)

    async def one(i: int) -> None:
        async with ayafileio.open(workdir / str(i), "rb") as f:
            assert await f.seek(0, os.SEEK_END) == 100

    async def all_of_them() -> None:
        for start in range(0, 1000, 50):
            await asyncio.gather(*(one(i) for i in range(start, start + 50)))

    await probes.never_stalls(all_of_them)


@promise("loops.no-stall")
async def test_sync_and_truncate_do_not_stall(target: pathlib.Path) -> None:
    """Writing 64 MiB, syncing and cutting it down happens beside the loop."""
    block = os.urandom(1 << 22)
    async with ayafileio.open(target, "wb") as f:

        async def grow_and_cut() -> None:
            await f.seek(0)
            for _ in range(16):
                await f.write(block)
            await f.sync()
            await f.truncate(1000)
            await f.datasync()

        await probes.never_stalls(grow_and_cut)
    assert target.stat().st_size == 1000


@promise("loops.no-stall")
@pytest.mark.parametrize("call", ["read", "read_at", "readinto"])
async def test_a_large_cached_read_does_not_stall(target: pathlib.Path, call: str) -> None:
    """512 MiB out of the page cache: the copy itself happens elsewhere, and so does making room for it."""
    if "libasan" in os.environ.get("LD_PRELOAD", ""):
        pytest.skip("AddressSanitizer marks every byte that is made or given back, which takes as long as a copy")
    size = 512 << 20
    with target.open("wb") as raw:
        raw.truncate(size)
    async with ayafileio.open(target, "rb") as f:
        buffer = bytearray(size if call == "readinto" else 0)
        # Kept until after the measurement: giving 512 MiB back to the system takes long, and is our own doing.
        blocks: list[bytes] = []

        async def read() -> None:
            await f.seek(0)
            if call == "read":
                blocks.append(await f.read())
            elif call == "read_at":
                blocks.append(await f.read_at(size, 0))
            else:
                assert await f.readinto(buffer) == size
            assert all(len(block) == size for block in blocks)

        await probes.never_stalls(read, between=blocks.clear)


@promise("loops.no-stall")
async def test_inline_reads_do_not_starve_the_loop(sample: pathlib.Path) -> None:
    """A task that only does cached reads, each finished at once, still lets the ticker run."""
    async with ayafileio.open(sample, "rb") as f:

        async def read() -> None:
            for _ in range(100_000):
                await f.read_at(64, 0)

        await probes.never_stalls(read)


@promise("loops.no-stall")
async def test_a_slow_pipe_does_not_stall(sample: pathlib.Path) -> None:
    """Reads waiting for pipes hold up neither the loop nor reads of files."""
    pipes = [os.pipe() for _ in range(32)]
    files = [ayafileio.wrap_file(reader, "rb", owns_fd=True) for reader, _ in pipes]
    waiting = [await loops.started(f.read(1)) for f in files]
    async with ayafileio.open(sample, "rb") as f:

        async def read() -> None:
            for i in range(50):
                assert len(await asyncio.wait_for(f.read_at(100, i), 10)) == 100
                await asyncio.sleep(0.001)
            await asyncio.wait_for(f.sync(), 10)

        await probes.never_stalls(read)
    for _, writer in pipes:
        os.close(writer)
    assert await asyncio.gather(*waiting) == [b""] * 32
    await asyncio.gather(*(f.close() for f in files))


def test_debug_mode_finds_nothing_slow(sample: pathlib.Path, caplog: pytest.LogCaptureFixture) -> None:
    """asyncio's debug mode, which complains of foreign threads and slow callbacks, stays silent."""

    async def use() -> None:
        ayafileio.configure({"inline_read_max": 0})
        async with ayafileio.open(sample, "r+b") as f:
            await asyncio.gather(*(f.read_at(100, i) for i in range(100)))
            await f.write(b"x")
            await f.sync()

    asyncio.run(use(), debug=True)
    assert not [r for r in caplog.records if "took" not in r.message and r.levelname != "DEBUG"]
