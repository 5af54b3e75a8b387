"""Forks, exits and signals."""

from __future__ import annotations

import asyncio
import os
import pathlib
import signal
import time

import ayafileio
import children
import loops
import pytest
from promises import promise

FORK = """
import asyncio, os, sys
import ayafileio

path, when = sys.argv[1], sys.argv[2]
data = open(path, "rb").read()
ayafileio.configure({"inline_read_max": 0})

async def use(f=None):
    async with ayafileio.open(path, "rb") as g:
        assert await g.read() == data
        assert await asyncio.gather(*(g.read_at(100, i) for i in range(50))) == [data[i:i+100] for i in range(50)]
    if f is not None:
        assert await f.read_at(100, 7) == data[7:107]
        assert await f.read(10) == data[10:20]
        await f.close()

async def begin():
    f = await ayafileio.open(path, "rb")
    assert await f.read(10) == data[:10]
    return f

if when == "before first use":
    f = None
else:
    asyncio.run(use())
    f = asyncio.run(begin()) if when == "file open" else None

pids = []
for _ in range(3):
    pid = os.fork()
    if pid == 0:
        code = 9
        try:
            asyncio.run(use(f))
            code = 0
        finally:
            sys.stderr.flush()
            os._exit(code)
    pids.append(pid)
codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
asyncio.run(use(f))
print(codes)
"""


@promise("processes.fork")
@pytest.mark.parametrize("when", ["before first use", "used", "file open"])
def test_fork(sample: pathlib.Path, when: str) -> None:
    """Children forked before, after and in the middle of use read files, and so does the parent then."""
    # 3.12 and later warn of forking with threads about: that the runtime has threads is the point.
    out = children.run(FORK, sample, when, flags=("-W", "ignore::DeprecationWarning"))
    assert out.stdout.strip() == "[0, 0, 0]"


GRANDCHILD = """
import asyncio, os, sys
import ayafileio

async def use():
    async with ayafileio.open(sys.argv[1], "rb") as f:
        return len(await f.read())

def down(depth):
    size = asyncio.run(use())
    if depth == 0:
        os._exit(0 if size == 65536 else 8)
    pid = os.fork()
    if pid == 0:
        down(depth - 1)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if depth < 3:
        os._exit(code)
    print(code)

down(3)
"""


@promise("processes.fork")
def test_a_child_of_a_child(sample: pathlib.Path) -> None:
    """Each generation uses the library and forks the next."""
    out = children.run(GRANDCHILD, sample, flags=("-W", "ignore::DeprecationWarning"))
    assert out.stdout.strip() == "0"


POOL = """
import asyncio, multiprocessing, sys
import ayafileio

def size(path):
    async def use():
        async with ayafileio.open(path, "rb") as f:
            return len(await f.read())
    return asyncio.run(use())

if __name__ == "__main__":
    size(sys.argv[1])
    with multiprocessing.get_context("fork").Pool(3) as pool:
        print(pool.map(size, [sys.argv[1]] * 12))
"""


@promise("processes.fork")
def test_multiprocessing_fork(sample: pathlib.Path) -> None:
    """A multiprocessing pool started by fork after the parent used the library works, and ends."""
    out = children.run(POOL, sample, flags=("-W", "ignore::DeprecationWarning"))
    assert out.stdout.strip() == str([65536] * 12)


FORK_WITH_BUFFER = """
import asyncio, os, sys
import ayafileio

async def main():
    async with ayafileio.open(sys.argv[1], "wb") as f:
        await f.write(b"once\\n")
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)
        await f.write(b"twice\\n")

asyncio.run(main())
"""


@promise("processes.fork")
def test_a_fork_does_not_write_the_buffer_twice(target: pathlib.Path) -> None:
    """What the parent has gathered stays the parent's: a child that just ends writes none of it."""
    children.run(FORK_WITH_BUFFER, target, flags=("-W", "ignore::DeprecationWarning"))
    assert target.read_bytes() == b"once\ntwice\n"


EXIT = """
import asyncio, os, sys
import ayafileio

how = sys.argv[2]
ayafileio.configure({"inline_read_max": 0})

async def main():
    asyncio.get_running_loop().slow_callback_duration = 60  # debug mode would tell how slow this machine is
    # Wrapped, not opened: nobody may complain about a file of ours that was left open.
    f = ayafileio.wrap_file(os.open(sys.argv[1], os.O_RDONLY), "rb")
    reader, writer = os.pipe()
    p = ayafileio.wrap_file(reader, "rb")
    tasks = [asyncio.ensure_future(f.read_at(64, i)) for i in range(1000)]
    tasks += [asyncio.ensure_future(p.read(1)) for _ in range(100)]
    await asyncio.sleep(0)
    if how == "exit":
        sys.exit(7)
    if how == "_exit":
        os._exit(7)
    if how == "return":
        return 7
    raise KeyError("out")

if how == "abandon":
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(main())
    except KeyError:
        os.write(1, b"abandoned")
else:
    sys.exit(asyncio.run(main()))
"""


@promise("processes.exit")
@pytest.mark.parametrize("how", ["exit", "_exit", "return"])
def test_exit_with_reads_in_flight(sample: pathlib.Path, how: str) -> None:
    """A thousand reads in flight: the process ends at once, with its own exit code and no complaint."""
    started = time.monotonic()
    children.run(EXIT, sample, how, code=7)
    assert time.monotonic() - started < 10


@promise("processes.exit")
@pytest.mark.parametrize("flags", [("-X", "dev"), ("-W", "error")])
def test_exit_in_developer_mode(sample: pathlib.Path, flags: tuple[str, ...]) -> None:
    """The same in Python's developer mode and with every warning an error: not a word on stderr."""
    children.run(EXIT, sample, "return", code=7, flags=flags)


@promise("processes.exit")
def test_exit_with_an_abandoned_loop(sample: pathlib.Path) -> None:
    """A loop that is neither finished nor closed when the process ends: still no crash."""
    out = children.run(EXIT, sample, "abandon", quiet=False, flags=("-W", "ignore"))
    assert out.stdout == "abandoned"
    assert "panic" not in out.stderr and "Fatal" not in out.stderr, out.stderr


INTERRUPTED = """
import asyncio, os, sys, time
import ayafileio

async def main():
    asyncio.get_running_loop().slow_callback_duration = 60  # debug mode would tell how slow this machine is
    reader, writer = os.pipe()
    async with ayafileio.wrap_file(reader, "rb", owns_fd=True) as p:
        try:
            reads = asyncio.gather(*(p.read(1) for _ in range(100)))
            await asyncio.sleep(0)  # all have started: one that has not would rightly say that nobody awaited it
            print("ready", flush=True)
            await reads
        finally:
            os.close(writer)

try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


@promise("processes.signals")
def test_sigint_during_a_gather_of_reads(sample: pathlib.Path) -> None:
    """Ctrl-C while reads wait becomes KeyboardInterrupt at once."""
    child = children.start(INTERRUPTED, flags=("-X", "dev"))
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    time.sleep(0.1)
    started = time.monotonic()
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=20)
    assert (out, err, child.returncode) == ("interrupted\n", "", 0)
    assert time.monotonic() - started < 2


@promise("processes.signals")
def test_default_signals_end_the_process(sample: pathlib.Path) -> None:
    """SIGTERM without a handler ends the process as SIGTERM does, although a Go runtime is inside."""
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGUSR1):
        source = INTERRUPTED.replace("except KeyboardInterrupt", "except ZeroDivisionError")
        child = children.start("import signal; signal.signal(signal.SIGINT, signal.SIG_DFL)\n" + source)
        assert child.stdout is not None
        child.stdout.readline()
        child.send_signal(number)
        child.communicate(timeout=20)
        assert child.returncode == -number


@promise("processes.signals")
async def test_python_handlers_run(sample: pathlib.Path) -> None:
    """A handler set with signal.signal and one set on the loop both run while reads are in flight."""
    seen: list[str] = []
    previous = signal.signal(signal.SIGUSR2, lambda *_: seen.append("python"))
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, seen.append, "loop")
    reader, writer = os.pipe()
    async with ayafileio.wrap_file(reader, "rb", owns_fd=True) as f:
        task = await loops.started(f.read(1))
        os.kill(os.getpid(), signal.SIGUSR1)
        os.kill(os.getpid(), signal.SIGUSR2)
        await asyncio.sleep(0.05)
        os.write(writer, b"x")
        assert await asyncio.wait_for(task, 5) == b"x"
    os.close(writer)
    loop.remove_signal_handler(signal.SIGUSR1)
    signal.signal(signal.SIGUSR2, previous)
    assert sorted(seen) == ["loop", "python"]


@promise("processes.signals")
def test_the_library_installs_no_handlers(sample: pathlib.Path) -> None:
    """After first use Python's view of its signal handlers is unchanged."""
    source = """
    import asyncio, signal, sys
    import ayafileio
    before = {s: signal.getsignal(s) for s in signal.valid_signals()}
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    async def use():
        async with ayafileio.open(sys.argv[1], "rb") as f:
            await f.read()
    asyncio.run(use())
    assert {s: signal.getsignal(s) for s in signal.valid_signals()} == before
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == mask
    """
    children.run(source, sample)


def test_import_starts_nothing() -> None:
    """Importing the package starts no thread and opens no descriptor; the first open does."""
    source = """
    import os
    threads, fds = os.listdir("/proc/self/task"), os.listdir("/proc/self/fd")
    import asyncio
    import ayafileio
    assert os.listdir("/proc/self/task") == threads
    assert len(os.listdir("/proc/self/fd")) == len(fds), os.listdir("/proc/self/fd")
    """
    children.run(source)
