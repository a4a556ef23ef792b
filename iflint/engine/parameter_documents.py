"""Parameter values in YAML, as deployment tools have them, each with the artifact that it is of.

Two shapes are known. A step ``integrationArtifactUpdateConfiguration`` has ``integrationFlowId``,
``parameterKey`` and ``parameterValue`` (piper); an artifact with ``artifactId`` has ``parameters``
of ``key`` and ``value`` (FlashPipe), and ``deploymentPrefix`` stands before the ids in the tenant.
A value ``${env:NAME}`` is known where it is deployed only: here it is undefined.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from iflint.callers.trees.nodes import Budget, Layer, Mapping, Node, Sequence, Text
from iflint.callers.trees.yaml_tree import YamlText, read_yaml
from iflint.iflow.properties import Parameter, ParameterFile
from iflint.limits import YAML_CHARACTERS
from iflint.places.edits import CannotWrite
from iflint.places.location import Location, file_name
from iflint.places.problems import Problem, ProblemKind
from iflint.places.text_file import Mapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iflint.places.text_file import TextFile

_FROM_ELSEWHERE = re.compile(r"\$\{env:[^}]*\}")
_GIVE = "Give a properties file, or parameters as piper or FlashPipe have them"

_Found = tuple[str, Text, Text]
"""An artifact's id, the name of a parameter and its value."""


def parameters_in_yaml(file: TextFile) -> ParameterFile:
    """The parameters in a text that is to be YAML. Never raises."""
    problem = _fault(file)
    if problem is not None:
        return ParameterFile(file.location, {}, (problem,))
    budget = Budget()
    documents = read_yaml(Layer(file), budget)
    artifacts: dict[str, dict[str, Parameter | None]] = {}
    for artifact, name, value in _parameters(documents):
        elsewhere = _FROM_ELSEWHERE.search(value.value)
        parameter = None if elsewhere else _parameter(file, name, value)
        artifacts.setdefault(artifact, {})[name.value] = parameter
    if budget.left < 0:
        return _refused(file, f"{_named(file)} is YAML with more in it than is read")
    if not artifacts:
        return _refused(file, f"{_named(file)} is YAML, but in no known shape of parameters")
    each = {artifact: _of(file, values) for artifact, values in artifacts.items()}
    everything = {name: value for own in each.values() for name, value in own.entries.items()}
    return ParameterFile(file.location, everything, artifacts=each)


def _of(file: TextFile, values: dict[str, Parameter | None]) -> ParameterFile:
    entries = {name: value for name, value in values.items() if value is not None}
    return ParameterFile(
        file.location, entries, undefined=frozenset(values.keys() - entries.keys())
    )


def _named(file: TextFile) -> str:
    return f"The file {file_name(Location(file.location))}"


def _refused(file: TextFile, message: str) -> ParameterFile:
    problem = Problem(ProblemKind.ARTIFACT, Location(file.location), message, _GIVE)
    return ParameterFile(file.location, {}, (problem,))


def _fault(file: TextFile) -> Problem | None:
    """Why the text is no YAML that can be read to its end."""
    import yaml

    if len(file.text) > YAML_CHARACTERS.value:
        return _refused(
            file, f"{_named(file)} is larger than is read of YAML (limit {YAML_CHARACTERS.name})"
        ).problems[0]
    try:
        for _ in yaml.parse(file.text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            pass
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        at = min(mark.index, len(file.text)) if mark is not None else 0
        where = file.locate(at, min(at + 1, len(file.text)))
        message = f"The YAML is broken: {error.problem}"
        return Problem(ProblemKind.ARTIFACT, where, message, "Correct the YAML")
    except (yaml.YAMLError, ValueError, RecursionError):
        return _refused(file, f"{_named(file)} is no YAML that can be read").problems[0]
    return None


def _parameters(documents: Iterable[Node]) -> Iterator[_Found]:
    for document in documents:
        prefix = document.text("deploymentprefix") if isinstance(document, Mapping) else None
        for mapping in _mappings(document):
            yield from _of_a_step(mapping)
            yield from _of_an_artifact(mapping, prefix.value if prefix else "")


def _of_a_step(mapping: Mapping) -> Iterator[_Found]:
    fields = mapping.fields
    flow, name, value = map(fields.get, ("integrationflowid", "parameterkey", "parametervalue"))
    if isinstance(flow, Text) and isinstance(name, Text) and isinstance(value, Text):
        yield flow.value, name, value


def _of_an_artifact(mapping: Mapping, prefix: str) -> Iterator[_Found]:
    artifact, parameters = map(mapping.fields.get, ("artifactid", "parameters"))
    if not (isinstance(artifact, Text) and isinstance(parameters, Sequence)):
        return
    for each in parameters.items:
        if not isinstance(each, Mapping):
            continue
        name, value = map(each.fields.get, ("key", "value"))
        if isinstance(name, Text) and isinstance(value, Text):
            yield artifact.value, name, value
            if prefix:
                yield prefix + artifact.value, name, value


def _mappings(document: Node) -> Iterator[Mapping]:
    """All mappings in a document, in its order, each once: an alias may even lead back."""
    seen: set[int] = set()
    pending: list[Node] = [document]
    while pending:
        node = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Mapping):
            yield node
            pending += reversed(node.own.values())
        elif isinstance(node, Sequence):
            pending += reversed(node.items)


def _parameter(file: TextFile, name: Text, value: Text) -> Parameter:
    (name_text, of_name), (value_text, of_value) = name.decoded(), value.decoded()
    return Parameter(
        name_text,
        value_text,
        Mapped(file, of_name),
        Mapped(file, of_value, partial(_written, value if value_text else None)),
    )


def _written(scalar: Text | None, text: str) -> str:
    """A text as it stands in the place of a scalar's; a plain one gets quotation marks."""
    style = (scalar.style or "") if isinstance(scalar, YamlText) else "empty"
    if style not in ("", "'", '"') or not text.isprintable():
        raise CannotWrite("of YAML, only values on one line and in quotation marks are written")
    if style == "'":
        return text.replace("'", "''")
    inside = text.replace("\\", "\\\\").replace('"', '\\"')
    return inside if style else f'"{inside}"'
