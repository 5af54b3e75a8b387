"""The ways of other languages: one program each, which does the same two jobs when it is asked to.

A program is asked in JSON, one line per message. It first says what it is and which ways it has; then each request
names a job, a way and the files, and is answered with any number of {"done": n} and one {"seconds": …, "digests": …}.
Starting the program is not part of what is measured; it lives through all rounds.
"""

from __future__ import annotations

import json
import pathlib
import shlex
import subprocess
from typing import Any

from jobs import Advance, Tree


class Program:
    def __init__(self, command: str) -> None:
        self._command = command
        # Its errors go to the terminal.
        self._process = subprocess.Popen(shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        hello = self._receive()
        self.about: str = hello["about"]
        self.ways = {name: Remote(self, name) for name in hello["ways"]}

    def ask(self, request: dict[str, Any], advance: Advance) -> tuple[float, dict[str, bytes]]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        self._process.stdin.flush()
        while "done" in (answer := self._receive()):
            advance(answer["done"])
        return answer["seconds"], {name: bytes.fromhex(digest) for name, digest in answer["digests"].items()}

    def close(self) -> None:
        self._process.communicate(timeout=30)

    def _receive(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._command} has ended with {self._process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise RuntimeError(f"{self._command}: {answer['error']}")
        return answer


class Remote:
    """One way of a program."""

    def __init__(self, program: Program, name: str) -> None:
        self._program = program
        self._name = name

    def checksum(self, tree: Tree, in_flight: int, advance: Advance) -> tuple[float, dict[str, bytes]]:
        return self._program.ask(self._request("checksum", tree, in_flight), advance)

    def copy(self, tree: Tree, target: pathlib.Path, in_flight: int, advance: Advance) -> float:
        seconds, _ = self._program.ask(self._request("copy", tree, in_flight) | {"target": str(target)}, advance)
        return seconds

    def _request(self, job: str, tree: Tree, in_flight: int) -> dict[str, Any]:
        return {"job": job, "way": self._name, "root": str(tree.root), "files": tree.files, "inFlight": in_flight}
