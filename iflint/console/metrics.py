"""Numbers for Prometheus and its kin, in the text format of OpenMetrics 1.0.

What is written is Prometheus' own text format (0.0.4), too: a line that begins with ``# EOF`` is a
comment there. So a textfile collector takes it, under a name that ends in ``.prom``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from iflint.words.visible import inert, visible

Labels = Mapping[str, str]


class Gauge(msgspec.Struct, frozen=True):
    """A number for each set of labels; of several for one set the last one counts."""

    name: str
    help: str
    samples: Iterable[tuple[Labels, int]]


def metrics_text(gauges: Iterable[Gauge]) -> str:
    """The gauges as a file."""
    lines = [line for gauge in gauges for line in _lines(gauge)]
    return "".join(f"{line}\n" for line in (*lines, "# EOF"))


def _lines(gauge: Gauge) -> Iterator[str]:
    samples = {_written(labels): int(number) for labels, number in gauge.samples}
    yield f"# HELP {gauge.name} {gauge.help}"
    yield f"# TYPE {gauge.name} gauge"
    for labels, number in samples.items():
        yield f"{gauge.name}{labels} {number}"


def _written(labels: Labels) -> str:
    pairs = ",".join(f'{name}="{_value(value)}"' for name, value in labels.items())
    return f"{{{pairs}}}" if pairs else ""


def _value(text: str) -> str:
    """A value as it stands in quotes, without what acts; it has no line end once it is visible."""
    return inert(visible(text)).replace("\\", "\\\\").replace('"', '\\"')
