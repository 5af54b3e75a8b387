"""Every promise of the library's behaviour, in the suite's own words, and the marker that ties tests to it.

A test names the promise it keeps with `@promise("reads.to-end")`. test_promises.py fails when a
promise has no test or a test names a promise that is not listed here.
"""

from __future__ import annotations

import pytest

PROMISES: dict[str, str] = {
    # --- position
    "position.own": "The position belongs to the file object, not to the descriptor.",
    "position.reserved": "An operation takes its place at the first step of its awaitable.",
    "position.never-started": "An operation that never starts does nothing, and warns.",
    "position.reads-disjoint": "Reads in flight together return consecutive slices, in order of start.",
    "position.writes-ordered": "Writes in flight together land in order of start.",
    "position.no-turn": "seek and tell finish without a turn of the loop.",
    "position.atomic": "seek then read in one task is atomic against other tasks on the handle.",
    "position.crowd": "100,000 tasks of seek and read on one handle all get the right bytes.",
    "position.after-short": "After a short read the position is where the data ended.",
    "position.after-error": "After an error the position is where the data ended.",
    "position.after-cancel": "After a cancellation the position is where the data ended.",
    "position.negative": "A negative target is an error and moves nothing.",
    "position.at-apart": "read_at and write_at never touch the position.",
    "position.at-parallel": "read_at and write_at run in parallel.",
    # --- reads
    "reads.to-end": "read(-1) reads to the end.",
    "reads.zero": "read(0) returns nothing.",
    "reads.end-empty": "At the end every read is empty.",
    "reads.growing": "A file that grows while open is seen to grow.",
    "reads.untrusted-size": "/proc, /sys, pipes and devices are read until their end, whatever their size says.",
    "reads.huge": "Reads above 2 GiB are whole.",
    "reads.interrupted": "EINTR and EAGAIN are retried.",
    # --- writes
    "writes.huge": "Writes above 2 GiB are whole.",
    "writes.whole": "A write is complete or an error, never silently short.",
    "writes.gathered": "Small writes are gathered in the file's buffer.",
    "writes.pushed-by-flush": "flush pushes the buffer.",
    "writes.pushed-by-close": "close pushes the buffer.",
    "writes.pushed-by-seek": "seek pushes the buffer.",
    "writes.pushed-by-read": "A read pushes the buffer.",
    "writes.pushed-when-full": "A full buffer is pushed; `buffering` says its size, `buffer_size` the default.",
    "writes.error-at-push": "An error of gathered data is raised by the call that pushes it.",
    "writes.nothing-dropped": "Data whose push failed is not silently dropped.",
    "writes.auto-flush": "auto_flush=True hands every write to the system before it resolves.",
    "writes.unbuffered": "buffering=0 hands every write to the system before it resolves.",
    "writes.flush": "flush hands data to the operating system.",
    "writes.sync": "sync puts data and metadata on stable storage.",
    "writes.datasync": "datasync puts data on stable storage.",
    "writes.small-copied": "A small block is copied at the call.",
    "writes.large-pinned": "A large block is pinned until its write has completed.",
    "writes.append": "Appending is the system's own: concurrent appenders never overwrite each other.",
    "writes.read-back": "A handle reads back what was written through it, buffered or not.",
    # --- open
    "open.checked-at-call": "Wrong arguments are a ValueError or TypeError at the call.",
    "open.no-block": "open never blocks the loop.",
    "open.error-awaited": "The system's errors are raised where the open is awaited: await, async with, first operation.",
    "open.error-named": "An open's error carries errno and filename.",
    "open.modes": "Modes are r w a x, optional +, b or t, and nothing else.",
    "open.permissions": "Created files have 0666 less umask.",
    "open.cloexec": "Descriptors are closed on exec.",
    "open.paths": "Paths are str, bytes or any PathLike.",
    "open.nul": "A NUL in a path is an error.",
    "open.raw-names": "Names that are not UTF-8 work.",
    "open.directory": "A directory is refused.",
    # --- close
    "close.idempotent": "close may be called again.",
    "close.waits": "close waits for what is in flight.",
    "close.timeout": "After close_timeout_ms close cancels what is still in flight.",
    "close.no-block": "close never blocks the loop.",
    "close.flush-error": "close reports the error of the last flush.",
    "close.releases": "close always releases the descriptor, whatever fails.",
    "close.collected": "A collected file releases its descriptor, writes its buffer and warns with ResourceWarning.",
    "close.at-exit": "A file left open at a normal exit has its buffer written.",
    "close.then-error": "An operation on a closed file is an error, never a stale descriptor.",
    "wrap.sources": "wrap_file takes a descriptor or an object with fileno().",
    "wrap.alive": "wrap_file keeps the object alive.",
    "wrap.no-truncate": "wrap_file does not truncate.",
    "wrap.offset": "wrap_file does not move the descriptor's own offset.",
    "wrap.ownership": "wrap_file closes the descriptor only with owns_fd=True.",
    # --- cancelling
    "cancel.kernel": "Cancelling a task cancels the operation in the kernel.",
    "cancel.buffer": "The buffer of a cancelled operation stays alive until the kernel is done with it.",
    "cancel.quiet": "A cancellation prints nothing.",
    "cancel.no-leak": "A cancellation leaks nothing.",
    "cancel.usable": "The file stays usable after a cancellation.",
    # --- loops
    "loops.any": "A file works from any loop, one after the other.",
    "loops.threads": "A file works from several threads, each with a loop.",
    "loops.nothing-left": "Nothing per loop outlives the loop.",
    "loops.no-stall": "The loop is never stalled by any operation.",
    # --- processes
    "processes.fork": "After fork the child works.",
    "processes.exit": "Exit with operations in flight is clean.",
    "processes.signals": "The host's signals reach the host.",
    # --- errors
    "errors.unsupported": "Reading a write-only file, and the reverse, is io.UnsupportedOperation.",
    "errors.table": "A system error is the exception class that Python has for it.",
    "errors.usage": "A usage error says what was passed and what is allowed.",
    "errors.options": "An unknown option name is an error that lists the known ones.",
    # --- text
    "text.encoding": "encoding works as in the built-in open.",
    "text.errors": "errors works as in the built-in open.",
    "text.newline": "newline None, '', LF, CR and CRLF work as in the built-in open.",
    "text.characters": "read(n) counts characters.",
    "text.chunks": "Decoding goes on across chunk borders.",
    "text.bom": "One byte order mark per file.",
    "text.cookies": "seek accepts what tell returned.",
    "text.line-speed": "Lines are iterated out of a buffer, not one system call each.",
    "text.write-bytes": "write returns the number of bytes encoded.",
}


def promise(name: str) -> pytest.MarkDecorator:
    """Marks a test as one that keeps a promise."""
    return pytest.mark.promise(name)
