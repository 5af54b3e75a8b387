"""Faults that a real system shows rarely, brought about by the test build's fake backend.

It works on real files, but finishes operations in an order that a seed decides, and makes them
short, interrupted, late or failing as rules say. It is chosen before the library is loaded, so each
test here runs in a child process.
"""

from __future__ import annotations

import os
import pathlib
import subprocess

import children
import pytest
from promises import promise

LIBRARY = os.environ.get("AYAFILEIO_TEST_LIBRARY", "")


@pytest.fixture(autouse=True)
def test_build() -> None:
    if not LIBRARY or not os.path.exists(LIBRARY):
        pytest.skip("AYAFILEIO_TEST_LIBRARY does not name a test build of the library")
    if os.environ.get("LD_PRELOAD"):
        pytest.skip("the sanitizers slow the children down too much, and see the same code in the other tests")


def run(source: str, *arguments: object, rules: str, seed: int = 0) -> subprocess.CompletedProcess[str]:
    env = children.environment(
        AYAFILEIO_LIBRARY=LIBRARY, AYAFILEIO_BACKEND="fake", AYAFILEIO_FAKE_RULES=rules, AYAFILEIO_FAKE_SEED=str(seed)
    )
    return children.run(source, *arguments, env=env)


# Nothing of these may be seen by a caller.
INVISIBLE = [
    "",
    "(short 1 (Op read))",
    "(short 3)",
    "(short 5000 (Op write))",
    "(eintr (Op read) (Every 2))",
    "(eintr (Op write) (Every 3))",
    "(delay 3 (Percent 50))",
    "(short 700 (Percent 30)) (eintr (Every 5)) (delay 2 (Percent 20))",
]

COMPARE = """
import asyncio, pathlib, sys
import ayafileio
from differential import compare, shrink
from test_differential import binary_case, text_case

assert ayafileio.get_backend_info()["backend"] == "fake"

async def main(where, first, count):
    for seed in range(first, first + count):
        for case in (binary_case(seed), text_case(seed, "utf-8"), text_case(seed, "utf-16")):
            if await compare(case, where):
                shortest, reason = await shrink(case, where)
                print(f"seed {seed}", shortest.describe(), reason, sep="\\n")
                return

asyncio.run(main(pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
"""


@promise("reads.interrupted")
@promise("writes.whole")
@pytest.mark.parametrize("rules", INVISIBLE)
def test_faults_that_nobody_sees(workdir: pathlib.Path, rules: str) -> None:
    """Short, interrupted and late transfers change nothing: the comparison with the built-in finds no difference."""
    assert run(COMPARE, workdir, len(rules) * 1000, 25, rules=rules).stdout == ""


CONCURRENT = """
import asyncio, pathlib, sys
from test_concurrent import one_life

async def main(path, first):
    for seed in range(first, first + 15):
        await one_life(path, seed)

asyncio.run(main(pathlib.Path(sys.argv[1]), int(sys.argv[2])))
"""


@promise("position.reserved")
@pytest.mark.parametrize("seed", [0, 1, 2, 3])
@pytest.mark.parametrize("rules", ["", "(short 100 (Percent 50))", "(delay 4 (Percent 40)) (eintr (Every 7))"])
def test_any_order_of_completion(target: pathlib.Path, rules: str, seed: int) -> None:
    """Operations started together give the same whatever the order in which they finish."""
    run(CONCURRENT, target, seed * 1000, rules=rules, seed=seed)


@promise("position.after-error")
def test_a_read_that_fails(target: pathlib.Path) -> None:
    """The second read fails: it raises EIO with the file's name, its place is given back, the next read gets it."""
    target.write_bytes(bytes(range(100)))
    source = """
    import asyncio, errno, sys
    import ayafileio
    async def main():
        async with ayafileio.open(sys.argv[1], "rb", buffering=0) as f:
            assert await f.read(10) == bytes(range(10))
            try:
                await f.read(10)
            except OSError as error:
                assert (error.errno, error.filename) == (errno.EIO, sys.argv[1]), error
            else:
                raise AssertionError
            assert await f.tell() == 10
            assert await f.read(10) == bytes(range(10, 20))
    asyncio.run(main())
    """
    run(source, target, rules="(io (Op read) (OnIndex 1))")


@promise("writes.error-at-push")
@promise("writes.nothing-dropped")
@pytest.mark.parametrize("push", ["flush", "sync", "read", "close"])
def test_a_push_that_fails_once(target: pathlib.Path, push: str) -> None:
    """A push fails: its caller hears of it, the bytes are kept, and the next push writes them."""
    source = """
    import asyncio, errno, sys
    import ayafileio
    async def main(push):
        f = await ayafileio.open(sys.argv[1], "w+b")
        await f.write(b"kept ")
        await f.write(b"bytes")
        try:
            await getattr(f, push)()
        except OSError as error:
            assert error.errno == errno.ENOSPC
        else:
            raise AssertionError(push)
        if push != "close":
            assert await f.tell() == 10
            await f.write(b"!")
            await f.close()
        assert f.closed
    asyncio.run(main(sys.argv[2]))
    """
    run(source, target, push, rules="(enospc (Op write) (First 1))")
    assert target.read_bytes() == (b"" if push == "close" else b"kept bytes!")


def test_one_failing_read_of_many(target: pathlib.Path) -> None:
    """Of a hundred reads at once every tenth fails; the others have their bytes."""
    target.write_bytes(bytes(200) * 100)
    source = """
    import asyncio, sys
    import ayafileio
    async def main():
        async with ayafileio.open(sys.argv[1], "rb") as f:
            results = await asyncio.gather(*(f.read_at(200, i * 200) for i in range(100)), return_exceptions=True)
        failed = [r for r in results if isinstance(r, OSError)]
        assert len(failed) == 10, len(failed)
        assert all(r == bytes(200) for r in results if not isinstance(r, OSError))
    asyncio.run(main())
    """
    run(source, target, rules="(io (Op read) (Every 10))", seed=5)


@promise("open.error-awaited")
def test_an_open_that_fails(target: pathlib.Path) -> None:
    """An open that fails with an odd error raises it, named, wherever it is first awaited; nothing leaks."""
    target.write_bytes(b"x")
    source = """
    import asyncio, errno, os, sys
    import ayafileio
    async def main():
        fds = 0
        for turn in range(50):
            f = ayafileio.open(sys.argv[1], "rb")
            tasks = [asyncio.ensure_future(f.read()), asyncio.ensure_future(f.readline())]
            for result in await asyncio.gather(*tasks, return_exceptions=True):
                assert isinstance(result, OSError) and result.errno == errno.EIO, result
                assert result.filename == sys.argv[1]
            await f.close()
            fds = fds or len(os.listdir("/proc/self/fd"))
        assert len(os.listdir("/proc/self/fd")) <= fds
    asyncio.run(main())
    """
    run(source, target, rules="(io (Op open))")


@promise("cancel.no-leak")
def test_cancelling_what_the_system_holds(target: pathlib.Path) -> None:
    """Reads that stay in flight for ever are cancelled at once, and the file and its loop end well."""
    target.write_bytes(bytes(1000))
    source = """
    import asyncio, sys, time
    import ayafileio
    async def main():
        ayafileio.configure({"close_timeout_ms": 100})
        f = await ayafileio.open(sys.argv[1], "rb")
        tasks = [asyncio.ensure_future(f.read_at(10, i)) for i in range(500)]
        await asyncio.sleep(0.01)
        started = time.monotonic()
        for task in tasks[:250]:
            task.cancel()
        results = await asyncio.gather(*tasks[:250], return_exceptions=True)
        assert all(isinstance(r, asyncio.CancelledError) for r in results)
        await f.close()
        results = await asyncio.gather(*tasks[250:], return_exceptions=True)
        assert all(isinstance(r, (OSError, ValueError)) for r in results), results[0]
        assert time.monotonic() - started < 3
    asyncio.run(main())
    """
    run(source, target, rules="(hold (Op read))")


@promise("close.releases")
def test_a_close_that_fails(target: pathlib.Path) -> None:
    """sync and datasync report their error; the file closes all the same."""
    source = """
    import asyncio, errno, os, sys
    import ayafileio
    async def main():
        f = await ayafileio.open(sys.argv[1], "wb")
        fd = f.fileno()
        await f.write(b"data")
        for call in (f.sync, f.datasync):
            try:
                await call()
            except OSError as error:
                assert error.errno == errno.EIO
            else:
                raise AssertionError
        await f.close()
        try:
            os.fstat(fd)
        except OSError:
            pass
        else:
            raise AssertionError("still open")
    asyncio.run(main())
    """
    run(source, target, rules="(io (Op sync)) (io (Op datasync))")
    assert target.read_bytes() == b"data"


def test_a_panic_is_contained(target: pathlib.Path) -> None:
    """A panic inside the library is an error code to the host, and the host lives."""
    source = """
    import ctypes, os
    library = ctypes.CDLL(os.environ["AYAFILEIO_LIBRARY"])
    queue = ctypes.c_uint64()
    assert library.aya_queue_open(ctypes.byref(queue)) == 0
    submission = (ctypes.c_uint64 * 12)(4026531841)
    out = (ctypes.c_uint64 * 7)()
    library.aya_submit.argtypes = [ctypes.c_uint64, ctypes.c_void_p, ctypes.c_void_p]
    first = library.aya_submit(queue, submission, out)
    assert first < 0, first
    assert library.aya_submit(queue, submission, out) == first
    print("alive")
    """
    env = children.environment(AYAFILEIO_LIBRARY=LIBRARY)
    out = children.run(source, env=env, quiet=False)
    assert out.stdout == "alive\n"
