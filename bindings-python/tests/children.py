"""Runs a piece of Python in a child process and says what came out of it."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import sys
import textwrap

import ayafileio

# The child must find the same package, installed or built in place.
PACKAGE_ROOT = str(pathlib.Path(ayafileio.__file__).resolve().parent.parent)
TESTS = str(pathlib.Path(__file__).resolve().parent)


def environment(**extra: str) -> dict[str, str]:
    """This process's environment, able to import the package and the suite's modules."""
    env = dict(os.environ)
    paths = [PACKAGE_ROOT, TESTS, env.get("PYTHONPATH", "")]
    env["PYTHONPATH"] = os.pathsep.join(p for p in paths if p)
    env.update(extra)
    return env


def start(
    source: str, *arguments: object, flags: tuple[str, ...] = (), env: dict[str, str] | None = None
) -> subprocess.Popen[str]:
    """Starts `python flags -c source arguments`."""
    return subprocess.Popen(
        [sys.executable, *flags, "-c", textwrap.dedent(source), *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=env or environment(),
    )


def run(
    source: str,
    *arguments: object,
    flags: tuple[str, ...] = (),
    env: dict[str, str] | None = None,
    timeout: float = 60,
    code: int | None = 0,
    quiet: bool = True,
) -> subprocess.CompletedProcess[str]:
    """Runs it to its end. A child must exit with `code` and, if quiet, print nothing to stderr."""
    with start(source, *arguments, flags=flags, env=env) as child:
        try:
            out, err = child.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGABRT)  # Go and faulthandler both print where they hang
            out, err = child.communicate()
            raise AssertionError(f"child hung for {timeout} s\n{out}\n{err}") from None
    result = subprocess.CompletedProcess(child.args, child.returncode, out, err)
    if code is not None:
        assert child.returncode == code, f"exit code {child.returncode}\n{out}\n{err}"
    if quiet:
        assert err == "", f"stderr is not empty:\n{err}"
    return result
