"""The input tree, and the plain synchronous pass that everything is compared with."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import pathlib
import shutil
import time
from collections.abc import Callable, Sequence

Advance = Callable[[int], object]


@dataclasses.dataclass(frozen=True)
class Tree:
    root: pathlib.Path
    files: Sequence[str]  # relative to the root, sorted
    size: int

    @classmethod
    def scan(cls, root: pathlib.Path, limit: int) -> Tree:
        files = []
        size = 0
        for folder, folders, names in os.walk(root):
            folders.sort()
            for name in sorted(names):
                path = os.path.join(folder, name)
                if os.path.isfile(path) and not os.path.islink(path):
                    files.append(os.path.relpath(path, root))
        files.sort()
        if limit:
            files = files[:limit]
        size = sum(os.path.getsize(root / name) for name in files)
        return cls(root, files, size)


def digest(data: bytes) -> bytes:
    """The same for every way, so that it weighs on all of them alike."""
    return hashlib.sha256(data).digest()


def digests_of(root: pathlib.Path, files: Sequence[str], advance: Advance = lambda n: None) -> dict[str, bytes]:
    found = {}
    for name in files:
        with open(root / name, "rb") as f:
            found[name] = digest(f.read())
        advance(1)
    return found


def reference(tree: Tree) -> tuple[dict[str, bytes], float]:
    """Also brings the tree into the page cache, so that no later pass pays for the disk."""
    start = time.perf_counter()
    found = digests_of(tree.root, tree.files)
    return found, time.perf_counter() - start


def prepare_copy(tree: Tree, target: pathlib.Path) -> None:
    """An empty folder with the tree's folders in it; making them is not part of what is measured."""
    shutil.rmtree(target, ignore_errors=True)
    for folder in {os.path.dirname(name) for name in tree.files}:
        (target / folder).mkdir(parents=True, exist_ok=True)
