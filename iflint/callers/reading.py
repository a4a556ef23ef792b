"""The bytes of a file to the callers in it, by the notation that the file has."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from iflint.callers.finder import Finder
from iflint.callers.model import Callers
from iflint.callers.owners import NOBODY, Owner
from iflint.callers.settling import settled
from iflint.callers.signs import may_hold_callers, surely_of_callers
from iflint.callers.trees.hcl_tree import TERRAFORM, read_hcl
from iflint.callers.trees.json_tree import read_json
from iflint.callers.trees.nodes import Budget, Layer, Mapping
from iflint.limits import DOCUMENT_BYTES, numbered
from iflint.pki.files import FileContent, block_region, read_certificate_text
from iflint.places.location import Location, file_name
from iflint.places.problems import Problem, ProblemKind
from iflint.places.text_file import read_damaged_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iflint.callers.trees.nodes import Node
    from iflint.places.location import FileLocation
    from iflint.places.text_file import TextFile

_YAML = (".yaml", ".yml", ".mtaext")
_SHELL = (".sh", ".env")
_BEGINS_JSON = re.compile(r"^[ \t]*+(?=[{\[])", re.MULTILINE)
_HOLDS_JSON = re.compile(
    r"^[ \t]*+(?:(?:export[ \t]++)?\w++=)?(?=[{\[])"
    r"|(?<=[\s=(])'(?=[{\[])"
    r'|(?<![^\s=(])(?="[{\[](?:\s|\\[nrt])*+\\?")',
    re.MULTILINE,
)
"""Where JSON begins in lines of something else: at a line's begin, or quoted as shells do.

Also a string of JSON alone, as ``terraform output -json`` prints it for a key.
"""
_LIKE_TERRAFORM = re.compile(
    r"^(?:resource|data|module|locals|variable|output|provider|terraform)\b[^\n={]*+\{",
    re.MULTILINE,
)
_LIKE_YAML = re.compile(r"^[ \t]*+(?:- )?[\"']?[\w.-]++[\"']?:(?:[ \t\r\n]|\Z)", re.MULTILINE)
_TEMPLATE = "{{"
"""How a template of Helm may begin, and no JSON does."""
_GETTING, _OF_INSTANCE, _AS = "Getting key ", " for service instance ", " as "
"""What the ``cf`` command prints before a key (``cf service-key``, versions 6 to 8)."""


def read_callers(data: bytes, file: FileLocation) -> Callers:
    """The callers in a file of any notation, with all certificates that its trees hold.

    Never raises.
    """
    if len(data) > DOCUMENT_BYTES.value:
        message = f"the file is larger than {numbered(DOCUMENT_BYTES.value)} bytes"
        remedy = f"split the file, or {DOCUMENT_BYTES.option}"
        problem = Problem(ProblemKind.CERTIFICATE, Location(file), message, remedy)
        return Callers(problems=(problem,))
    if not may_hold_callers(data):
        return Callers()
    return _in_trees(data, read_damaged_text(data, file))


def read_loose(data: bytes, file: FileLocation) -> FileContent:
    """The certificates and private keys that stand alone in a text, as PEM.

    Of a document that may be anything, what is wrong with these is nobody's problem.
    """
    if len(data) > DOCUMENT_BYTES.value:
        return FileContent()
    text = read_damaged_text(data, file)
    found = read_certificate_text(text.text, file, partial(block_region, text))
    return FileContent(certificates=found.certificates, keys=found.keys)


def _in_trees(data: bytes, text: TextFile) -> Callers:
    budget = Budget()
    finder = Finder(text.location, budget, of_mappings=b"CertificateUserMapping" in data)
    for node, owner in _trees(Layer(text), budget, file_name(Location(text.location))):
        finder.walk(node, owner)
    finder.end(cut=budget.left < 0 and surely_of_callers(data))
    return settled(finder.found, _stem(text.location))


def _trees(layer: Layer, budget: Budget, name: str) -> Iterator[tuple[Node, Owner]]:
    """The trees of a text, by its first letter, its name, or what it looks like."""
    text, lower = layer.text, name.lower()
    if lower.endswith(_SHELL):
        yield from _json(layer, budget, _HOLDS_JSON)
    elif text.lstrip()[:1] in ("{", "[") and not text.lstrip().startswith(_TEMPLATE):
        yield from _json(layer, budget)
    elif text.lstrip()[:1] == "<":
        from iflint.callers.trees.xml_tree import read_xml

        if (root := read_xml(layer, budget)) is not None:
            yield root, NOBODY
    elif lower.endswith(TERRAFORM) or _LIKE_TERRAFORM.search(text):
        yield read_hcl(layer, budget), NOBODY
    else:
        yield from _yaml_or_plain(layer, budget, lower)


def _yaml_or_plain(layer: Layer, budget: Budget, name: str) -> Iterator[tuple[Node, Owner]]:
    is_yaml = name.endswith(_YAML)
    if is_yaml or (_LIKE_YAML.search(layer.text) and not _BEGINS_JSON.search(layer.text)):
        from iflint.callers.trees.yaml_tree import read_yaml

        documents = read_yaml(layer, budget)
        yield from ((document, NOBODY) for document in documents)
        if any(isinstance(document, Mapping) for document in documents):
            return
    yield from _json(layer, budget, _HOLDS_JSON)


def _json(
    layer: Layer, budget: Budget, begins: re.Pattern[str] = _BEGINS_JSON
) -> Iterator[tuple[Node, Owner]]:
    """The values of JSON in a text: one, several, or between lines of something else."""
    at = 0
    while budget.left > 0 and (begin := begins.search(layer.text, at)) is not None:
        node, end = read_json(layer, begin.end(), budget)
        if node is not None:
            yield node, _announced(layer.text[at : begin.start()])
        at = max(end, begin.end() + 1)


def _announced(before: str) -> Owner:
    """The key and its instance, by what the ``cf`` command prints, or is given, before it."""
    if (given := _LAST_COMMAND.search(before[-_LONGEST_PREAMBLE:])) is not None:
        return _asked_for(given["words"].split(), is_key=given["key"] is not None)
    for line in reversed(before[-_LONGEST_PREAMBLE:].splitlines()):
        if line.startswith(_GETTING) and _OF_INSTANCE in line:
            name, _, rest = line.removeprefix(_GETTING).partition(_OF_INSTANCE)
            return Owner(name=name.strip(), instance=rest.partition(_AS)[0].strip(), is_key=True)
    return NOBODY


def _asked_for(words: list[str], *, is_key: bool) -> Owner:
    """What a command makes: a key of an instance, or an instance of a service and its plan."""
    known = ["" if "$" in word else word.strip("\"'") for word in words if word[0] not in "-\\"]
    if is_key:
        instance, name = (*known, "", "")[:2]
        return Owner(name=name, instance=instance, is_key=True)
    service, plan, name = (*known, "", "", "")[:3]
    return Owner(name=name, is_instance=True, service=service, plan=plan, references=(name,))


_LONGEST_PREAMBLE = 1000
"""Characters. Ours: the command prints a line of at most some 200, and an empty one."""
_LAST_COMMAND = re.compile(
    r"\bcf[ \t]++(?:(?P<key>create-service-key|csk)|create-service|cs)[ \t]++"
    r"(?P<words>(?:\\\r?\n|[^\n])*+)\Z"
)


def _stem(file: FileLocation) -> str:
    name = file_name(Location(file))
    return name.rpartition(".")[0] or name
