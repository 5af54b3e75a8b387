"""Walks the conformance cases through the public surface of the package.

    python conformance.py DIRECTORY CASE...

Prints a line for each case: passed or failed, its name, and what was not as expected. It judges
nothing else: which cases run where, and which must fail, is the business of `go run ./ci conformance`.
A case with fault rules wants them in the environment of the process.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import inspect
import json
import os
import pathlib
import sys
import tempfile
import threading
from typing import Any

import conformance_calls as calls

import ayafileio

SUITE = pathlib.Path(__file__).resolve().parents[2] / "spec" / "conformance.gen.json"
PATIENCE = 120  # seconds; only a hang meets it
ENDS = ("read", "write")
FLAGS = {"append": os.O_APPEND, "create": os.O_CREAT, "exclusive": os.O_EXCL, "truncate": os.O_TRUNC}


class Unexpected(Exception):
    """Something is not as the case says."""


def content(data: Any) -> bytes:
    """The bytes that a case describes."""
    if isinstance(data, str):
        return data.encode()
    if "hex" in data:
        return bytes.fromhex(data["hex"])
    if "zeros" in data:
        return bytes(data["zeros"])
    if "repeat" in data:
        return bytes(data["repeat"].encode() * data["count"])
    first = data.get("offset", 0)
    return bytes((o ^ o >> 8 ^ (o >> 16) * 31) & 0xFF for o in range(first, first + data["pattern"]))


def system_flags(words: list[str]) -> int:
    """What os.open takes for the words of a case."""
    access = os.O_RDWR if set(ENDS) <= set(words) else os.O_WRONLY if "write" in words else os.O_RDONLY
    return access | os.O_CLOEXEC | sum(FLAGS.get(word, 0) for word in words)


class Loop:
    """An event loop on a thread of its own: one of the two queues."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

    def run(self, work: Any) -> Any:
        try:
            return asyncio.run_coroutine_threadsafe(work, self.loop).result(PATIENCE)
        except concurrent.futures.TimeoutError:
            raise Unexpected("never finished") from None


class Operation:
    """An operation under way. `got` is what was given or raised, or a task that will know it."""

    def __init__(self, loop: Loop, call: calls.Call, got: Any) -> None:
        self.loop, self.call, self.got, self.cancelled = loop, call, got, False

    def cancel(self) -> None:
        self.cancelled = asyncio.isfuture(self.got) and bool(self.loop.loop.call_soon_threadsafe(self.got.cancel))

    async def outcome(self) -> Any:
        if not asyncio.isfuture(self.got):
            return self.got
        await asyncio.wait([self.got])
        return asyncio.CancelledError() if self.got.cancelled() else self.got.exception() or self.got.result()

    def is_error(self, name: str, failure: BaseException | None, usage: bool) -> bool:
        if name == "none" or failure is None:
            return name == "none" and failure is None
        kind, codes = self.call.raises.get(name) or (usage and calls.USAGE.get(name)) or calls.ERRORS[name]
        if name == "ECANCELED" and self.cancelled:
            kind, codes = calls.CANCELLED, ()
        if kind is ValueError and isinstance(failure, OSError):
            return False  # io.UnsupportedOperation is both
        return isinstance(failure, kind) and (not codes or getattr(failure, "errno", None) in codes)

    def compare(self, expect: dict[str, Any]) -> None:
        got = self.loop.run(self.outcome())
        failure = got if isinstance(got, BaseException) else None
        wanted = self.call.instead or expect.get("refused", expect.get("error", "none"))
        wanted = wanted if isinstance(wanted, list) else [wanted]
        if not any(self.is_error(name, failure, "refused" in expect) for name in wanted):
            raise Unexpected(f"{failure!r} instead of {' or '.join(wanted)}")
        if failure or self.call.instead or isinstance(got, ayafileio.AsyncFile):
            return
        parts = got if isinstance(got, list) else [got] if isinstance(got, bytes) else []
        result = got or 0 if isinstance(got, int | None) else sum(map(len, parts))
        if result != expect.get("result", result) or result < expect.get("at_least", result):
            raise Unexpected(f"the result is {result}")
        if "data" in expect and got != content(expect["data"]):
            raise Unexpected(f"{got!r:.60} was read")
        for part, want in zip(parts, expect.get("segments", [])):
            if len(part) != want.get("result", len(part)) or part != content(want.get("data", {"hex": part.hex()})):
                raise Unexpected(f"a part is {part!r:.60}")


class Runner:
    """Walks one case in a directory of its own."""

    def __init__(self, loops: list[Loop], directory: str) -> None:
        self.loops, self.directory = loops, os.fsencode(directory)
        self.files: dict[str, Any] = {}
        self.started: dict[str, Operation] = {}
        self.pipes: dict[str, list[int]] = {}

    def mode(self, words: list[str]) -> str:
        kind = "a" if "append" in words else "r" if "read" in words else "w"
        return f"{kind}+b" if set(ENDS) <= set(words) else f"{kind}b"

    def opener(self, words: list[str], further: int = 0) -> Any:
        return lambda path, _flags: os.open(path, system_flags(words) | further, 0o666)

    def path(self, name: Any) -> bytes:
        raw = content(name)
        return raw if raw.startswith(b"/") else self.directory + b"/" + raw

    def prepare(self, path: bytes, what: Any) -> None:
        special = what if isinstance(what, dict) else {}
        if "directory" in special:
            os.mkdir(path)
        elif "fifo" in special:
            os.mkfifo(path)
        elif "link" in special:
            os.symlink(special["link"], path)
        elif "forbidden" in special:
            os.close(os.open(path, os.O_CREAT, 0))
        else:
            with open(path, "wb") as file:
                file.truncate(special["hole"]) if "hole" in special else file.write(content(what))

    def descriptor(self, source: Any, flags: list[str]) -> int:
        if isinstance(source, int):
            return source
        if "path" in source:
            return os.open(self.path(source["path"]), system_flags(source["flags"]))
        ends, end = self.pipes[source["pipe"]], ENDS.index(source.get("end", "read"))
        fd = ends[end]
        ends[end] = -1 if "owns_fd" in flags else fd
        return fd

    async def begin(self, step: dict[str, Any], make: Any, args: dict[str, Any]) -> Any:
        kinds = {"path": self.path, "data": content, "fd": lambda fd: self.descriptor(fd, args["flags"]), "segments": list}
        args = {name: kinds.get(name, lambda value: value)(value) for name, value in args.items()}
        if "segments" in args:
            args["segments"] = [(p["offset"], content(p["data"]) if "data" in p else p["length"]) for p in args["segments"]]
        try:
            got = make(self, self.files.get(step.get("file", "")), args)
        except Exception as error:  # found before anything was submitted
            return error
        if "as" in step:
            self.files[step["as"]] = got
        if inspect.isawaitable(got):
            got = asyncio.ensure_future(got)
            await asyncio.sleep(0)  # the first step of a task is the start of its operation
        return got

    def step(self, step: dict[str, Any], call: calls.Call | None) -> None:
        if call and call.make:  # else it is left out
            args = next(step[key] for key in ("configure", "read_file", "write_file", "args", "op") if key in step)
            loop = self.loops[step.get("queue", 1) - 1]
            operation = Operation(loop, call, loop.run(self.begin(step, call.make, args if isinstance(args, dict) else {})))
            if "start" in step:
                self.started[step["start"]] = operation
            else:
                operation.compare(step.get("expect", {}))
        elif "wait" in step:
            self.started.pop(step["wait"]).compare(step.get("expect", {}))
        elif "drain" in step:
            while self.started:
                self.started.pop(next(iter(self.started))).compare({})
        elif "cancel" in step:
            self.started[step["cancel"]].cancel()
        elif "pipe" in step:
            self.pipes[step["pipe"]] = list(os.pipe())
        elif "feed" in step:
            os.write(self.pipes[step["feed"]][1], content(step["data"]))
        elif "hang_up" in step:
            self.hang_up(step["hang_up"], ENDS.index(step.get("end", "write")))
        elif "change" in step:
            pathlib.Path(os.fsdecode(self.path(step["change"]))).open("ab", 0).write(content(step["append"]))
        elif "content" in step:
            self.look(self.path(step["content"]), step)

    def hang_up(self, name: str, end: int) -> None:
        if (fd := self.pipes[name][end]) >= 0:
            os.close(fd)
            self.pipes[name][end] = -1

    def look(self, path: bytes, step: dict[str, Any]) -> None:
        if os.path.lexists(path) == ("absent" in step):
            raise Unexpected(f"{path!r} is {'there' if 'absent' in step else 'missing'}")
        if "size" in step and os.lstat(path).st_size != step["size"]:
            raise Unexpected(f"the size is {os.lstat(path).st_size}")
        if "is" in step and (found := pathlib.Path(os.fsdecode(path)).read_bytes()) != content(step["is"]):
            raise Unexpected(f"the content is {found!r:.60}")

    async def finish(self) -> None:
        """Gives back what the case has left open."""
        for operation in self.started.values():
            operation.cancel()
        for file in self.files.values():
            await asyncio.wait([asyncio.ensure_future(file.close())])
        for name, end in ((name, end) for name in self.pipes for end in (0, 1)):
            self.hang_up(name, end)


def run(name: str, case: dict[str, Any], loops: list[Loop]) -> None:
    with tempfile.TemporaryDirectory(prefix="case-", dir=sys.argv[1]) as directory:
        ayafileio.configure(case.get("options", {}))
        runner = Runner(loops, directory)
        try:
            for path, what in case.get("files", {}).items():
                runner.prepare(runner.path(path), what)
            for number, (step, call) in enumerate(zip(case["steps"], calls.CASES[name])):
                try:
                    runner.step(step, call)
                except Exception as error:
                    raise Unexpected(f"step {number} {json.dumps(step)[:150]}: {error}") from error
        finally:
            loops[0].run(runner.finish())
            ayafileio.reset_config()


if __name__ == "__main__":
    suite, both = json.loads(SUITE.read_text()), [Loop(), Loop()]
    for name in sys.argv[2:]:
        try:
            run(name, suite["cases"][name], both)
            print("passed", name, sep="\t", flush=True)
        except Exception as error:
            print("failed", name, error, sep="\t", flush=True)
