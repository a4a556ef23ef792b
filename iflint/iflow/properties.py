"""Parameter files: the grammar of java.util.Properties, with the place of every value.

The grammar is that of ``java.util.Properties.load(Reader)`` (Java 17): logical lines are joined
first, then split at the separator, then unescaped.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from iflint.limits import PARAMETERS, numbered
from iflint.places.location import Location
from iflint.places.problems import Problem, ProblemKind, Problems, without_excerpt
from iflint.places.text_file import CharacterMap, Mapped, TextFile, decode, read_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from iflint.places.edits import Edit
    from iflint.places.location import FileLocation
    from iflint.places.text_file import Origin

_BLANK = re.compile(r"(?:[ \t\f\r\n]|\\(?:\r\n|[\r\n](?!\Z)))*+")
_COMMENT = re.compile(r"[^\r\n]*+")
_LINE = re.compile(r"(?:[^\\\r\n]++|\\(?:\r\n|[\r\n])[ \t\f]*+|\\[^\r\n]|\\\Z)*+")
_CONTINUATION = re.compile(r"\\(?:\r\n|[\r\n])[ \t\f]*|\\\Z|\\[^\r\n]")
_KEY = re.compile(r"(?:[^\\=: \t\f]++|\\.)*+", re.DOTALL)
_SEPARATOR = re.compile(r"[ \t\f]*+(?:[=:][ \t\f]*+)?")
UNICODE_ESCAPE = (
    r"u(?P<high>[dD][89abAB][0-9a-fA-F]{2})\\u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|u(?P<unit>[0-9a-fA-F]{4})"
)
"""What stands behind the backslash of a character's escape, here as in JSON: a pair of surrogates,
or one UTF-16 unit."""
_ESCAPE = re.compile(
    rf"\\(?:{UNICODE_ESCAPE}|(?P<malformed>u)|(?P<char>.)|\Z)",
    re.DOTALL,
)
_CONTROL = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}


class Parameter(msgspec.Struct, frozen=True):
    """One entry: the origin is the value's; an empty value stands where its entry stands."""

    name: str
    value: str
    name_origin: Origin
    origin: Origin


class ParameterFile(msgspec.Struct, frozen=True):
    """The entries of one file by name; of entries with the same name, the last.

    Where the file tells of which artifact each is, ``artifacts`` has them by its id. ``undefined``
    are the names of which it says that their values come from elsewhere.
    """

    location: FileLocation
    entries: dict[str, Parameter]
    problems: tuple[Problem, ...] = ()
    artifacts: dict[str, ParameterFile] = {}
    undefined: frozenset[str] = frozenset()

    def of(self, artifact: str) -> ParameterFile:
        """What it says for the artifact with this id."""
        if not self.artifacts:
            return self
        return self.artifacts.get(artifact, ParameterFile(self.location, {}))


def parse_properties(data: bytes, location: FileLocation) -> ParameterFile:
    r"""The entries of a properties file; never raises.

    Read as UTF-8 if valid, else as ISO-8859-1; marked UTF-16 is read too. A ``\u`` without four
    hexadecimal digits, where Java gives up the file, is a problem, and its line is left out.
    """
    try:
        file = read_text(data, location)
    except UnicodeDecodeError as error:
        return ParameterFile(location, {}, (not_decodable(location, error),))
    return properties_of(file)


def properties_of(file: TextFile) -> ParameterFile:
    """The entries of a decoded properties file; no line of it is shown, any may hold a secret.

    The markers of a merge conflict are entries to Java: here they are a problem.
    """
    if "\0" in file.text:
        return ParameterFile(file.location, {}, (_no_text(file.location),))
    entries: dict[str, Parameter] = {}
    problems = Problems()
    for conflict in _conflicts(file):
        problems.add_last(conflict)
    for number, (start, end) in enumerate(_logical_lines(file.text)):
        if number == PARAMETERS.value:
            problems.add_last(_too_many(file.location))
            break
        entry = _entry(file, start, end, problems)
        if entry is not None:
            entries[entry.name] = entry
    return ParameterFile(file.location, entries, tuple(map(without_excerpt, problems.told())))


def _too_many(location: FileLocation) -> Problem:
    message = f"The file has more than {numbered(PARAMETERS.value)} values; only these are read"
    return Problem(ProblemKind.ARTIFACT, Location(location), message, PARAMETERS.remedy)


def _no_text(location: FileLocation) -> Problem:
    return Problem(
        ProblemKind.ARTIFACT,
        Location(location),
        "The file holds a NUL character, so it is no properties file",
        "Save the file as UTF-8, or export it again",
    )


def _conflicts(file: TextFile) -> list[Problem]:
    if not any(sign in file.text for sign in ("<<<<<<<", ">>>>>>>")):
        return []
    from iflint.iflow.conflicts import conflict_in

    conflict = conflict_in(file)
    return [] if conflict is None else [conflict]


def not_decodable(location: FileLocation, error: UnicodeDecodeError) -> Problem:
    """The problem of a file whose bytes do not fit the encoding that its mark names."""
    return Problem(
        ProblemKind.ARTIFACT,
        Location(location),
        f"The file begins with the mark of {error.encoding.upper()} but is not "
        f"{error.encoding.upper()} from byte {error.start} on",
        "Save the file as UTF-8",
    )


def _logical_lines(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each logical line, without blank lines and comments."""
    at = 0
    while True:
        at = _end(_BLANK, text, at)
        if at == len(text):
            return
        if text[at] in "#!":
            at = _end(_COMMENT, text, at)
            continue
        end = _end(_LINE, text, at)
        yield at, end
        at = end


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


def _entry(file: TextFile, start: int, end: int, problems: Problems) -> Parameter | None:
    line = file.text[start:end]
    name_origin, origin = _Half(file, start, end, 0), _Half(file, start, end, 1)
    if "\\" not in line:
        key_end, value_start = _split(line)
        return Parameter(line[:key_end], line[value_start:], name_origin, origin)
    line = _CONTINUATION.sub(_kept, line)
    malformed = _malformed(line)
    if malformed is not None:
        escape = malformed, min(malformed + 6, len(line))
        problems.add(
            lambda: Problem(
                ProblemKind.ARTIFACT,
                Mapped(file, _joined(file, start, end)[1]).locate(*escape),
                "A \\u escape is not followed by four hexadecimal digits, "
                "so that Java can't read the file",
                "Write the character itself, or double the backslash if one is meant",
            )
        )
        return None
    key_end, value_start = _split(line)
    name = _ESCAPE.sub(unescaped, line[:key_end])
    return Parameter(name, _ESCAPE.sub(unescaped, line[value_start:]), name_origin, origin)


class _Half:
    """Where the name or the value of an entry stands: its line is decoded again when asked."""

    __slots__ = ("end", "file", "half", "start")

    def __init__(self, file: TextFile, start: int, end: int, half: int) -> None:
        self.file = file
        self.start = start
        self.end = end
        self.half = half

    def locate(self, start: int = 0, end: int | None = None) -> Location:
        """The place of the characters ``start`` to ``end`` of the name or value."""
        return self._mapped()[0].locate(start, end)

    def edit(self, text: str, start: int = 0, end: int | None = None) -> Edit:
        """The change that makes ``start`` to ``end`` read as ``text``.

        Escaped are what the grammar requires and what the value has escaped already. A character
        outside ASCII is escaped, unless the file is in UTF-8 or UTF-16 and shows that it is.
        """
        mapped, line = self._mapped()
        habits = {
            escape[1] for escape in re.compile(_NEEDLESS).finditer(line, _split(line)[self.half])
        }
        return mapped.edit(_written(text, habits, plain=not _is_unicode(self.file)), start, end)

    def _mapped(self) -> tuple[Mapped, str]:
        """The origin of the decoded half, and its whole line, continuations joined."""
        line, joined = _joined(self.file, self.start, self.end)
        decoded = _halves(line)[self.half][1]
        return Mapped(Mapped(self.file, joined), decoded), line


_NEEDLESS = r"\\(?:\\|([=:#! \"',;+]))"
_LETTERS = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\f": "\\f"}


def _is_unicode(file: TextFile) -> bool:
    """Whether any character can surely stand in the file as it is: ASCII may mean ISO-8859-1."""
    return file.encoding != "iso-8859-1" and not (file.encoding == "utf-8" and file.text.isascii())


def _written(text: str, habits: Collection[str | None], *, plain: bool) -> str:
    """A value as a properties file holds it; in ASCII alone if it is to be ``plain``."""
    parts = []
    for at, character in enumerate(text):
        if character in _LETTERS:
            parts.append(_LETTERS[character])
        elif character in habits or (at == 0 and character in "=: "):
            parts.append(f"\\{character}")
        elif character < " " or (plain and not character.isascii()):
            units = character.encode("utf-16-be", "surrogatepass")
            parts += (f"\\u{units[n]:02X}{units[n + 1]:02X}" for n in range(0, len(units), 2))
        else:
            parts.append(character)
    return "".join(parts)


def _joined(file: TextFile, start: int, end: int) -> tuple[str, CharacterMap]:
    """A logical line without its continuations."""
    return decode(file.text, start, end, _CONTINUATION, _kept)


def _split(line: str) -> tuple[int, int]:
    """Where the name of a joined line ends and where its value starts."""
    key_end = _end(_KEY, line, 0)
    return key_end, _end(_SEPARATOR, line, key_end)


def _halves(line: str) -> tuple[tuple[str, CharacterMap], tuple[str, CharacterMap]]:
    """The name and the value of a joined line."""
    key_end, value_start = _split(line)
    whole = (0, len(line))
    return (
        decode(line, 0, key_end, _ESCAPE, unescaped, whole),
        decode(line, value_start, len(line), _ESCAPE, unescaped, whole),
    )


def _kept(escape: re.Match[str]) -> str:
    """An escape stays; a backslash goes that stands before a line end, or at the end."""
    escaped = escape[0]
    return escaped if len(escaped) == 2 and escaped[1] not in "\r\n" else ""


def _malformed(line: str) -> int | None:
    if "\\u" not in line:
        return None
    for escape in _ESCAPE.finditer(line):
        if escape["malformed"]:
            return escape.start()
    return None


def unescaped(escape: re.Match[str], control: Mapping[str, str] = _CONTROL) -> str:
    """What an escape of Java, or of JSON with its own ``control`` characters, stands for."""
    if escape["high"]:
        high, low = int(escape["high"], 16), int(escape["low"], 16)
        return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    if escape["unit"]:
        return chr(int(escape["unit"], 16))
    return control.get(escape["char"] or "", escape["char"] or "")
