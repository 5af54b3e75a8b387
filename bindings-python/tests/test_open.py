"""Opening: arguments, modes, names, errors, and what the descriptor looks like afterwards."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import itertools
import os
import pathlib
import stat

import ayafileio
import loops
import probes
import pytest
from promises import promise

VALID = {
    "".join(order)
    for main in "rwax"
    for kind in ("", "b", "t")
    for plus in ("", "+")
    for order in itertools.permutations([c for c in (main, kind, plus) if c])
}
# Everything up to four letters out of the alphabet of modes; "U" went away with Python 3.11.
TRIED = {"".join(m) for n in range(5) for m in itertools.product("rwax+bt ", repeat=n)}


@promise("open.modes")
async def test_every_valid_mode_opens(workdir: pathlib.Path) -> None:
    """Each mode the built-in accepts, in any order of its letters, opens and can do what it says."""
    for mode in sorted(VALID):
        path = workdir / "file"
        path.unlink(missing_ok=True)
        if "r" in mode:
            path.write_bytes(b"")
        encoding = None if "b" in mode else "utf-8"
        async with ayafileio.open(path, mode, encoding=encoding) as f:  # type: ignore[call-overload]
            with open(path, mode if "x" not in mode else mode.replace("x", "w"), encoding=encoding) as b:
                assert (f.readable(), f.writable()) == (b.readable(), b.writable())
            assert f.mode == mode
            assert f.seekable()


@promise("open.modes")
def test_every_other_mode_is_refused(workdir: pathlib.Path) -> None:
    """No other combination of letters is taken for a mode, and none creates a file."""
    path = workdir / "file"
    for mode in sorted(TRIED - VALID) + ["rU", "rd", "R", "rb\0", "rn"]:
        with pytest.raises(ValueError):
            ayafileio.open(path, mode)  # type: ignore[call-overload]
        assert not path.exists()


@promise("open.checked-at-call")
@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"mode": "q"}, ValueError),
        ({"mode": 3}, TypeError),
        ({"mode": "rb", "encoding": "utf-8"}, ValueError),
        ({"mode": "rb", "errors": "strict"}, ValueError),
        ({"mode": "rb", "newline": "\n"}, ValueError),
        ({"mode": "r", "newline": "x"}, ValueError),
        ({"mode": "r", "newline": 3}, TypeError),
        ({"mode": "r", "buffering": 0}, ValueError),
        ({"mode": "rb", "buffering": "many"}, TypeError),
        ({"mode": "rb", "buffering": -2}, ValueError),
        ({"mode": "rb", "buffering": 2**30 + 1}, ValueError),
        ({"mode": "r", "encoding": "no-such-encoding"}, LookupError),
        ({"mode": "r", "encoding": 8}, TypeError),
        ({"mode": "r", "errors": 8}, TypeError),
        ({"mode": "rb", "opener": 5}, TypeError),
        ({"nonsense": 5}, TypeError),
    ],
)
def test_wrong_arguments_at_the_call(sample: pathlib.Path, options: dict[str, object], error: type) -> None:
    """Wrong values and types are refused by the call itself, before anything is awaited."""
    with pytest.raises(error):
        ayafileio.open(sample, **options)  # type: ignore[call-overload]


@promise("open.checked-at-call")
@pytest.mark.parametrize("path", [None, 3.5, object(), ["a"]])
def test_a_path_of_the_wrong_type_at_the_call(path: object) -> None:
    """What is not a path is a TypeError at the call."""
    with pytest.raises(TypeError):
        ayafileio.open(path)  # type: ignore[call-overload]


@promise("open.checked-at-call")
def test_the_message_says_what_is_allowed(sample: pathlib.Path) -> None:
    """The error names the mode that was passed."""
    with pytest.raises(ValueError, match="qq"):
        ayafileio.open(sample, "qq")  # type: ignore[call-overload]


@promise("open.error-awaited")
async def test_where_the_error_arrives(workdir: pathlib.Path) -> None:
    """A missing file is no error at the call, but where the file is awaited, entered or first used."""
    missing = workdir / "missing"
    for use in ("await", "with", "read", "iterate", "close after read"):
        f = ayafileio.open(missing, "rb")
        with pytest.raises(FileNotFoundError):
            if use == "await":
                await f
            elif use == "with":
                async with f:
                    pass
            elif use == "iterate":
                async for _ in f:
                    pass
            else:
                await f.read()
        if use.startswith("close"):
            await f.close()
            assert f.closed


@promise("open.error-awaited")
async def test_every_first_operation_raises_the_opens_error(workdir: pathlib.Path) -> None:
    """Whatever comes first on a file that could not be opened raises the open's own error."""
    for name, arguments in [
        ("read", ()), ("readline", ()), ("readlines", ()), ("readall", ()), ("readinto", (bytearray(3),)),
        ("seek", (0,)), ("tell", ()), ("sync", ()), ("read_at", (1, 0)),
    ]:
        f = ayafileio.open(workdir / "missing", "rb")
        with pytest.raises(FileNotFoundError):
            await getattr(f, name)(*arguments)
        await f.close()


@promise("open.error-named")
async def test_errno_and_filename(workdir: pathlib.Path) -> None:
    """The error has the errno, the text and the very path that was given."""
    for path in (workdir / "missing", str(workdir / "missing"), os.fsencode(workdir / "missing")):
        with pytest.raises(FileNotFoundError) as caught:
            await ayafileio.open(path, "rb")
        with pytest.raises(FileNotFoundError) as builtin:
            open(path, "rb")
        assert caught.value.errno == errno.ENOENT
        assert caught.value.filename == builtin.value.filename
        assert str(caught.value) == str(builtin.value)


@promise("open.no-block")
@pytest.mark.parametrize("mode", ["rb", "wb"])
async def test_opening_a_fifo_waits_without_blocking(workdir: pathlib.Path, mode: str) -> None:
    """Opening a FIFO whose other side is missing waits; the loop goes on, and the wait ends."""
    path = workdir / "fifo"
    os.mkfifo(path)
    async with probes.longest_gap() as gap:
        task = await loops.started(ayafileio.open(path, mode))  # type: ignore[call-overload]
        await asyncio.sleep(0.1)
        assert not task.done()
        other = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        f = await asyncio.wait_for(task, 5)
    # How long the gaps are depends on the machine. A loop that blocked would never have come to open the other side.
    assert gap.ticks > 2
    await f.close()
    os.close(other)


async def test_a_cancelled_open_leaves_no_descriptor(workdir: pathlib.Path) -> None:
    """Opens cancelled while they wait for a FIFO give back whatever they got in the end."""
    path = workdir / "fifo"
    os.mkfifo(path)
    tasks = [asyncio.ensure_future(open_and_keep(path)) for _ in range(8)]
    await asyncio.sleep(0.05)
    for task in tasks:
        task.cancel()
    assert all(isinstance(r, asyncio.CancelledError) for r in await asyncio.gather(*tasks, return_exceptions=True))
    other = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    try:
        assert await probes.settles_on_loop(lambda: probes.open_on(path) == 1)
    finally:
        os.close(other)


async def open_and_keep(path: pathlib.Path) -> ayafileio.AsyncFile[bytes]:
    return await ayafileio.open(path, "rb")


@promise("open.permissions")
@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002])
async def test_permissions(workdir: pathlib.Path, umask: int) -> None:
    """A created file has 0666 less umask, as with the built-in."""
    before = os.umask(umask)
    try:
        for mode in ("wb", "ab", "xb"):
            path = workdir / f"{mode}{umask}"
            async with ayafileio.open(path, mode):  # type: ignore[call-overload]
                assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~umask
    finally:
        os.umask(before)


@promise("open.cloexec")
async def test_close_on_exec(sample: pathlib.Path, target: pathlib.Path) -> None:
    """Neither an opened file nor anything of the library's own is inherited by a new program."""
    async with ayafileio.open(sample, "rb") as f, ayafileio.open(target, "wb") as g:
        await f.read(10)
        for fd in (f.fileno(), g.fileno()):
            assert fcntl.fcntl(fd, fcntl.F_GETFD) & fcntl.FD_CLOEXEC
            assert not os.get_inheritable(fd)
        for fd, to in probes.descriptors().items():
            if "io_uring" in to or "eventfd" in to or "aya" in to:
                assert fcntl.fcntl(fd, fcntl.F_GETFD) & fcntl.FD_CLOEXEC, to


@promise("open.paths")
async def test_kinds_of_paths(sample: pathlib.Path) -> None:
    """str, bytes, pathlib and any other PathLike, of str or of bytes."""

    class Like:
        def __init__(self, path: str | bytes) -> None:
            self.path = path

        def __fspath__(self) -> str | bytes:
            return self.path

    data = sample.read_bytes()
    for path in (str(sample), os.fsencode(sample), sample, Like(str(sample)), Like(os.fsencode(sample))):
        async with ayafileio.open(path, "rb") as f:  # type: ignore[call-overload]
            assert await f.read() == data
            assert f.name == os.fspath(path)  # type: ignore[arg-type]


async def test_relative_paths_follow_the_directory(sample: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path is relative to the directory of the moment."""
    monkeypatch.chdir(sample.parent)
    async with ayafileio.open(sample.name, "rb") as f:
        assert await f.read(10) == sample.read_bytes()[:10]


@promise("open.nul")
@pytest.mark.parametrize("path", ["a\0b", b"a\0b"])
def test_nul_in_a_path(path: str | bytes) -> None:
    """A path with a NUL is refused at the call."""
    with pytest.raises(ValueError):
        ayafileio.open(path)


@promise("open.raw-names")
async def test_names_that_are_not_utf8(workdir: pathlib.Path) -> None:
    """Raw bytes make a name, and its surrogate-escaped str form finds the same file."""
    raw = os.fsencode(workdir) + b"/caf\xe9-\xff\xfe"
    async with ayafileio.open(raw, "wb") as f:
        await f.write(b"found")
    assert os.path.exists(raw)
    async with ayafileio.open(os.fsdecode(raw), "rb") as f:
        assert await f.read() == b"found"
    async with ayafileio.open(workdir / "文花帖-π-🦅", "wb") as f:
        await f.write(b"tengu")
    assert (workdir / "文花帖-π-🦅").read_bytes() == b"tengu"


@promise("open.directory")
@pytest.mark.parametrize("mode", ["rb", "r", "wb", "r+b", "ab"])
async def test_a_directory_is_refused(workdir: pathlib.Path, mode: str) -> None:
    """Opening a directory is IsADirectoryError in every mode."""
    with pytest.raises(IsADirectoryError) as caught:
        await ayafileio.open(workdir, mode)  # type: ignore[call-overload]
    assert caught.value.filename in (workdir, str(workdir))


async def test_what_each_mode_does_to_the_file(workdir: pathlib.Path) -> None:
    """r keeps, w empties, a appends, x insists on a new one; + adds the other direction."""
    path = workdir / "file"
    for mode in ("r", "r+", "w", "w+", "a", "a+", "x", "x+"):
        for exists in (True, False):
            results = []
            for opener in (builtin_result, aya_result):
                path.unlink(missing_ok=True)
                if exists:
                    path.write_bytes(b"before")
                results.append(await opener(path, mode + "b"))
            assert results[0] == results[1], (mode, exists)


async def builtin_result(path: pathlib.Path, mode: str) -> object:
    """What a built-in file of this mode does: error, position, contents."""
    try:
        with open(path, mode) as f:
            place = f.tell()
            if f.writable():
                f.write(b"NEW")
    except OSError as error:
        return type(error), path.exists()
    return place, path.read_bytes()


async def aya_result(path: pathlib.Path, mode: str) -> object:
    """The same with ours."""
    try:
        async with ayafileio.open(path, mode) as f:  # type: ignore[call-overload]
            place = await f.tell()
            if f.writable():
                await f.write(b"NEW")
    except OSError as error:
        return type(error), path.exists()
    return place, path.read_bytes()


async def test_opener(sample: pathlib.Path, target: pathlib.Path) -> None:
    """opener is called with path and flags as the built-in calls it, and its descriptor is owned."""
    calls: list[tuple[object, int]] = []

    def opener(path: str, flags: int) -> int:
        calls.append((path, flags))
        return os.open(path, flags, 0o600)

    want: list[tuple[object, int]] = []
    with open(target, "wb", opener=lambda p, flags: want.append((p, flags)) or os.open(p, flags, 0o600)):
        pass
    target.unlink()
    async with ayafileio.open(target, "wb", opener=opener) as f:
        await f.write(b"data")
        fd = f.fileno()
    assert [(os.fspath(p), flags) for p, flags in calls] == [(os.fspath(p), flags) for p, flags in want]  # type: ignore[call-overload]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert target.read_bytes() == b"data"
    with pytest.raises(OSError):
        os.fstat(fd)
    async with ayafileio.open("file", "rb", opener=lambda _p, flags: os.open(sample, flags)) as f:
        assert await f.read(8) == sample.read_bytes()[:8]


async def test_an_opener_that_fails(sample: pathlib.Path) -> None:
    """The opener's own exception comes through; a negative descriptor is an error."""

    def failing(_path: str, _flags: int) -> int:
        raise RuntimeError("no luck")

    with pytest.raises(RuntimeError, match="no luck"):
        await ayafileio.open(sample, "rb", opener=failing)
    with pytest.raises((OSError, ValueError)):
        await ayafileio.open(sample, "rb", opener=lambda _p, _f: -1)
    with pytest.raises(TypeError):
        await ayafileio.open(sample, "rb", opener=lambda _p, _f: "3")  # type: ignore[arg-type,return-value]


def test_open_without_a_loop(sample: pathlib.Path) -> None:
    """open may be called before there is a loop; the file works once there is one."""
    f = ayafileio.open(sample, "rb")

    async def use() -> bytes:
        async with f:
            return await f.read(10)

    assert asyncio.run(use()) == sample.read_bytes()[:10]


async def test_many_opens_at_once(workdir: pathlib.Path) -> None:
    """Five hundred opens at once each get their own file."""
    for i in range(500):
        (workdir / str(i)).write_bytes(b"%d" % i)

    async def one(i: int) -> bytes:
        async with ayafileio.open(workdir / str(i), "rb") as f:
            return await f.read()

    assert await asyncio.gather(*(one(i) for i in range(500))) == [b"%d" % i for i in range(500)]
