"""The campaign sees what it is there to see, and does the same again by its seed."""

from random import Random

import pytest

from fuzz.campaign import KINDS, campaign
from fuzz.mutations import damaged
from fuzz.targets import TARGETS


@pytest.fixture
def kinds(monkeypatch):
    """Narrow the campaign to these kinds."""

    def narrow(*names: str) -> None:
        for name in [each for each in KINDS if each not in names]:
            monkeypatch.delitem(KINDS, name)

    return narrow


def test_a_sample_holds(tmp_path) -> None:
    assert campaign(0, len(KINDS), 1, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_raises_is_found_and_its_input_kept(
    kinds, tmp_path, monkeypatch, capsys
) -> None:
    kinds("service key in terraform")

    def raising(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("iflint.callers.reading.read_hcl", raising)
    assert not campaign(0, 2, 1, tmp_path)
    assert "ZeroDivisionError" in capsys.readouterr().out
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} == {"main.tf"}


def test_what_changes_the_findings_of_a_neighbour_is_found(
    kinds, tmp_path, monkeypatch, capsys
) -> None:
    kinds("ignored")
    harmful = {"damaged/a": b"", ".gitignore": b"/legacy/\n"}
    monkeypatch.setattr("fuzz.campaign.Kind.files", lambda *_: harmful)
    assert not campaign(0, 1, 1, tmp_path)
    assert "other findings on the healthy ones" in capsys.readouterr().out


@pytest.mark.parametrize("name", TARGETS)
def test_each_target_holds_on_its_seeds_and_a_little_damage(name) -> None:
    target, rng = TARGETS[name], Random(1)
    seeds = target.seeds()
    assert seeds
    for seed in seeds[:20]:
        target.run(seed)
        target.run(damaged(seed, rng, seeds)[: 1 << 13])


def test_the_same_seed_is_the_same_damage() -> None:
    for name, kind in KINDS.items():
        if name != "baseline":
            assert kind.files(Random(name)) == kind.files(Random(name))
