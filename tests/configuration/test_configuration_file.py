"""Configuration files: which one counts, what it means, and everything that is wrong in it."""

import os
import tempfile
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iflint.configuration.file import read
from iflint.configuration.search import find
from iflint.configuration.settings import SETTINGS, Destination
from iflint.values import RuleNames

NAMES = RuleNames(("IFL001", "IFL101", "IFL102"), ("unreadable", "expired", "expires-soon"))


@pytest.fixture(autouse=True)
def _workplace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def configured(text, name="iflint.toml"):
    with open(name, "wb") as file:
        file.write(text if isinstance(text, bytes) else text.encode())
    return read(name, lambda: NAMES)


def mistakes(text, name="iflint.toml"):
    return [str(mistake) for mistake in configured(text, name).mistakes]


def test_every_setting_under_its_own_name(tmp_path) -> None:
    for name in ("certs", "roots"):
        (tmp_path / name).mkdir()
    (tmp_path / "qa.prop").touch()
    (tmp_path / "calendar.json").touch()
    (tmp_path / "public-cas.json").touch()
    (tmp_path / "known.json").touch()
    configuration = configured(
        """
        certificates = ["certs"]
        keystore-password-env = ["ALL_OF_THEM", "certs=THESE"]
        parameters = "qa.prop"
        platform = "custom"
        trust = "btp-required"
        roots = ["roots"]
        roots-add = ["roots"]
        calendar = "calendar.json"
        public-cas = "public-cas.json"
        as-of = 2026-11-24
        expiry-days = 45
        exclude = ["old/", "!old/new"]
        select = ["ifl1", "EXPIRED"]
        ignore = ["IFL102,IFL001"]
        limit = ["problems=200", "der-values=9000"]
        jobs = "auto"
        no-cache = true
        expect-flows = true
        fail-on = "warning"
        baseline = "known.json"
        title = "Our flows"
        sarif-profile = "full"
        format = ["text", "sarif=out/report.sarif"]
        output = "report.txt"
        color = "never"
        verbose = true
        quiet = false
        environment = ["prod"]
        all-environments = false
        """
    )
    assert configuration.mistakes == ()
    assert set(configuration.values) == set(SETTINGS)
    here = str(tmp_path)
    assert configuration.values == {
        "certificates": (os.path.join(here, "certs"),),
        "keystore-password-env": ("ALL_OF_THEM", f"{os.path.join(here, 'certs')}=THESE"),
        "parameters": (os.path.join(here, "qa.prop"),),
        "platform": "custom",
        "trust": "btp-required",
        "roots": (os.path.join(here, "roots"),),
        "roots-add": (os.path.join(here, "roots"),),
        "calendar": os.path.join(here, "calendar.json"),
        "public-cas": os.path.join(here, "public-cas.json"),
        "as-of": datetime(2026, 11, 24, tzinfo=UTC),
        "expiry-days": 45,
        "exclude": ("old/", "!old/new"),
        "select": ("IFL1", "expired"),
        "ignore": ("IFL102", "IFL001"),
        "limit": ("problems=200", "der-values=9000"),
        "jobs": 0,
        "no-cache": True,
        "expect-flows": True,
        "fail-on": "warning",
        "baseline": os.path.join(here, "known.json"),
        "title": "Our flows",
        "sarif-profile": "full",
        "format": (
            Destination("text"),
            Destination("sarif", os.path.join(here, "out/report.sarif")),
        ),
        "output": os.path.join(here, "report.txt"),
        "color": "never",
        "verbose": True,
        "quiet": False,
        "environment": ("prod",),
        "all-environments": False,
    }


def test_what_may_stand_in_a_small_table_is_named() -> None:
    (told,) = mistakes("[environments.qa]\n[[users]]\nname = 'a'\nroles = ['b']\nxyz = 1\n")
    assert told == "iflint.toml:5:1: unknown setting 'xyz'; here may stand name, path or roles"
    (other,) = mistakes("[environment.qa]\nplatform = 'cf'\n")
    assert other == "iflint.toml:1:2: environment is the name of one: see [environments.NAME]"


def test_all_mistakes_at_once_with_their_places() -> None:
    assert mistakes(
        '# ours\nexpiry-day = 3\nplatform = "nep"\n\nselect = ["IFL1",\n  "IFLX"]\n'
        'fail_on = "error"\nexpiry-days = "30"\ncolor = ["never"]\nverbose = 1\n'
        'as-of = 07:30:00\ncertificates = ["absent", 3]\nformat = "sarif="\n'
        "config = 'x'\n[section]\na = 1\n"
    ) == [
        "iflint.toml:2:1: unknown setting 'expiry-day'; did you mean 'expiry-days'?",
        "iflint.toml:3:12: platform takes one of cf, neo, custom, not 'nep'; did you mean 'neo'?",
        "iflint.toml:6:3: select 'IFLX' names no rule ('iflint rules' lists them)",
        "iflint.toml:7:1: unknown setting 'fail_on'; did you mean 'fail-on'?",
        "iflint.toml:8:15: expiry-days takes a whole number of days from 0 to 36500, not '30'",
        "iflint.toml:9:9: color takes one value, not a list",
        "iflint.toml:10:11: verbose takes true or false, not a number",
        "iflint.toml:11:9: as-of '07:30:00' is not a date such as 2026-11-24 or a timestamp"
        " such as 2026-11-24T08:30:00Z",
        "iflint.toml:12:17: certificates 'absent' does not exist",
        "iflint.toml:12:27: certificates takes a path, not a number",
        "iflint.toml:13:10: format takes a path; this one is empty",
        "iflint.toml:14:1: config can be given on the command line only",
        "iflint.toml:15:2: unknown setting 'section'",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = \n", "iflint.toml:1:5: is not TOML: Invalid value (text"),
        (
            "platform = cf\n",
            "iflint.toml:1:12: is not TOML: Invalid value (text stands in quotes",
        ),
        ('platform = "cf\n', "iflint.toml:1:15: is not TOML: Illegal character '\\n' (the quote"),
        (
            "verbose = true\nverbose = true\n",
            "iflint.toml:2:15: is not TOML: Cannot overwrite a value (",
        ),
        ("[a]\n[a]\n", "iflint.toml:2:3: is not TOML: Cannot declare ('a',) twice"),
        (r'exclude = ["old\*"]', "iflint.toml:1:18: is not TOML: Unescaped '\\' in a string (in"),
        ("a = [1,\n", "iflint.toml:1:8: is not TOML: "),
        (b"a = 1\nb = '\xff'\n", "iflint.toml:2:6: is not UTF-8 from here on"),
        ("verbose = true".encode("utf-16"), "iflint.toml: is UTF-16; save it as UTF-8"),
        ("[tool.iflint]\nverbose = true", "iflint.toml:1:2: settings stand at the top of"),
        ("a = " + "[" * 5000, "iflint.toml:1:1: nests values too deeply"),
        ("#" * 1_100_000, "iflint.toml: is larger than 1 MiB"),
        ("expiry-days = " + "9" * 5000, "iflint.toml:1:1: is not TOML"),
    ],
)
def test_what_is_no_configuration_is_said_in_one_line(text, expected) -> None:
    (message,) = mistakes(text)
    assert message.startswith(expected)
    assert "\n" not in message


@pytest.mark.parametrize("table", ['[[service-keys]]\npath = "keys/"', "[environments.qa]"])
def test_a_setting_below_a_table_is_told_where_it_stands(table) -> None:
    assert mistakes(f"{table}\nexpiry_days = 3\n") == [
        f"iflint.toml:{len(table.splitlines()) + 1}:1: 'expiry_days' does not belong in this table:"
        " settings stand above the first table"
    ]


def test_a_byte_order_mark_does_no_harm() -> None:
    configuration = configured("\ufeffexpiry-days = 3\r\nplatform = 3\r\n")
    assert configuration.values == {"expiry-days": 3}
    assert str(configuration.mistakes[0]).startswith("iflint.toml:2:12: platform takes")


def test_names_from_the_file_cannot_steer_a_terminal() -> None:
    (message,) = mistakes('"\\u001b[31mred\\u202e" = 1')
    assert "\x1b" not in message
    assert "\u202e" not in message
    assert "\\x1b[31mred\\u202e" in message


def test_pyproject_holds_a_table() -> None:
    text = "[project]\nname = 'x'\n[tool.iflint]\nexpiry-days = 3\nplatfrm = 'neo'\n"
    configuration = configured(text, "pyproject.toml")
    assert configuration.values == {"expiry-days": 3}
    assert [str(mistake) for mistake in configuration.mistakes] == [
        "pyproject.toml:5:1: unknown setting 'platfrm'; did you mean 'platform'?"
    ]
    assert mistakes("[tool]\niflint = 3", "pyproject.toml") == [
        "pyproject.toml:2:1: this is not a table"
    ]
    assert mistakes("[tool.ruff]", "pyproject.toml") == [
        "pyproject.toml: has no table [tool.iflint]"
    ]


def test_the_nearest_file_counts(tmp_path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "a" / "c").mkdir()
    outer = tmp_path / "iflint.toml"
    outer.touch()
    assert find([str(inner)]) == str(outer)
    (tmp_path / "a" / "pyproject.toml").write_text("[tool.ruff]\nx = 'iflint'\n")
    assert find([str(inner)]) == str(outer)
    (tmp_path / "a" / "pyproject.toml").write_text("[tool.iflint]\n")
    assert find([str(inner)]) == str(tmp_path / "a" / "pyproject.toml")
    (tmp_path / "a" / "iflint.toml").touch()
    assert find([str(inner)]) == str(tmp_path / "a" / "iflint.toml")
    (inner / "iflint.toml").touch()
    flow = inner / "x.iflw"
    flow.touch()
    assert find([str(flow)]) == str(inner / "iflint.toml")
    assert find([str(flow), str(tmp_path / "a" / "c")]) == str(tmp_path / "a" / "iflint.toml")


def test_a_broken_pyproject_counts_only_if_it_speaks_of_iflint(tmp_path) -> None:
    (tmp_path / "iflint.toml").touch()
    inner = tmp_path / "a"
    inner.mkdir()
    project = inner / "pyproject.toml"
    project.write_text("[tool.other]\niflint = \n")
    assert find([str(inner)]) == str(tmp_path / "iflint.toml")
    project.write_text("[tool.iflint-other]\nverbose = \n")
    assert find([str(inner)]) == str(tmp_path / "iflint.toml")
    for text in (
        "[tool.iflint]\nverbose = \n",
        "[tool.iflint\nplatform = 'neo'\n",
        'x = [[tool."iflint".rules.IFL101]]\n',
    ):
        for encoding in ("utf-8", "utf-16"):
            project.write_text(text, encoding=encoding)
            assert find([str(inner)]) == str(project)


def test_a_folder_of_that_name_is_no_file(tmp_path) -> None:
    (tmp_path / "iflint.toml").touch()
    (tmp_path / "a" / "iflint.toml").mkdir(parents=True)
    assert find(["a"]) == str(tmp_path / "iflint.toml")


VALUES = st.recursive(
    st.sampled_from(["1", "-1", "1.5", "true", "nan", "2026-11-24", "07:30:00", '""', "'a'"])
    | st.sampled_from(["'*'", "'\\'", "'!'", "'sarif=-'", "'IFL'", "'btp'", '"\\u0000"', '"\\n"'])
    | st.integers().map(str),
    lambda inner: (
        st.lists(inner, max_size=2).map(lambda items: f"[{', '.join(items)}]")
        | inner.map(lambda value: f"{{a = {value}}}")
    ),
    max_leaves=3,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([*SETTINGS, "other"]), VALUES))
def test_whatever_a_setting_is_given_it_is_taken_or_refused(given_values) -> None:
    text = "".join(f"{key} = {value}\n" for key, value in given_values.items())
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "iflint.toml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        configuration = read(path, lambda: NAMES)
    refused = {int(str(m).removeprefix(path).split(":")[1]) for m in configuration.mistakes}
    taken = set(configuration.values)
    for number, key in enumerate(given_values, start=1):
        assert (key in taken) != (number in refused)


def test_a_file_lowers_limits_and_raises_none() -> None:
    assert configured("[limit]\nproblems = 200").values["limit"] == ("problems=200",)
    (said,) = mistakes("[limit]\nproblems = 2000")
    assert "only the command line raises a limit" in said
    (said,) = mistakes("[limit]\nproblms = 2")
    assert "did you mean 'problems'?" in said
    assert "whole number" in mistakes('limit = ["problems=x"]')[0]


def test_a_key_of_many_parts_is_refused_at_once() -> None:
    started = time.perf_counter()
    (said,) = mistakes("a = 1\n " + ".".join(["a"] * 20_000) + " = 1\n")
    assert said.startswith("iflint.toml:2:2: ")
    assert "more than 64 parts (limit toml-depth)" in said
    assert "toml-depth" in mistakes("[" + " . ".join(['"a.b"'] * 20_000) + "]")[0]
    assert not any("toml-depth" in each for each in mistakes('select = ["' + "a.b " * 5000 + '"]'))
    assert time.perf_counter() - started < 5
