"""Where output goes: standard output as its console can show it, or a file as a whole."""

from __future__ import annotations

import contextlib
import errno
import importlib
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TextIO

from iflint.console import progress_bar
from iflint.console.interface import Failure, WrongUsage, silence_stdout
from iflint.console.interruption import taken_back
from iflint.values import STANDARD_OUTPUT
from iflint.words.terminal import DEFAULT_WIDTH, Style
from iflint.words.visible import ascii_only, powerless, with_plain_symbols

if TYPE_CHECKING:
    from io import TextIOWrapper

    from iflint.report.pieces import Pieces

WIDEST = 1000  # columns; ours: no terminal has as many, and padding to more only costs time
_PIECE = 1 << 20
"""Characters that are encoded at a time. Ours."""


def wants_colour(setting: str, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether standard output gets colours.

    ``setting`` is ``always``, ``never`` or ``auto``, which asks ``NO_COLOR`` (no-color.org),
    then ``FORCE_COLOR`` (force-color.org), each counting when it is not empty, then whether
    this is a terminal that knows more than plain text.
    """
    if setting != "auto":
        return setting == "always"
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    return environment.get("TERM") != "dumb" and is_terminal()


def is_terminal() -> bool:
    """Whether a person reads standard output directly."""
    try:
        return sys.stdout is not None and sys.stdout.isatty()
    except ValueError:
        return False


def width() -> int:
    """The columns of standard output: ``COLUMNS``, else the terminal's, else 80."""
    from iflint.words.terminal import DEFAULT_WIDTH, MINIMUM_WIDTH

    given = os.environ.get("COLUMNS", "")
    if given.isascii() and given.isdigit() and 0 < len(given) < 6 and int(given):
        return min(max(int(given), MINIMUM_WIDTH), WIDEST)
    try:
        columns = os.get_terminal_size(sys.stdout.fileno()).columns
    except (OSError, ValueError, AttributeError):
        return DEFAULT_WIDTH
    return min(max(columns, MINIMUM_WIDTH), WIDEST) if columns else DEFAULT_WIDTH


def print_text(render: Callable[[bool], str]) -> None:
    """Print text for people: ``render(False)``, or ``render(True)`` for a poor character set.

    A character set counts as poor when it lacks more than the symbols that ASCII can stand for,
    without moving anything. Raises `Failure` when standard output can't be written.
    """
    encoding = _console_encoding()
    with progress_bar.shown("writing the report"):
        text = powerless(render(False))
        data = _encoded(text, encoding)
        if data is None:
            data = powerless(render(True)).encode(encoding, "backslashreplace")
    if is_terminal():
        _understand_colours()
    write_bytes(data)


def _encoded(text: str, encoding: str) -> bytes | None:
    """The text for a console, with plain symbols where it lacks others; None if it lacks more."""
    for each in (text, with_plain_symbols(text, encoding)):
        with contextlib.suppress(UnicodeEncodeError):
            return each.encode(encoding)
    return None


def print_aside(render: Callable[[bool], str]) -> None:
    """Print text for people on standard error, beside data on standard output.

    ``render`` is that of `print_text`; nothing more can be done if it can't be written.
    """
    stream: TextIO | None = sys.stderr
    if stream is None:
        return
    text = powerless(render(False))
    try:
        text.encode(stream.encoding or "utf-8")
    except UnicodeEncodeError:
        text = powerless(render(True))
    with contextlib.suppress(OSError, ValueError):
        stream.write(text)
        stream.flush()


def write_text(path: str | None, setting: str, render: Callable[[Style], str]) -> None:
    """Write what people read to a file, or to standard output for ``-`` and None.

    ``setting`` tells when standard output gets colours; a file gets them by ``always`` alone.
    Raises `Failure`.
    """
    if path is not None and path != STANDARD_OUTPUT:
        style = Style(setting == "always", DEFAULT_WIDTH, ascii=False)
        write_file(path, powerless(render(style)))
        return
    style = Style(wants_colour(setting), width(), ascii=False)
    poor = Style(style.colour, style.width, ascii=True)
    print_text(lambda plain: ascii_only(render(poor)) if plain else render(style))


def write_data(path: str | None, text: str | Pieces) -> None:
    """Write a machine's format, always UTF-8, where `write_text` would. Raises `Failure`."""
    if path is None or path == STANDARD_OUTPUT:
        _write_pieces(_pieces(text))
    else:
        write_file(path, text)


def write_file(path: str, text: str | Pieces) -> None:
    r"""Write a file as a whole or not at all: UTF-8, lines end in ``\n``.

    It is written beside its place and then renamed, with the permissions of a new file. Where
    ``path`` is a pipe or another thing that is no regular file, or stands for standard output
    (``/dev/stdout``), that is written into directly. Raises `Failure`, and `WrongUsage` where an
    input would be lost.
    """
    if looks_like_input(path):
        raise WrongUsage([f"{path} is there and looks like an input: give another file"])
    if _is_standard_output(path):
        _write_pieces(_pieces(text))
    else:
        _written(path, _pieces(text))


def _pieces(text: str | Pieces) -> Iterator[bytes]:
    """A text in pieces, since a report may take tens of megabytes, and all of it once is enough."""
    if not isinstance(text, str):
        yield from text
        return
    for at in range(0, len(text), _PIECE):
        yield text[at : at + _PIECE].encode()


def looks_like_input(path: str) -> bool:
    """Whether a file is there that a run would read, or that configures one.

    Its name tells; of a document, whether it holds certificates, keys or callers and is no report
    of ours.
    """
    if not os.path.isfile(path):
        return False
    from iflint.sources.names import Role, role_of

    name = path.replace(os.sep, "/")
    role = role_of(name)
    if role is Role.DOCUMENT:
        return _is_document_of_ours(path)
    return role not in (None, Role.NAMELESS) or name.lower().endswith(_READ_BESIDE)


def _is_document_of_ours(path: str) -> bool:
    """Whether a document would be read as an input.

    JSON by its signs: what reports repeat of an input is an envelope's. In other reports a sign
    may stand in an excerpt; there only what can be read counts.
    """
    from iflint.callers.signs import begins_like_json
    from iflint.limits import DOCUMENT_BYTES
    from iflint.pki.files import may_hold_certificates

    try:
        with open(path, "rb") as file:
            data = file.read(DOCUMENT_BYTES.value)
    except OSError:
        return False
    if begins_like_json(data):
        if b'"format": "iflint-' in data[:_HEAD]:
            return False
        if may_hold_certificates(data):
            return True
    from iflint.engine.file_contents import holds_anything

    return holds_anything(data, path)


_HEAD = 1 << 10  # bytes; ours: an envelope's first lines have below 200
_READ_BESIDE = (".prop", ".propdef", ".properties", ".toml")


def _is_standard_output(path: str) -> bool:
    try:
        status = os.stat(path)
        return bool(status.st_ino) and os.path.samestat(status, os.fstat(sys.stdout.fileno()))
    except (OSError, ValueError, AttributeError):
        return False


def rewrite_file(path: str, before: bytes, after: bytes) -> None:
    """Put ``after`` in the place of ``before``, as a whole or not at all.

    Permissions stay, and owner and group where this user may give a file to them.
    Raises `Failure`, also when the file has changed meanwhile.
    """
    try:
        with open(path, "rb") as file:
            changed = file.read() != before
        status = os.stat(path)
    except OSError as error:
        raise Failure(f"{path} can't be read: {error.strerror or error}") from error
    if changed:
        raise Failure(f"{path} has changed meanwhile: nothing was written to it; run again")
    _written(path, [after], status)


def _written(path: str, pieces: Iterable[bytes], status: os.stat_result | None = None) -> None:
    target = os.path.realpath(path)
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            with open(path, "wb") as file:
                file.writelines(pieces)
        else:
            _replace(target, pieces, status)
    except FileNotFoundError as error:
        folders = (os.path.dirname(path) or os.curdir, os.path.dirname(target))
        missing = next((folder for folder in folders if not os.path.isdir(folder)), None)
        reason = f"there is no folder {missing}" if missing else f"{folders[0]} takes no new file"
        raise Failure(f"{path} can't be written: {reason}") from error
    except OSError as error:
        raise Failure(f"{path} can't be written: {error.strerror or error}") from error


def _replace(target: str, pieces: Iterable[bytes], status: os.stat_result | None) -> None:
    """Write a draft and rename it.

    The file gets the owner, group and permissions of ``status``; None: those of a new file.
    """
    draft = os.path.join(os.path.dirname(target), f".iflint.{os.urandom(8).hex()}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with taken_back(lambda: os.unlink(draft)):
        descriptor = os.open(draft, flags, 0o600 if status else 0o666)
        try:
            with open(descriptor, "wb") as file:
                file.writelines(pieces)
            if status:
                _give_out(draft, status)
            _move(draft, target)
        except BaseException:
            with contextlib.suppress(OSError):
                os.chmod(draft, 0o600)  # Windows deletes nothing that can't be written to
                os.unlink(draft)
            raise


def _move(draft: str, target: str) -> None:
    """Rename it; Windows is asked again for a while, where other programs look at each new file."""
    for pause in _PAUSES:
        try:
            os.replace(draft, target)
        except PermissionError as error:
            if getattr(error, "winerror", None) not in _IN_USE:
                raise
            time.sleep(pause)
        else:
            return
    raise PermissionError(errno.EACCES, "another program has it open, or it is write-protected")


_IN_USE = (5, 32)
"""How Windows numbers that access is denied, and that a file is in use."""
_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8)
"""Seconds. Ours: a scanner of viruses is done by then."""


def _give_out(path: str, status: os.stat_result) -> None:
    """Give a file the owner and the group, as far as possible, and the permissions of another."""
    for owner, group in ((-1, status.st_gid), (status.st_uid, -1)):
        with contextlib.suppress(OSError, AttributeError):
            os.chown(path, owner, group)
    os.chmod(path, status.st_mode & 0o7777)


def _console_encoding() -> str:
    """What a terminal understands; else UTF-8, unless the user's environment says otherwise."""
    declared = getattr(sys.stdout, "encoding", None) or "utf-8"
    return declared if is_terminal() or os.environ.get("PYTHONIOENCODING") else "utf-8"


def _understand_colours() -> None:
    """Make an old Windows console follow colour codes; click brings what that needs."""
    if os.name == "nt":
        with contextlib.suppress(ImportError, AttributeError):
            importlib.import_module("colorama").just_fix_windows_console()


def _taken(stream: TextIOWrapper, data: memoryview) -> int:
    """How much of some bytes a stream takes now; one that is full is waited for."""
    buffer: Any = stream.buffer
    try:
        taken: int = buffer.write(data) or 0
    except BlockingIOError as error:
        taken = error.characters_written
    if not taken:
        import select

        select.select([], [stream.fileno()], [])
    return taken


def write_bytes(data: bytes) -> None:
    """Write bytes to standard output as they are. Raises `Failure`."""
    _write_pieces([data])


def _write_pieces(pieces: Iterable[bytes]) -> None:
    stream: TextIOWrapper | None = sys.stdout  # type: ignore[assignment]
    try:
        if stream is None:
            raise OSError("it is closed")
        stream.flush()
        for piece in pieces:
            rest = memoryview(piece)
            while rest:
                rest = rest[_taken(stream, rest) :]
        stream.buffer.flush()
    except BrokenPipeError:
        silence_stdout()
    except (OSError, ValueError) as error:
        silence_stdout()
        reason = getattr(error, "strerror", None) or error
        raise Failure(f"standard output can't be written: {reason}") from error
