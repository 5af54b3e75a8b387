"""The codec side of a text file: decoding, encoding, and positions that mean characters.

The file keeps a window of decoded text and hands out of it on its own (text.c). The coroutines here run when the
window does not hold what is wanted; each runs while it has the file's turn, so none runs beside another.

A window consists of pieces, one for each chunk of bytes that was decoded and is not used up. A piece knows what state
the decoder had before it and which bytes it was fed, which is what it takes to say where in the file a character is.
Reading extends the window before it takes anything out of it, so a cancelled wait loses nothing.
"""

from __future__ import annotations

import codecs
import io
import locale
import os
from collections.abc import Iterable
from typing import Any, NamedTuple

_NEWLINES = (None, "", "\n", "\r", "\r\n")


class _Piece(NamedTuple):
    flags: int  # the decoder's state before the piece
    held: bytes  # what the decoder held back of earlier bytes
    fed: bytes  # what it was fed
    characters: int  # what came out


def _resolve_encoding(encoding: str | None) -> str:
    resolved: str = io.text_encoding(encoding, 4)  # type: ignore[attr-defined, unused-ignore]
    if resolved != "locale":
        return resolved
    if hasattr(locale, "getencoding"):  # CPython 3.11
        resolved = locale.getencoding()
    else:
        resolved = locale.getpreferredencoding(False)
    return resolved


class Text:
    """State of one text file. It never refers to the file, so that a forgotten file is collected at once."""

    __slots__ = (
        "encoding", "errors", "line_buffering", "_newline", "_universal", "_write_newline", "_decoder", "_encoder",
        "_pieces", "_codec", "_prefix_counts",
    )  # fmt: skip

    def __init__(self, file: Any, encoding: Any, errors: Any, newline: Any, line_buffering: bool) -> None:
        if encoding is not None and not isinstance(encoding, str):
            raise TypeError(f"open() argument 'encoding' must be str or None, not {type(encoding).__name__}")
        if errors is not None and not isinstance(errors, str):
            raise TypeError(f"open() argument 'errors' must be str or None, not {type(errors).__name__}")
        if newline is not None and not isinstance(newline, str):
            raise TypeError(f"open() argument 'newline' must be str or None, not {type(newline).__name__}")
        if newline not in _NEWLINES:
            raise ValueError(f"illegal newline value: {newline!r}")
        self.encoding = _resolve_encoding(encoding)
        codec = codecs.lookup(self.encoding)
        if not codec._is_text_encoding:
            raise LookupError(
                f"{self.encoding!r} is not a text encoding; use codecs.open() to handle arbitrary codecs"
            )
        self.errors = "strict" if errors is None else errors
        self.line_buffering = line_buffering
        self._codec = codec
        self._newline = newline
        self._universal = not newline
        ending = os.linesep if newline is None else newline
        self._write_newline = ending if ending not in ("", "\n") else None
        self._decoder: Any = None
        self._encoder: Any = None
        self._pieces: list[_Piece] = []
        # Codecs in which a prefix of the text has exactly its own encoding as a prefix of the bytes.
        self._prefix_counts = codec.name in ("utf-8", "ascii", "iso8859-1") and self.errors == "strict"
        file._set_text_fast(
            newline in (None, "\n"),
            codec.name == "utf-8" and self.errors == "strict" and self._write_newline is None and not line_buffering,
        )

    @property
    def newlines(self) -> Any:
        return getattr(self._decoder, "newlines", None)

    # ---- the window ----

    def _make_decoder(self) -> Any:
        decoder: Any = self._codec.incrementaldecoder(self.errors)
        if self._universal:
            decoder = io.IncrementalNewlineDecoder(decoder, self._newline is None)
        self._decoder = decoder
        return decoder

    def _drop_window(self, file: Any) -> None:
        self._pieces = []
        file._set_window(None, 0)

    async def _extend(self, file: Any) -> bool:
        """Decode one more chunk behind what is still unread; False at the end of the file."""
        decoder = self._decoder or self._make_decoder()
        data = await file._raw_chunk()
        held, flags = decoder.getstate()
        text = decoder.decode(data, not data)
        window, at = file._window()
        if window is None or at == len(window):
            self._pieces = []
            file._set_window(text, 0)
        else:
            dropped = 0
            pieces = self._pieces
            while pieces and dropped + pieces[0].characters <= at:
                dropped += pieces.pop(0).characters
            file._set_window(window[dropped:] + text, at - dropped)
        self._pieces.append(_Piece(flags, held, data, len(text)))
        return bool(data)

    # ---- reading ----

    async def read(self, file: Any, size: int) -> str:
        if size < 0:
            return await self._read_all(file)
        while True:
            window, at = file._window()
            have = 0 if window is None else len(window) - at
            if have >= size or not await self._extend(file):
                break
        window, at = file._window()
        text: str = window[at : at + size] if window is not None else ""
        if window is not None:
            file._set_window(window, at + len(text))
        return text

    async def _read_all(self, file: Any) -> str:
        decoder = self._decoder or self._make_decoder()
        data = await file._raw_read()
        window, at = file._window()
        text: str = decoder.decode(data, True)
        if window is not None and at < len(window):
            text = window[at:] + text
        self._drop_window(file)
        return text

    async def next(self, file: Any) -> str:
        line = await self.readline(file)
        if not line:
            raise StopAsyncIteration
        return line

    async def readline(self, file: Any) -> str:
        scanned = 0
        while True:
            window, at = file._window()
            if window is not None:
                end = self._line_end(window, at + scanned)
                if end >= 0:
                    file._set_window(window, end)
                    return window[at:end]  # type: ignore[no-any-return]
                # A carriage return at the very end may be the first half of a line end.
                scanned = max(0, len(window) - at - (1 if self._newline == "\r\n" else 0))
            if not await self._extend(file):
                break
        window, at = file._window()
        end = self._line_end(window, at + scanned)
        if end >= 0:
            file._set_window(window, end)
            return window[at:end]  # type: ignore[no-any-return]
        # As the built-in: at the end of the file the position is the byte's, whatever the decoder's state.
        self._drop_window(file)
        return window[at:]  # type: ignore[no-any-return]

    def _line_end(self, text: str, start: int) -> int:
        """Where the line that is searched from start ends, behind its line end; -1 if it does not."""
        if self._newline != "":
            ending = self._newline or "\n"
            found = text.find(ending, start)
            return found + len(ending) if found >= 0 else -1
        feed = text.find("\n", start)
        back = text.find("\r", start, feed if feed >= 0 else len(text))
        if back < 0:
            return feed + 1 if feed >= 0 else -1
        return back + 2 if back + 1 == feed else back + 1

    async def readlines(self, file: Any, hint: int) -> list[str]:
        lines = []
        total = 0
        while line := await self.readline(file):
            lines.append(line)
            total += len(line)
            if 0 < hint < total:
                break
        return lines

    # ---- writing ----

    async def _start_encoder(self, file: Any) -> Any:
        """One byte order mark per file: none where something precedes what is written."""
        encoder = self._codec.incrementalencoder(self.errors)
        try:
            if await file._raw_tell() != 0:
                encoder.setstate(0)
        except OSError:
            pass  # no position, so what is written is the start
        self._encoder = encoder
        return encoder

    async def write(self, file: Any, text: str) -> int:
        """The number of bytes, which is this library's promise where the built-in counts characters."""
        await self._settle(file)
        encoder = self._encoder or await self._start_encoder(file)
        count: int = await file._raw_write(encoder.encode(self._with_line_ends(text)))
        if self.line_buffering and ("\n" in text or "\r" in text):
            await file.flush()
        return count

    async def writelines(self, file: Any, lines: Iterable[str]) -> None:
        """One write of lines that were encoded one by one: some codecs make other bytes of their whole."""
        await self._settle(file)
        encoder = self._encoder or await self._start_encoder(file)
        parts = []
        ends_line = False
        for line in lines:
            if not isinstance(line, str):
                raise TypeError(f"write() argument must be str, not {type(line).__name__}")
            ends_line = ends_line or "\n" in line or "\r" in line
            parts.append(encoder.encode(self._with_line_ends(line)))
        await file._raw_write(b"".join(parts))
        if self.line_buffering and ends_line:
            await file.flush()

    def _with_line_ends(self, text: str) -> str:
        return text if self._write_newline is None else text.replace("\n", self._write_newline)

    async def _settle(self, file: Any) -> None:
        """Before a write: the position becomes that of the next character, wherever the reading ahead had got to."""
        window, _ = file._window()
        if window is None:
            return
        try:
            cookie = await self.tell(file)
        except OSError:
            self._drop_window(file)
            return
        position = cookie & _MASK
        await file._raw_seek(position)
        self._drop_window(file)
        self._decoder.reset()

    # ---- positions ----

    async def tell(self, file: Any) -> int:
        position: int = await file._raw_tell()
        window, at = file._window()
        if window is None or not self._pieces:
            return position
        pieces = self._pieces
        index = 0
        while index < len(pieces) - 1 and at >= pieces[index].characters:
            at -= pieces[index].characters
            index += 1
        piece = pieces[index]
        position -= sum(len(each.fed) for each in pieces[index:]) + len(piece.held)
        if at == 0:
            # At the start the decoder is as new, whatever it says: the place is simply the start.
            return _pack(position, piece.flags) if position else 0
        if at == piece.characters and index == len(pieces) - 1:
            held, flags = self._decoder.getstate()
            if not held:
                return _pack(position + len(piece.held) + len(piece.fed), flags)
        if self._prefix_counts and not piece.held and self.newlines in (None, "\n"):
            start = sum(each.characters for each in pieces[:index])
            return position + len(window[start : start + at].encode(self.encoding))
        return self._find(position, piece, at)

    def _find(self, position: int, piece: _Piece, at: int) -> int:
        """Search for the least number of bytes that decode to at characters."""
        data = piece.held + piece.fed
        decoder = self._decoder
        saved = decoder.getstate()

        def decoded(count: int) -> tuple[int, bytes, int]:
            decoder.setstate((b"", piece.flags))
            length = len(decoder.decode(data[:count]))
            held, flags = decoder.getstate()
            return length, held, flags

        try:
            low, high = 0, len(data)
            while low < high:
                middle = (low + high) // 2
                if decoded(middle)[0] < at:
                    low = middle + 1
                else:
                    high = middle
            length, held, flags = decoded(low)
            if length == at and not held:
                return _pack(position + low, flags)
            # One byte made several characters: begin before it, where the decoder holds nothing back, and skip.
            while low > 0:
                low -= 1
                length, held, flags = decoded(low)
                if length <= at and not held:
                    break
            else:
                length, flags = 0, piece.flags
            return _pack(position + low, flags, len(data) - low, at - length)
        finally:
            decoder.setstate(saved)

    async def seek(self, file: Any, target: int, whence: int) -> int:
        if whence == 1:
            if target != 0:
                raise io.UnsupportedOperation("can't do nonzero cur-relative seeks")
            target = await self.tell(file)
        elif whence == 2:
            if target != 0:
                raise io.UnsupportedOperation("can't do nonzero end-relative seeks")
            position: int = await file._raw_seek(0, 2)
            self._drop_window(file)
            if self._decoder is not None:
                self._decoder.reset()
            self._restart_encoder(position)
            return position
        elif whence != 0:
            raise ValueError(f"invalid whence ({whence}, should be 0, 1 or 2)")
        if not isinstance(target, int):
            raise TypeError(f"offset must be an integer, not {type(target)!r}")
        if target < 0:
            raise ValueError(f"negative seek position {target!r}")
        position, flags, feed, skip = _unpack(target)
        await file._raw_seek(position)
        self._drop_window(file)
        decoder = self._decoder or self._make_decoder()
        if target == 0:
            decoder.reset()
        else:
            decoder.setstate((b"", flags))
        if skip:
            data = await file._raw_read(feed)
            text = decoder.decode(data)
            if len(text) < skip:
                raise OSError("can't restore logical file position")
            self._pieces = [_Piece(flags, b"", data, len(text))]
            file._set_window(text, skip)
        self._restart_encoder(target)
        return target

    def _restart_encoder(self, position: int) -> None:
        if self._encoder is not None:
            if position != 0:
                self._encoder.setstate(0)
            else:
                self._encoder.reset()

    async def truncate(self, file: Any, size: int | None) -> int:
        if size is None:
            size = await self.tell(file)
        return await file._raw_truncate(size)  # type: ignore[no-any-return]


# A position in a text file is the byte where the decoder was last in a known state, and how to get from there to the
# character. For most codecs and places everything but the byte is zero, and the cookie is the byte's own number.
_BITS = 64
_MASK = (1 << _BITS) - 1


def _pack(position: int, flags: int = 0, feed: int = 0, skip: int = 0) -> int:
    if position == 0 and skip == 0:
        return 0  # the start is the start, whatever the decoder saw there: a mark has to be written again
    return position | flags << _BITS | feed << 2 * _BITS | skip << 3 * _BITS


def _unpack(cookie: int) -> tuple[int, int, int, int]:
    return cookie & _MASK, cookie >> _BITS & _MASK, cookie >> 2 * _BITS & _MASK, cookie >> 3 * _BITS
