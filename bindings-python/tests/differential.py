"""Random operation sequences, run on a built-in file and on ours, compared step by step.

A sequence is plain data made from a seed: it can be printed, shortened and run again. What the
two sides may do differently on purpose is in `DOCUMENTED` of test_differential.py.
"""

from __future__ import annotations

import io
import os
import pathlib
import random
from dataclasses import dataclass, field, replace
from typing import Any

import ayafileio

Step = tuple[Any, ...]


@dataclass(frozen=True)
class Case:
    """One sequence: how the file is opened, what is in it before, and what is done to it."""

    seed: int
    mode: str
    options: dict[str, Any]
    before: bytes | None
    steps: tuple[Step, ...]

    def describe(self) -> str:
        before = self.before if self.before is None or len(self.before) < 200 else (len(self.before), "bytes")
        lines = [f"open(mode={self.mode!r}, **{self.options!r}) on {before!r}"]
        return "\n  ".join(lines + [repr(step) if len(repr(step)) < 200 else repr(step)[:200] for step in self.steps])


@dataclass
class Trace:
    """What a side answered: one entry per step, and the file's contents in the end."""

    answers: list[Any] = field(default_factory=list)
    cookies: list[int] = field(default_factory=list)
    after: bytes | None = None
    stateful = False  # the position was set by a cookie that is more than a number of bytes
    undefined = False  # the built-in wrote at such a position

    def cookie(self, index: int) -> int:
        """A place to seek to: one that tell has returned before, if it has."""
        return self.cookies[index % len(self.cookies)] if self.cookies else 0


# --- making sequences

START = (1 << 64) - 1  # the part of a built-in's cookie that is a number of bytes
READS = {"read", "readline", "readlines", "iterate", "readinto"}
WRITES = {"write", "writelines"}


def admissible(mode: str, steps: tuple[Step, ...]) -> bool:
    """Whether the built-in's answers are defined: the rules that DOCUMENTED gives reasons for."""
    text, last, seek_due, read_ahead = "b" not in mode, "", False, False
    for step in steps:
        name = step[0]
        if name.startswith("seek"):
            last, seek_due = "", False
            read_ahead = read_ahead and step[2:] != (2,)
            continue
        if seek_due:
            return False
        kind = "read" if name in READS else "write" if name in WRITES else name
        if text and ({kind, last} == {"read", "write"} or (kind == "truncate" and last)):
            return False
        if "a" in mode and last == "write" and kind in ("read", "tell", "truncate"):
            return False
        if "a" in mode and kind == "write" and read_ahead:
            return False
        if kind in ("read", "write"):
            last, read_ahead = kind, read_ahead or kind == "read"
        seek_due = text and kind == "truncate"
    return not seek_due


class Maker:
    """Makes the steps of one case; knows which orders of steps mean the same to both sides."""

    def __init__(self, rng: random.Random, mode: str, text: bool, pieces: list[Any], sizes: list[int]) -> None:
        self.rng, self.mode, self.text = rng, mode, text
        self.pieces, self.sizes = pieces, sizes
        self.readable = "r" in mode or "+" in mode
        self.writable = "r" not in mode or "+" in mode
        self.read_ahead = False
        self.single_writes = False  # where writelines is not comparable
        self.last = ""  # "read" or "write" since the last seek
        self.tells = 0
        self.steps: list[Step] = []

    def piece(self) -> Any:
        pick = self.rng.choice(self.pieces)
        return pick * self.rng.choice([0, 1, 1, 1, 2, 3, self.rng.choice([1, 50, 400])])

    def seek(self) -> None:
        rng = self.rng
        kind = rng.choice(["start", "cookie", "end", "zero"] if self.text else ["set", "set", "cookie", "end", "cur", "end"])
        if kind == "cookie" and self.tells:
            self.steps.append(("seek_cookie", rng.randrange(self.tells)))
        elif kind == "set":
            self.steps.append(("seek", rng.choice(self.sizes), 0))
        elif kind == "cur":
            # Backwards past the start is an error for both, and moves neither.
            self.steps.append(("seek", rng.choice([0, 1, 5, -1, -3, 100, -100]), 1))
        elif kind == "end":
            self.steps.append(("seek", 0 if self.text else rng.choice([0, -1, -5, 3, -1000]), 2))
        else:
            self.steps.append(("seek", 0, 0))
        self.last = ""

    def read(self) -> None:
        rng = self.rng
        kind = rng.choice(["read", "read", "readline", "readline", "readlines", "iterate", "readall", "readinto"])
        if kind == "read":
            self.steps.append(("read", rng.choice([0, 1, 2, 3, 7, 20, 100, 1000, 8192, 70_000, -1])))
        elif kind == "readlines":
            self.steps.append(("readlines", rng.choice([-1, 0, 1, 10, 500])))
        elif kind == "iterate":
            self.steps.append(("iterate", rng.choice([1, 2, 3, 10, 10**6])))
        elif kind == "readinto" and not self.text:
            self.steps.append(("readinto", rng.choice([0, 1, 10, 300, 9000, 70_000])))
        elif kind == "readall":
            self.steps.append(("read", -1))
        else:
            self.steps.append(("readline",))
        self.last, self.read_ahead = "read", True

    def write(self) -> None:
        if self.rng.random() < 0.7 or self.single_writes:
            self.steps.append(("write", self.piece()))
        else:
            self.steps.append(("writelines", [self.piece() for _ in range(self.rng.randrange(4))]))
        self.last = "write"

    def truncate(self) -> None:
        if self.text:
            # In text mode the built-in's truncate() means the place up to which it has read ahead.
            self.steps.append(("truncate", self.rng.choice([0, *(size // 4 * 4 for size in self.sizes)])))
            self.seek()
        else:
            self.steps.append(("truncate", self.rng.choice([None, *self.sizes])))

    def tell(self) -> None:
        self.steps.append(("tell",))
        self.tells += 1

    def next_step(self) -> None:
        rng = self.rng
        kinds = ["seek", "tell", "flush"]
        kinds += ["read"] * 5 if self.readable else []
        kinds += ["write"] * 4 + ["truncate"] if self.writable else []
        if rng.random() < 0.02:  # what the mode does not allow is the same error on both sides
            kinds = ["read", "write"]
        kind = rng.choice(kinds)
        # Where the built-in's answer depends on how far it has read ahead or on what is still
        # buffered, a seek comes in between (reasons in DOCUMENTED).
        turns = {"read", "write"} == {kind, self.last}
        if self.text and (turns or (kind == "truncate" and self.last)):
            self.seek()
        if "a" in self.mode and self.last == "write" and kind in ("read", "tell", "truncate"):
            self.steps.append(("seek", 0, rng.choice([0, 2])))
            self.last = ""
        if "a" in self.mode and kind == "write" and self.read_ahead:
            self.steps.append(("seek", 0, 2))
            self.last, self.read_ahead = "", False
        getattr(self, kind)() if kind != "flush" else self.steps.append(("flush",))

    def make(self, count: int) -> tuple[Step, ...]:
        while len(self.steps) < count:
            self.next_step()
        assert admissible(self.mode, tuple(self.steps)), self.steps
        return tuple(self.steps)


# --- running them


def described(error: BaseException) -> tuple[str, Any]:
    """An error as far as both sides must agree on it."""
    if isinstance(error, io.UnsupportedOperation):
        return ("error", "unsupported")
    if isinstance(error, UnicodeError):
        return ("error", type(error).__name__)
    if isinstance(error, (OSError, ValueError)):
        # A negative target is a ValueError or EINVAL even among the built-in's own classes.
        return ("error", "OSError or ValueError")
    return ("error", type(error).__name__)


def builtin_step(f: Any, step: Step, trace: Trace) -> Any:
    name, arguments = step[0], step[1:]
    if name == "seek_cookie":
        cookie = trace.cookie(arguments[0])
        if "b" not in f.mode and cookie & START == 0 and cookie >> 128 == 0:
            cookie = 0  # DOCUMENTED: the start is the start, whatever the decoder has seen there
        trace.stateful = cookie > START
        f.seek(cookie)
        return "sought"
    trace.stateful = trace.stateful and name not in ("seek", "truncate")
    if trace.stateful and name in WRITES:
        trace.undefined = True
    if name == "tell":
        trace.cookies.append(f.tell())
        return trace.cookies[-1]
    if name == "iterate":
        return builtin_lines(f, lambda lines: len(lines) >= arguments[0])
    if name == "readlines" and arguments[0] > 0 and isinstance(f, io.TextIOBase):
        return builtin_lines(f, lambda lines: sum(map(len, lines)) > arguments[0])
    if name == "readinto":
        buffer = bytearray(b"\xee" * arguments[0])
        return (f.readinto(buffer), bytes(buffer))
    return getattr(f, name)(*arguments)


def builtin_lines(f: Any, enough: Any) -> list[Any]:
    """Lines by readline: next(), and so readlines(hint) too, takes the place of a built-in text file away."""
    lines: list[Any] = []
    while not enough(lines) and (line := f.readline()):
        lines.append(line)
    return lines


async def aya_step(f: Any, step: Step, trace: Trace) -> Any:
    name, arguments = step[0], step[1:]
    if name == "seek_cookie":
        await f.seek(trace.cookie(arguments[0]))
        return "sought"
    if name == "tell":
        trace.cookies.append(await f.tell())
        return trace.cookies[-1]
    if name == "iterate":
        lines: list[Any] = []
        if arguments[0] == 0:
            return lines
        async for line in f:
            lines.append(line)
            if len(lines) == arguments[0]:
                break
        return lines
    if name == "readinto":
        buffer = bytearray(b"\xee" * arguments[0])
        return (await f.readinto(buffer), bytes(buffer))
    return await getattr(f, name)(*arguments)


def ended(answer: Any) -> bool:
    """After a codec's error neither side's read-ahead is defined any more: the sequence ends."""
    return isinstance(answer, tuple) and answer[:1] == ("error",) and str(answer[1]).startswith("Unicode")


def run_builtin(case: Case, path: pathlib.Path) -> Trace:
    trace = Trace()
    prepare(case, path)
    try:
        with open(path, case.mode, **builtin_options(case)) as f:
            for step in case.steps:
                try:
                    trace.answers.append(builtin_step(f, step, trace))
                except Exception as error:
                    trace.answers.append(described(error))
                if ended(trace.answers[-1]):
                    break
    except OSError as error:
        trace.answers.append(("open", type(error).__name__))
    trace.after = path.read_bytes() if path.exists() else None
    return trace


async def run_aya(case: Case, path: pathlib.Path) -> Trace:
    trace = Trace()
    prepare(case, path)
    try:
        async with ayafileio.open(path, case.mode, **case.options) as f:  # type: ignore[call-overload]
            for step in case.steps:
                try:
                    trace.answers.append(await aya_step(f, step, trace))
                except Exception as error:
                    trace.answers.append(described(error))
                if ended(trace.answers[-1]):
                    break
    except OSError as error:
        trace.answers.append(("open", type(error).__name__))
    trace.after = path.read_bytes() if path.exists() else None
    return trace


def builtin_options(case: Case) -> dict[str, Any]:
    """A built-in text file cannot be as finely buffered as ours; nothing of that may show."""
    options = dict(case.options)
    options.pop("auto_flush", None)
    if "b" not in case.mode:
        options.pop("buffering", None)
    return options


def prepare(case: Case, path: pathlib.Path) -> None:
    if case.before is None:
        path.unlink(missing_ok=True)
    else:
        path.write_bytes(case.before)


def difference(case: Case, want: Trace, got: Trace) -> str:
    """The first difference that is not a documented one; empty if there is none."""
    text = "b" not in case.mode
    # DOCUMENTED: a strict error shows when the bad bytes are decoded, and both read ahead differently far.
    wrong = next((i for i, answer in enumerate(want.answers) if ended(answer)), None)
    early = next((i for i, answer in enumerate(got.answers) if ended(answer)), None)
    if wrong is not None and early != wrong:
        defined = min(wrong, len(got.answers) if early is None else early)
        cut = replace(case, steps=case.steps[:defined])
        return difference(cut, Trace(want.answers[:defined]), Trace(got.answers[:defined]))
    for index, step in enumerate(case.steps):
        if index >= len(want.answers) or index >= len(got.answers):
            break
        a, b = want.answers[index], got.answers[index]
        if text and step[0] == "write" and isinstance(a, int) and isinstance(b, int):
            continue  # DOCUMENTED: bytes, not characters; test_text.py checks the number
        if text and step[0] == "tell" and isinstance(a, int) and isinstance(b, int):
            continue  # DOCUMENTED: cookies are opaque; what they lead back to is compared
        if text and step[0] == "tell" and a == ("error", "OSError or ValueError"):
            continue  # DOCUMENTED: the built-in sometimes cannot tell
        if text and step[0] == "seek" and not isinstance(a, tuple) and not isinstance(b, tuple):
            continue
        if a != b:
            return f"step {index} {step!r:.200}:\n    built-in {a!r:.500}\n    ours     {b!r:.500}"
    if len(want.answers) != len(got.answers):
        return f"built-in made {len(want.answers)} steps, ours {len(got.answers)}: {want.answers[-1:]} {got.answers[-1:]}"
    if want.after != got.after:
        return f"the file afterwards:\n    built-in {want.after!r:.500}\n    ours     {got.after!r:.500}"
    return ""


async def compare(case: Case, where: pathlib.Path) -> str:
    want = run_builtin(case, where / "builtin")
    if want.undefined or text_cannot_tell(case, want):
        return ""
    return difference(case, want, await run_aya(case, where / "ours"))


def text_cannot_tell(case: Case, want: Trace) -> bool:
    """A cookie that the built-in could not give cannot be sought to on both sides: not comparable."""
    lost = any(
        step[0] == "tell" and isinstance(answer, tuple)
        for step, answer in zip(case.steps, want.answers, strict=False)
    )
    return lost and any(step[0] == "seek_cookie" for step in case.steps)


async def shrink(case: Case, where: pathlib.Path) -> tuple[Case, str]:
    """Leaves out steps, and bytes of the file, as long as a difference remains."""
    reason = await compare(case, where)
    width = max(1, len(case.steps) // 2)
    while width:
        at = 0
        while at < len(case.steps):
            shorter = replace(case, steps=case.steps[:at] + case.steps[at + width :])
            if admissible(case.mode, shorter.steps) and (why := await compare(shorter, where)):
                case, reason = shorter, why
            else:
                at += width
        width //= 2
    while case.before and len(case.before) > 1:
        shorter = replace(case, before=case.before[: len(case.before) // 8 * 4])
        why = await compare(shorter, where)
        if not why:
            break
        case, reason = shorter, why
    return case, reason


def leftovers(where: pathlib.Path) -> None:
    for name in ("builtin", "ours"):
        if os.path.exists(where / name):
            os.unlink(where / name)
