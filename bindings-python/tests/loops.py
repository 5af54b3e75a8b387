"""Runs a coroutine on one of the event loops that the suite covers.

There is no plugin between a test and its loop: what asyncio would only print (an exception
nobody retrieved, a callback that raised) makes the test fail.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Coroutine
from typing import Any, TypeVar

try:
    import uvloop
except ImportError as error:  # no wheel for this interpreter
    uvloop = None
    UVLOOP_MISSING = f"uvloop cannot be imported: {error}"
else:
    UVLOOP_MISSING = ""

T = TypeVar("T")

KINDS = ("asyncio", "uvloop")


def missing(kind: str) -> str:
    """Why this kind of loop cannot be used here; empty if it can."""
    return UVLOOP_MISSING if kind == "uvloop" else ""


def run_on(kind: str, work: Coroutine[Any, Any, T]) -> T:
    """Runs the coroutine on a fresh loop and fails if the loop had anything to complain about."""
    complaints: list[dict[str, Any]] = []

    async def supervised() -> T:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, context: complaints.append(context))
        return await work

    run = uvloop.run if kind == "uvloop" else asyncio.run
    result = run(supervised())
    assert not complaints, f"the event loop reported: {complaints}"
    return result


def is_async_test(function: Any) -> bool:
    """Whether a test has to be run on a loop."""
    return inspect.iscoroutinefunction(inspect.unwrap(function))


def finish_now(awaitable: Any) -> Any:
    """The result of an awaitable that must finish at its first step, without a turn of the loop."""
    steps = awaitable.__await__()
    try:
        yielded = steps.send(None)
    except StopIteration as done:
        return done.value
    steps.close()
    raise AssertionError(f"needed a turn of the loop (yielded {yielded!r})")


async def started(awaitable: Any) -> asyncio.Task[Any]:
    """A task that has taken its first step, so its operation is under way."""

    async def carry() -> Any:
        return await awaitable

    task = asyncio.ensure_future(carry())
    await asyncio.sleep(0)
    return task
