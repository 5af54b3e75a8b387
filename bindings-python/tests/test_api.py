"""The public API: everything the original documents is there under its name, with its defaults."""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import pathlib
import platform
import re
import subprocess
import sys
from typing import Any

import aiofiles
import ayafileio
import children
import pytest
from promises import promise

METHODS = [
    "read", "readline", "readlines", "readall", "readinto", "chunk", "write", "writelines", "seek", "tell",
    "truncate", "flush", "close", "readable", "writable", "seekable", "fileno", "isatty", "__aiter__", "__anext__",
    "__aenter__", "__aexit__", "__await__", "sync", "datasync", "read_at", "write_at", "read_many", "write_many",
]
FUNCTIONS = [
    "open", "aopen", "wrap_file", "wrap_fd", "configure", "get_config", "reset_config", "get_backend_info",
    "drain_handle_pool", "drain_buffer_pool", "read_bytes", "read_text", "write_bytes", "write_text",
]
OPTIONS = {
    "handle_pool_max_per_key": 64,
    "handle_pool_max_total": 2048,
    "io_worker_count": 0,
    "buffer_pool_max": 512,
    "buffer_size": 65536,
    "close_timeout_ms": 4000,
    "iocp_batch_size": 64,
    "io_uring_queue_depth": 256,
    "io_uring_sqpoll": False,
}
# One allowed value besides the default, and one that is out of range, for each.
OTHER_VALUES: dict[str, tuple[Any, Any]] = {
    "handle_pool_max_per_key": (8, -1),
    "handle_pool_max_total": (16, -1),
    "io_worker_count": (8, -1),
    "buffer_pool_max": (0, -1),
    "buffer_size": (131072, -5),
    "close_timeout_ms": (2000, -1),
    "iocp_batch_size": (256, 257),
    "io_uring_queue_depth": (64, 0),
    "io_uring_sqpoll": (True, 2),
}


def test_names() -> None:
    """Every function and method is there, public, callable, and documented."""
    for name in FUNCTIONS:
        assert callable(getattr(ayafileio, name)) and getattr(ayafileio, name).__doc__, name
        assert name in ayafileio.__all__
    for name in METHODS:
        assert callable(getattr(ayafileio.AsyncFile, name)), name
        assert name.startswith("__") or getattr(ayafileio.AsyncFile, name).__doc__, name
    for name in ("closed", "name", "mode"):
        assert hasattr(ayafileio.AsyncFile, name)
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", ayafileio.__version__)


def test_signatures_of_the_original() -> None:
    """Calls written for the original bind: same order of positional parameters, same defaults."""
    parameters = inspect.signature(ayafileio.open).parameters
    assert list(parameters)[:6] == ["path", "mode", "encoding", "newline", "errors", "auto_flush"]
    defaults = [parameters[name].default for name in list(parameters)[1:6]]
    assert defaults == ["rb", None, None, None, False]
    wrap = inspect.signature(ayafileio.wrap_file).parameters
    assert wrap["mode"].default == "rb"
    assert wrap["owns_fd"].default is False and wrap["owns_fd"].kind is inspect.Parameter.KEYWORD_ONLY


def test_signatures_of_methods() -> None:
    """Defaults of the methods."""
    file = ayafileio.AsyncFile
    assert inspect.signature(file.read).parameters["size"].default == -1
    assert inspect.signature(file.readlines).parameters["hint"].default == -1
    assert inspect.signature(file.seek).parameters["whence"].default == 0
    assert inspect.signature(file.chunk).parameters["buf"].default is None
    assert inspect.signature(file.chunk).parameters["buf"].kind is inspect.Parameter.KEYWORD_ONLY


async def test_positional_arguments_of_the_original(target: pathlib.Path) -> None:
    """open(path, mode, encoding, newline, errors, auto_flush), all by position."""
    async with ayafileio.open(target, "w", "utf-16", "\r\n", "strict", True) as f:
        await f.write("x\n")
        assert target.read_bytes() == "x\r\n".encode("utf-16")


async def test_keywords(sample: pathlib.Path) -> None:
    """Methods take their arguments by name too."""
    data = sample.read_bytes()
    async with ayafileio.open(path=sample, mode="r+b") as f:
        assert await f.read(size=10) == data[:10]
        assert await f.seek(offset=5, whence=1) == 15
        buffer = bytearray(4)
        assert await f.readinto(buf=buffer) == 4
        assert await f.read_at(size=3, offset=1) == data[1:4]
        assert await f.write(data=b"z") == 1
        assert await f.readlines(hint=1) is not None
        await f.truncate(size=10)
        async for part in f.chunk(chunk_size=4, buf=None):
            raise AssertionError(part)


async def test_the_class_opens_too(sample: pathlib.Path) -> None:
    """AsyncFile(path, mode) is open(path, mode); AsyncFile[bytes] is a type."""
    async with ayafileio.AsyncFile(sample, "rb") as f:
        assert await f.read() == sample.read_bytes()
    async with ayafileio.AsyncFile(sample) as f:
        assert f.mode == "rb"
    assert ayafileio.AsyncFile[bytes] is not None


async def test_default_mode_is_binary(sample: pathlib.Path) -> None:
    """As in the original's signature: "rb"."""
    async with ayafileio.open(sample) as f:
        assert f.mode == "rb"
        assert await f.read(8) == sample.read_bytes()[:8]


async def test_awaited_open_and_aopen(sample: pathlib.Path) -> None:
    """await open(), await aopen() and async with on the result of either."""
    f = await ayafileio.open(sample)
    assert await f.read(3) == sample.read_bytes()[:3]
    await f.close()
    g = await ayafileio.aopen(sample, "rb")
    async with g as h:
        assert h is g
        assert await h.read(3) == sample.read_bytes()[:3]
    assert g.closed
    with pytest.raises(FileNotFoundError):
        await ayafileio.aopen(sample.parent / "missing")


async def test_properties(sample: pathlib.Path) -> None:
    """name, mode and closed; readable, writable, seekable, fileno and isatty are plain methods."""
    async with ayafileio.open(sample, "r+b") as f:
        assert (f.name, f.mode, f.closed) == (str(sample), "r+b", False)
        assert (f.readable(), f.writable(), f.seekable(), f.isatty()) == (True, True, True, False)
        assert os.path.samestat(os.fstat(f.fileno()), sample.stat())
        for name in ("name", "mode", "closed"):
            with pytest.raises(AttributeError):
                setattr(f, name, 1)
    assert f.closed


async def test_a_terminal() -> None:
    """isatty tells a terminal."""
    controller, terminal = os.openpty()
    async with ayafileio.wrap_file(terminal, "r+b", owns_fd=True) as f:
        assert f.isatty()
    os.close(controller)


async def test_repr(sample: pathlib.Path) -> None:
    """The representation names the file, the mode, and whether it is closed."""
    async with ayafileio.open(sample, "rb") as f:
        assert "sample.bin" in repr(f) and "rb" in repr(f)
    assert "closed" in repr(f)


async def test_awaitables_are_coroutines_to_asyncio(sample: pathlib.Path) -> None:
    """create_task, gather, wait_for, shield and ensure_future take them like coroutines."""
    data = sample.read_bytes()
    async with ayafileio.open(sample, "rb") as f:
        assert await asyncio.create_task(f.read(4)) == data[:4]  # type: ignore[arg-type]
        assert await asyncio.ensure_future(f.read(4)) == data[4:8]
        assert await asyncio.wait_for(f.read(4), 5) == data[8:12]
        assert await asyncio.shield(f.read(4)) == data[12:16]
        assert await asyncio.gather(f.read(4), f.tell()) == [data[16:20], 20]
        done, _ = await asyncio.wait([asyncio.ensure_future(f.read(4))])
        assert [task.result() for task in done] == [data[20:24]]
        task = asyncio.ensure_future(f.read(2))
        assert "read" in repr(task)
        await task


async def test_awaiting_twice_is_an_error(sample: pathlib.Path) -> None:
    """As with a coroutine: RuntimeError, and no second read."""
    async with ayafileio.open(sample, "rb") as f:
        reading = f.read(4)
        await reading
        with pytest.raises(RuntimeError):
            await reading
        assert await f.tell() == 4


async def test_closing_an_awaitable(sample: pathlib.Path) -> None:
    """close() on one that has not started ends it without a warning, as a coroutine's does."""
    async with ayafileio.open(sample, "rb") as f:
        reading = f.read(4)
        reading.close()  # type: ignore[attr-defined]
        assert await f.tell() == 0


async def test_whole_files(target: pathlib.Path) -> None:
    """read_bytes, write_bytes, read_text and write_text in one call each."""
    assert await ayafileio.write_bytes(target, b"\x00\xffdata" * 50_000) == 300_000
    assert await ayafileio.read_bytes(target) == b"\x00\xffdata" * 50_000
    assert await ayafileio.write_text(target, "grün\n", encoding="utf-8") == 6
    assert await ayafileio.read_text(target, encoding="utf-8") == "grün\n"
    await ayafileio.write_text(target, "a\nb", encoding="utf-16", newline="\r\n")
    assert target.read_bytes() == "a\r\nb".encode("utf-16")
    target.write_bytes(b"\xff")
    assert await ayafileio.read_text(target, encoding="ascii", errors="replace") == "\ufffd"
    assert await ayafileio.write_bytes(target, b"") == 0
    assert await ayafileio.read_bytes(str(target)) == b""
    for call in (ayafileio.read_bytes, ayafileio.read_text):
        with pytest.raises(FileNotFoundError):
            await call(target.parent / "missing")


# --- options


def test_defaults() -> None:
    """The nine options of the original with their names and defaults."""
    config = ayafileio.get_config()
    assert {name: config[name] for name in OPTIONS} == OPTIONS  # type: ignore[literal-required]
    assert isinstance(config["io_uring_sqpoll"], bool)


@pytest.mark.parametrize("name", OPTIONS)
def test_each_option_can_be_set_and_reset(name: str) -> None:
    """Every option is accepted on every platform, kept, and goes back to its default."""
    good, bad = OTHER_VALUES[name]
    ayafileio.configure({name: good})
    assert ayafileio.get_config()[name] == good  # type: ignore[literal-required]
    with pytest.raises(ValueError, match=name):
        ayafileio.configure({name: bad})
    with pytest.raises(TypeError):
        ayafileio.configure({name: "12"})
    assert ayafileio.get_config()[name] == good  # type: ignore[literal-required]
    ayafileio.reset_config()
    assert ayafileio.get_config()[name] == OPTIONS[name]  # type: ignore[literal-required]


@pytest.mark.parametrize("bad", [{"no_such_option": 1}, {"buffer_size": -1}, {"close_timeout_ms": "x"}])
def test_configure_is_all_or_nothing(bad: dict[str, Any]) -> None:
    """One wrong entry and none of the others is taken, wherever it stands."""
    before = ayafileio.get_config()
    for options in ({"io_worker_count": 3, **bad}, {**bad, "io_worker_count": 3}):
        with pytest.raises((ValueError, TypeError)):
            ayafileio.configure(options)
        assert ayafileio.get_config() == before


@promise("errors.options")
def test_options_that_are_no_mapping() -> None:
    """configure wants a mapping of names; get_config hands out a copy."""
    for wrong in (None, 5, "buffer_size", [("buffer_size", 1000)], {5: 5}):
        with pytest.raises((TypeError, ValueError)):
            ayafileio.configure(wrong)  # type: ignore[arg-type]
    ayafileio.get_config()["buffer_size"] = 1
    assert ayafileio.get_config()["buffer_size"] == 65536
    ayafileio.configure({})


async def test_pools_can_be_drained(sample: pathlib.Path) -> None:
    """drain_handle_pool and drain_buffer_pool may be called any time, with files open."""
    async with ayafileio.open(sample, "rb") as f:
        await f.readline()
        assert ayafileio.drain_handle_pool() is None
        assert ayafileio.drain_buffer_pool() is None
        await f.seek(0)
        assert await f.read() == sample.read_bytes()


# --- information


def test_backend_info() -> None:
    """The original's three keys and description; the kernel, the capabilities and the reason besides."""
    info = ayafileio.get_backend_info()
    assert info["platform"] == "linux"
    assert info["backend"] in ("io_uring", "threadpool")
    assert info["is_truly_async"] is (info["backend"] == "io_uring")
    assert info["kernel"] == platform.release()
    assert isinstance(info["description"], str) and info["description"]
    assert isinstance(info["capabilities"], list)
    assert bool(info["reason"]) is (info["backend"] == "threadpool")
    json.dumps(info)


def test_a_forced_pool_is_reported() -> None:
    """AYAFILEIO_BACKEND=threadpool: the pool is used, reported, and the reason names the variable."""
    env = children.environment(AYAFILEIO_BACKEND="threadpool")
    source = "import ayafileio, json; print(json.dumps(ayafileio.get_backend_info()))"
    info = json.loads(children.run(source, env=env).stdout)
    assert (info["backend"], info["is_truly_async"]) == ("threadpool", False)
    assert "AYAFILEIO_BACKEND" in info["reason"]


def command(**env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ayafileio"], env=children.environment(**env), capture_output=True, text=True, timeout=60
    )


def test_command_line() -> None:
    """python -m ayafileio says what is in use; its exit code says whether that is native."""
    info = ayafileio.get_backend_info()
    done = command()
    assert info["backend"] in done.stdout and platform.release() in done.stdout
    assert ayafileio.__version__ in done.stdout
    assert (done.returncode == 0) is info["is_truly_async"]


def test_command_line_on_the_pool() -> None:
    """On the pool: another exit code, the reason, and advice."""
    done = command(AYAFILEIO_BACKEND="threadpool")
    text = done.stdout + done.stderr
    assert done.returncode != 0
    assert "threadpool" in text and "AYAFILEIO_BACKEND" in text
    assert "Traceback" not in text


def test_an_unknown_backend_is_an_error() -> None:
    """A misspelt AYAFILEIO_BACKEND does not silently choose another one."""
    done = command(AYAFILEIO_BACKEND="io_urinng")
    assert done.returncode != 0
    assert "io_urinng" in done.stdout + done.stderr


# --- protocols and company


async def test_protocols(sample: pathlib.Path) -> None:
    """ayafileio.types has the two protocols; our files satisfy the runtime check, others do not."""
    from ayafileio import types

    async with ayafileio.open(sample) as f:
        assert isinstance(f, types.AyaFileIO)
    with sample.open("rb") as raw:
        assert isinstance(raw, types.FileObj)
    assert not isinstance(object(), types.AyaFileIO)
    assert not isinstance(object(), types.FileObj)


@pytest.mark.parametrize("library", [aiofiles, ayafileio])
async def test_code_written_for_aiofiles(target: pathlib.Path, library: Any) -> None:
    """One program, either library."""
    async with library.open(target, "w", encoding="utf-8") as f:
        await f.write("one\n")
        await f.writelines(["two\n", "three\n"])
        await f.flush()
        assert f.name in (target, str(target))
    async with library.open(target, mode="r", encoding="utf-8") as f:
        assert await f.readline() == "one\n"
        assert [line async for line in f] == ["two\n", "three\n"]
        await f.seek(0)
        assert await f.readlines() == ["one\n", "two\n", "three\n"]
        assert await f.tell() == 14
    f = await library.open(target, mode="rb")
    try:
        assert await f.read(3) == b"one"
        buffer = bytearray(4)
        assert await f.readinto(buffer) == 4
    finally:
        await f.close()
    assert f.closed


# --- the original's own examples


QUICK_START = '''
import asyncio
import ayafileio

async def main():
    # Write to a file — fast as the wind
    async with ayafileio.open("example.txt", "w") as f:
        await f.write("Hello, async world!\\n")

    # Read with automatic decoding
    async with ayafileio.open("example.txt", "r", encoding="utf-8") as f:
        content = await f.read()
        print(content)

    # Binary operations
    async with ayafileio.open("data.bin", "rb") as f:
        data = await f.read(1024)
        await f.seek(0, 0)

asyncio.run(main())
'''

BEST_PRACTICE = '''
import asyncio
import ayafileio

async def main():
    for i in range(100):
        async with ayafileio.open("data.bin", "rb") as f:
            data = await f.read()

    async with ayafileio.open("data.bin", "rb") as f:
        for i in range(10000):
            await f.seek(0)
            data = await f.read()
    print(len(data))

asyncio.run(main())
'''

CONFIGURATION = '''
import ayafileio

info = ayafileio.get_backend_info()
print(info)

# View current configuration
config = ayafileio.get_config()
print(config)

# Update configuration
ayafileio.configure({
    "io_worker_count": 8,
    "buffer_size": 131072,      # 128KB buffer
    "close_timeout_ms": 2000,
})

# Reset to defaults
ayafileio.reset_config()

ayafileio.configure({
    "iocp_batch_size": 128,
    "buffer_size": 131072,
})
'''


@pytest.mark.parametrize(
    ("source", "printed"),
    [(QUICK_START, "Hello, async world!"), (BEST_PRACTICE, "2048"), (CONFIGURATION, "handle_pool_max_per_key")],
    ids=["quick-start", "best-practice", "configuration"],
)
def test_examples_of_the_original(workdir: pathlib.Path, source: str, printed: str) -> None:
    """The examples of the original's README run as they are, without a warning."""
    (workdir / "data.bin").write_bytes(bytes(2048))
    out = children.run(f"import os; os.chdir({str(workdir)!r})\n" + source, flags=("-W", "error"))
    assert printed in out.stdout
