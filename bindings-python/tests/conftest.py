"""Fixtures of the whole suite: where files live, which loop runs a test, which path reads take."""

from __future__ import annotations

import asyncio
import os
import pathlib
import shutil
import tempfile
from collections.abc import Iterator
from typing import Any

import ayafileio
import loops
import probes
import pytest

BASE = os.environ.get("AYAFILEIO_TEST_DIR") or tempfile.gettempdir()


def pytest_report_header() -> list[str]:
    info = ayafileio.get_backend_info()
    lines = [f"ayafileio: {info.get('backend')} ({info.get('description')})", f"files in: {BASE}"]
    if info.get("reason"):
        lines.append(f"why not native: {info['reason']}")
    return lines


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.definition.get_closest_marker("both_paths"):
        metafunc.parametrize("io_path", ["inline", "forced"], indirect=True)
    if loops.is_async_test(metafunc.function):
        metafunc.parametrize("loop_kind", loops.KINDS, indirect=True)


@pytest.fixture(autouse=True)
def loop_kind(request: pytest.FixtureRequest) -> str:
    kind: str = getattr(request, "param", "asyncio")
    if reason := loops.missing(kind):
        pytest.skip(reason)
    return kind


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if not loops.is_async_test(pyfuncitem.obj):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    loops.run_on(pyfuncitem.funcargs["loop_kind"], pyfuncitem.obj(**arguments))
    return True


@pytest.fixture(autouse=True)
def io_path(request: pytest.FixtureRequest) -> Iterator[str]:
    """"forced" leaves no read inline, so even cached data goes through the ring and the loop."""
    path: str = getattr(request, "param", "inline")
    if path == "forced":
        ayafileio.configure({"inline_read_max": 0})
    yield path
    ayafileio.reset_config()


@pytest.fixture(scope="session", autouse=True)
def warm_library() -> None:
    """Loads the library once, so that what it keeps for the whole process is not taken for a leak."""

    async def use() -> None:
        with tempfile.NamedTemporaryFile(dir=BASE) as file:
            file.write(b"x" * 4096)
            file.flush()
            ayafileio.configure({"inline_read_max": 0})
            async with ayafileio.open(file.name, "r+b") as f:
                await f.read()
                await f.write(b"y")
                await f.sync()
            # A close that runs into its timeout starts the timers of Go's runtime, which then keeps
            # two descriptors of its own for the rest of the process.
            ayafileio.configure({"close_timeout_ms": 1})
            reader, writer = os.pipe()
            pipe = ayafileio.wrap_file(reader, "rb", owns_fd=True)
            waiting = await loops.started(pipe.read(1))
            await pipe.close()
            await asyncio.gather(waiting, return_exceptions=True)
            os.close(writer)
            ayafileio.reset_config()

    for kind in loops.KINDS:
        if not loops.missing(kind):
            loops.run_on(kind, use())


@pytest.fixture(autouse=True)
def no_descriptor_left(request: pytest.FixtureRequest, warm_library: None) -> Iterator[None]:
    """Every test gives back each descriptor that it, or the library for it, has opened."""
    before = probes.descriptors()
    yield

    def left() -> dict[int, str]:
        return {fd: to for fd, to in probes.descriptors().items() if before.get(fd) != to}

    if left() and not probes.settles(lambda: not left(), 2.0):
        pytest.fail(f"descriptors left open: {left()}")


@pytest.fixture
def workdir() -> Iterator[pathlib.Path]:
    """An empty directory on the file system under test (AYAFILEIO_TEST_DIR, else the usual temp)."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="aya-", dir=BASE))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def sample(workdir: pathlib.Path) -> pathlib.Path:
    """A file of 64 KiB in which each word names its offset."""
    path = workdir / "sample.bin"
    path.write_bytes(probes.pattern(65536))
    return path


@pytest.fixture
def target(workdir: pathlib.Path) -> pathlib.Path:
    """A path where nothing exists yet."""
    return workdir / "target.bin"


def no_disk(path: str | os.PathLike[str]) -> str:
    """Why O_DIRECT cannot be used here; empty if it can."""
    probe = pathlib.Path(path) / "direct-probe"
    probe.write_bytes(b"\0" * 4096)
    try:
        os.close(os.open(probe, os.O_RDONLY | os.O_DIRECT))
    except OSError as error:
        return f"no O_DIRECT in {path}: {error}"
    finally:
        probe.unlink()
    return ""


@pytest.fixture
def direct_dir(workdir: pathlib.Path) -> Iterator[pathlib.Path]:
    """A directory where O_DIRECT works; tmpfs has it only on recent kernels."""
    reason = no_disk(workdir)
    if reason:
        pytest.skip(reason)
    yield workdir


def pytest_collection_modifyitems(items: list[Any]) -> None:
    # Tests that fork or count threads of the whole process run last, when nothing else is under way.
    items.sort(key=lambda item: item.path.name in ("test_processes.py", "test_stress.py"))
