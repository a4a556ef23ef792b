"""`iflint check`: exit codes, options, and where reports go."""

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from exports import Channel, Flow, bundle, write_tree
from iflint.configuration.settings import FORMATS
from iflint.engine.plugins import PluginError
from iflint.options import Options, UsageError
from iflint.report.findings import CertificateReference
from iflint.values import AUTO

from .conftest import CASES, CLOCK, process, report_with  # isort: skip


@pytest.mark.parametrize(
    ("severities", "level", "code"),
    [
        ((), "note", 0),
        (("error",), None, 1),
        (("warning", "note"), None, 0),
        (("warning",), "warning", 1),
        (("note",), "warning", 0),
        (("note",), "note", 1),
        (("error",), "never", 0),
    ],
)
@pytest.mark.parametrize("format_name", FORMATS)
def test_the_fail_level_decides_alike_for_every_format(
    workplace, call, engine, severities, level, code, format_name
) -> None:
    engine.reply = report_with(*severities)
    level_options = ["--fail-on", level] if level else []
    assert call("check", "--format", format_name, *level_options).exit_code == code


def test_every_option_reaches_the_library(workplace, call, engine) -> None:
    for name in ("exports", "certs", "more", "roots"):
        (workplace / name).mkdir()
    (workplace / "qa.prop").touch()
    result = call(
        *("check", "exports", "--certificates", "certs", "--certificates", "more"),
        *("--parameters", "qa.prop", "--platform", "custom", "--roots", "roots"),
        *("--as-of", "2027-01-02", "--expiry-days", "7", "--exclude", "a", "--exclude", "b"),
        *("--select", "IFL1,ifl2", "--select", "dn-mismatch", "--ignore", "Expired-Certificate"),
    )
    assert result.exit_code == 0, result.stderr
    assert engine.asked == (
        ("exports",),
        Options(
            certificates=("certs", "more"),
            parameters=("qa.prop",),
            platform="custom",
            roots=("roots",),
            as_of=datetime(2027, 1, 2, tzinfo=UTC),
            expiry_days=7,
            exclude=("a", "b"),
            select=("IFL1", "IFL2", "dn-mismatch"),
            ignore=("expired-certificate",),
            jobs=AUTO,
        ),
    )


def test_without_arguments_the_current_folder_is_checked(workplace, call, engine) -> None:
    assert call("check").exit_code == 0
    assert engine.asked == ((".",), Options(jobs=AUTO))


def test_all_mistakes_are_told_at_once(workplace, call, engine) -> None:
    (workplace / "iflint.toml").write_text("expiry-dais = 1\n")
    result = call(
        *("check", "absent", "--certificates", "nowhere", "--platform", "cff"),
        *("--as-of", "tomorrow", "--expiry-days", "-1", "--select", "XYZ,expired-certficate"),
        *("--fail-on", "errors", "--format", "sarif.json", "--color", "yes"),
    )
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        "iflint: 'absent' does not exist",
        "iflint: --certificates 'nowhere' does not exist",
        "iflint: --platform takes one of cf, neo, custom, not 'cff'; did you mean 'cf'?",
        "iflint: --as-of 'tomorrow' is not a date such as 2026-11-24 or a timestamp such as"
        " 2026-11-24T08:30:00Z",
        "iflint: --expiry-days takes a whole number of days from 0 to 36500, not '-1'",
        "iflint: --select 'XYZ' names no rule; is its package installed?"
        " ('iflint rules' lists them)",
        "iflint: --fail-on takes one of error, warning, note, never, not 'errors';"
        " did you mean 'error'?",
        "iflint: --format takes one of text, sarif, json, concise, github, gitlab,"
        " junit, markdown, html, not 'sarif.json'; did you mean 'sarif'?",
        "iflint: --color takes one of auto, always, never, not 'yes'",
        "iflint: iflint.toml:1:1: unknown setting 'expiry-dais'; did you mean 'expiry-days'?",
    ]
    assert engine.asked is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--platform", "custom", "absent"], "platform custom needs its list of roots: --roots"),
        (["--parameters", "."], "--parameters '.' is a folder; give a file"),
        (["--platform", "custom"], "platform custom needs its list of roots: --roots PATH"),
        (["--format", "text", "--format", "json"], "formats text and json both go to standard out"),
        (["--format", "text=x", "--format", "json=./x"], "formats text and json both go to './x'"),
        (["--format", "json", "--format", "text", "--output", "x"], "--output goes with one"),
        (["--format", "json=y", "--output", "x"], "--output goes with one"),
        (["--config", "absent.toml"], "--config 'absent.toml' does not exist"),
        (["--config", ".", "--isolated"], "--config and --isolated exclude each other"),
        (["--config", "."], "can't be read: Is a directory"),
        (["--expiry-days", "1e9"], "--expiry-days takes a whole number"),
        (["--exclude", ""], "--exclude takes a pattern as in .gitignore; this one is empty"),
        (["--select", " , "], "--select takes codes or names of rules; ' , ' holds none"),
        (["--ignore", ","], "--ignore takes codes or names of rules; ',' holds none"),
        (["--certificates", ""], "--certificates takes a path; this one is empty"),
        (["--selct", "IFL1"], "No such option"),
        ([""], "'' does not exist"),
    ],
)
def test_wrong_usage(workplace, call, engine, arguments, message) -> None:
    result = call("check", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert engine.asked is None


def test_what_the_library_refuses_is_wrong_usage(workplace, call, engine) -> None:
    engine.reply = UsageError("no root in --roots x")
    result = call("check")
    assert (result.exit_code, result.stderr) == (2, "iflint: no root in --roots x\n")


def test_a_plugin_that_cannot_be_loaded_is_a_failure(workplace, call, engine) -> None:
    engine.reply = PluginError("the plugin 'x' can't be loaded: no such module")
    result = call("check")
    assert (result.exit_code, result.stderr) == (3, f"iflint: {engine.reply}\n")


def test_an_unexpected_error_is_one_line_and_its_traceback_only_for_debug(
    workplace, call, engine
) -> None:
    engine.reply = KeyError("odd\n\x1b[31mname")
    result = call("check", "--output", "report.txt")
    assert result.exit_code == 3
    assert result.stderr.startswith("iflint: internal error: KeyError: ")
    assert result.stderr.count("\n") == 1
    assert "\x1b" not in result.stderr
    assert not os.path.exists("report.txt")
    assert "Traceback" in call("check", "--debug").stderr


def test_running_out_of_stack_is_an_internal_error(workplace, call, engine) -> None:
    engine.reply = RecursionError("maximum recursion depth exceeded")
    assert call("check").exit_code == 3


def test_ctrl_c(workplace, call, engine) -> None:
    engine.reply = KeyboardInterrupt()
    assert call("check").exit_code == 130


def test_several_formats_in_one_run(workplace, call, engine) -> None:
    engine.reply = report_with("error")
    result = call("check", "--format", "text", "--format", "sarif=a.sarif", "--format", "json=a")
    assert result.exit_code == 1
    assert "Something was found." in result.stdout
    assert (workplace / "a.sarif").read_text().startswith("{")
    assert (workplace / "a").read_text().startswith("{")
    assert sorted(os.listdir()) == ["a", "a.sarif"]
    assert engine.asked[1].describe_rules


def test_the_output_file_replaces_an_old_one_as_a_whole(workplace, call, engine) -> None:
    (workplace / "report.json").write_text("old")
    assert call("check", "--format", "json", "--output", "report.json").exit_code == 0
    assert (workplace / "report.json").read_bytes().startswith(b"{\n")
    assert os.listdir() == ["report.json"]


@pytest.mark.skipif(os.name == "nt", reason="permissions are those of POSIX")
def test_the_output_file_has_the_permissions_of_a_new_file(workplace, call, engine) -> None:
    old = os.umask(0o027)
    try:
        call("check", "--output", "report.txt")
    finally:
        os.umask(old)
    assert (workplace / "report.txt").stat().st_mode & 0o777 == 0o640


@pytest.mark.skipif(os.name == "nt", reason="symbolic links need rights on Windows")
def test_a_link_keeps_pointing_to_the_output_file(workplace, call, engine) -> None:
    (workplace / "real").mkdir()
    (workplace / "report.txt").symlink_to("real/report.txt")
    assert call("check", "--output", "report.txt").exit_code == 0
    assert (workplace / "report.txt").is_symlink()
    assert (workplace / "real" / "report.txt").read_text()


def test_output_that_cannot_be_written_is_a_failure_and_the_rest_is_written(
    workplace, call, engine
) -> None:
    engine.reply = report_with("error")
    result = call("check", "--format", "text", "--format", "json=no/such/x", "--format", "sarif=y")
    assert result.exit_code == 3
    assert result.stderr == "iflint: no/such/x can't be written: there is no folder no/such\n"
    assert "Something was found." in result.stdout
    assert os.listdir() == ["y"]


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="there is no /proc")
def test_the_reason_told_is_the_true_one(workplace, call, engine) -> None:
    (workplace / "link").symlink_to("gone/report.txt")
    (workplace / "folder").mkdir()
    told = {
        name: call("check", "--output", name).stderr.partition("written: ")[2]
        for name in ("/proc/report", "link", "folder")
    }
    assert told == {
        "/proc/report": "/proc takes no new file\n",
        "link": f"there is no folder {workplace / 'gone'}\n",
        "folder": "Is a directory\n",
    }


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_what_is_no_regular_file_is_written_into_directly(workplace, call, engine) -> None:
    """A pipe stands for devices: root would lose one for good that is replaced by a file."""
    os.mkfifo("pipe")
    os.symlink("pipe", "link")
    for name in ("pipe", "link"):
        reading = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK)
        try:
            assert call("check", "--output", name).exit_code == 0
            assert os.read(reading, 1 << 16)
        finally:
            os.close(reading)
    assert Path("pipe").is_fifo()
    assert Path("link").is_symlink()
    assert sorted(os.listdir()) == ["link", "pipe"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("check",),
        ("check", "--format", "concise"),
        ("check", "--format", "json"),
        ("check", "--format", "sarif"),
        ("check", "--format", "gitlab"),
        ("check", "--format", "junit"),
        ("check", "--format", "markdown"),
        ("channels",),
        ("channels", "--format", "json"),
        ("channels", "--format", "csv"),
    ],
    ids=" ".join,
)
def test_names_from_input_give_a_ci_server_no_command(workplace, call, arguments) -> None:
    name = f"{'x' * 70} ::error::pwned ##vso[task.setvariable variable=x]y"
    channel = Channel("HTTPS", "/orders", name=name)
    write_tree(workplace, bundle(Flow("Orders", name, [channel])))
    shown = call(*arguments, ".").stdout
    assert "pwned" in shown
    assert not any(line.lstrip().startswith("::") for line in shown.splitlines())
    assert "##vso[" not in shown
    if "json" in arguments:
        assert f'"{name}"' in json.dumps(json.loads(shown))


def test_dash_is_standard_output(workplace, call, engine) -> None:
    assert call("check", "--format", "json", "--output", "-").stdout.startswith("{")
    assert os.listdir() == []


class TestConfiguration:
    """The command line comes before the file, setting by setting."""

    def test_the_file_of_the_checked_path_counts(self, workplace, call, engine) -> None:
        (workplace / "a" / "certs").mkdir(parents=True)
        (workplace / "a" / "iflint.toml").write_text(
            'certificates = ["certs"]\nfail-on = "never"\nexpiry-days = 5\nselect = ["IFL1"]\n'
        )
        engine.reply = report_with("error")
        assert call("check", "a", "--select", "IFL2").exit_code == 0
        paths, options = engine.asked
        assert paths == ("a",)
        assert [os.path.relpath(path) for path in options.certificates] == [
            os.path.join("a", "certs")
        ]
        assert (options.expiry_days, options.select) == (5, ("IFL2",))
        assert options.exclude_directory is None
        assert call("check", "a", "--isolated").exit_code == 1
        assert engine.asked[1] == Options(jobs=AUTO)
        assert call("check", ".").exit_code == 1

    def test_patterns_of_the_file_are_relative_to_its_folder(self, case, call) -> None:
        case("dn-mismatch", "bad-order").rename("a")
        os.remove("a/iflint.toml")
        findings = ("check", "a/flow", "--certificates", "a/certificates", "--select", "IFL3")
        assert call(*findings).exit_code == 1
        with open("a/iflint.toml", "w", encoding="utf-8") as file:
            file.write('exclude = ["/flow/src/"]\n')
        assert call(*findings).exit_code == 0
        assert call(*findings, "--exclude", "/flow/src/").exit_code == 1

    def test_config_names_another_file(self, workplace, call, engine) -> None:
        (workplace / "iflint.toml").write_text("nonsense")
        (workplace / "ci.toml").write_text("expiry-days = 9")
        assert call("check", "--config", "ci.toml").exit_code == 0
        assert engine.asked[1].expiry_days == 9

    def test_a_format_on_the_command_line_leaves_the_files_output_alone(
        self, workplace, call, engine
    ) -> None:
        (workplace / "iflint.toml").write_text('format = ["sarif"]\noutput = "report.sarif"\n')
        assert call("check", "--format", "text").stdout
        assert os.listdir() == ["iflint.toml"]
        assert call("check").stdout == ""
        assert (workplace / "report.sarif").exists()
        assert call("check", "--output", "-").stdout.startswith("{")

    def test_platform_custom_may_find_its_roots_in_the_file(self, workplace, call, engine) -> None:
        (workplace / "iflint.toml").write_text('roots = ["."]')
        assert call("check", "--platform", "custom").exit_code == 0


class TestProcess:
    """A process of its own: consoles, pipes and signals."""

    def test_findings_and_a_clean_run(self, tmp_path) -> None:
        bad = process("check", CASES / "dn-mismatch" / "bad-order", "--as-of", CLOCK, cwd=tmp_path)
        assert bad.returncode == 1, bad.stderr
        assert b"IFL301" in bad.stdout
        good = process(
            "check", CASES / "dn-mismatch" / "good-spelling", "--as-of", CLOCK, cwd=tmp_path
        )
        assert good.returncode == 0, good.stdout
        assert bad.stderr == good.stderr == b""

    def test_a_path_without_a_flow_is_clean(self, tmp_path) -> None:
        empty = process("check", "--isolated", cwd=tmp_path)
        assert empty.returncode == 0
        assert empty.stdout

    def test_a_console_that_lacks_characters_gets_others(self, tmp_path) -> None:
        run = process(
            *("check", CASES / "dn-mismatch" / "bad-order", "--as-of", CLOCK),
            cwd=tmp_path,
            env={"PYTHONIOENCODING": "ascii"},
        )
        assert run.returncode == 1, run.stderr
        assert run.stdout.isascii()
        piped = process(
            "check", CASES / "dn-mismatch" / "bad-order", "--as-of", CLOCK, cwd=tmp_path
        )
        assert "…" in piped.stdout.decode("utf-8")

    def test_a_western_console_keeps_its_letters_and_gets_plain_symbols(self, tmp_path) -> None:
        channel = Channel("HTTPS", "/bücher", [("CN=Bücher", "CN=Straße"), ("Bücher", "CN=Bücher")])
        write_tree(tmp_path, bundle(Flow("Orders", "Bücher", [channel])))
        run = process(
            *("check", ".", "--isolated", "--as-of", CLOCK, "--fail-on", "never"),
            cwd=tmp_path,
            env={"PYTHONIOENCODING": "cp1252"},
        )
        shown = run.stdout.decode("cp1252")
        assert "HTTPS /bücher" in shown
        assert " | " in shown
        assert "Straße" in shown
        assert "\\x" not in shown

    def test_colours_follow_the_environment(self, tmp_path) -> None:
        def coloured(*options, **env):
            arguments = ("check", CASES / "dn-mismatch" / "bad-order", *options)
            return b"\x1b[" in process(*arguments, cwd=tmp_path, env=env).stdout

        assert not coloured()
        assert coloured(FORCE_COLOR="1")
        assert not coloured(FORCE_COLOR="")
        assert not coloured(FORCE_COLOR="1", NO_COLOR="1")
        assert coloured("--color", "always", NO_COLOR="1")
        assert not coloured("--color", "never", FORCE_COLOR="1")
        written = tmp_path / "report.txt"
        coloured("--output", written, FORCE_COLOR="1")
        assert b"\x1b[" not in written.read_bytes()
        coloured("--output", written, "--color", "always")
        assert b"\x1b[" in written.read_bytes()

    @pytest.mark.skipif(not os.path.exists("/dev/fd/1"), reason="there is no /dev/fd")
    def test_standard_output_by_its_path(self, tmp_path) -> None:
        """By a link of its own: root would lose /dev/stdout if a file took its place."""
        os.symlink("/dev/fd/1", tmp_path / "stdout")
        arguments = ("check", CASES / "dn-mismatch" / "bad-order", "--format", "concise")
        more = (*arguments, "--format", "gitlab=stdout")
        piped = process(*more, cwd=tmp_path)
        assert (piped.returncode, piped.stderr) == (1, b"")
        with open(tmp_path / "both", "wb") as file:
            process(*more, cwd=tmp_path, capture_output=False, stdout=file)
        assert (tmp_path / "both").read_bytes() == piped.stdout
        assert piped.stdout.startswith(process(*arguments, cwd=tmp_path).stdout)

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
    def test_a_pipe_is_written_into(self, tmp_path) -> None:
        os.mkfifo(tmp_path / "pipe")
        reading = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
        try:
            run = process("rules", "--output", tmp_path / "pipe", cwd=tmp_path)
            assert run.returncode == 0, run.stderr
            assert b"IFL101" in os.read(reading, 1 << 20)
        finally:
            os.close(reading)

    @pytest.mark.skipif(os.name == "nt", reason="pipes of POSIX")
    def test_a_reader_that_leaves_early_is_no_failure(self, tmp_path) -> None:
        reading, writing = os.pipe()
        os.close(reading)
        try:
            run = process(
                *("check", CASES / "dn-mismatch" / "bad-order"),
                cwd=tmp_path,
                capture_output=False,
                stdout=writing,
                stderr=-1,
            )
        finally:
            os.close(writing)
        assert run.returncode == 1
        assert run.stderr == b""

    @pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
    @pytest.mark.parametrize("command", ["check", "rules", "channels", "--help"])
    def test_a_full_disk_is_a_failure(self, tmp_path, command) -> None:
        with open("/dev/full", "wb") as full:
            run = process(command, cwd=tmp_path, capture_output=False, stdout=full, stderr=-1)
        assert run.returncode == 3, run.stderr
        assert b"No space left on device" in run.stderr
        assert b"Traceback" not in run.stderr

    @pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
    @pytest.mark.parametrize(("command", "code"), [("check", 3), ("nonsense", 2), ("--help", 0)])
    def test_closed_standard_output_is_no_traceback(self, tmp_path, command, code) -> None:
        import subprocess

        run = subprocess.run(
            ["sh", "-c", f'exec "{sys.executable}" -m iflint {command} >&-'],
            cwd=tmp_path,
            capture_output=True,
            check=False,
        )
        assert run.returncode == code
        assert b"Traceback" not in run.stderr

    @pytest.mark.skipif(os.name == "nt", reason="Windows keeps a current folder")
    @pytest.mark.parametrize("command", ["check", "config", "channels", "hook"])
    def test_a_current_folder_that_is_gone(self, tmp_path, command) -> None:
        import subprocess

        run = subprocess.run(
            ["sh", "-c", f'mkdir x; cd x; rmdir ../x; exec "{sys.executable}" -m iflint {command}'],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 2
        assert run.stderr.splitlines() == [
            "iflint: the current folder does not exist any more; go to another one"
        ]

    def test_a_clean_flow_needs_few_modules(self, tmp_path) -> None:
        code = (
            "import sys; from iflint.commands.main import cli\n"
            "try: cli(['check', '.', '--isolated'])\n"
            "except SystemExit as end: print(end.code, *sorted(sys.modules))"
        )
        import subprocess

        flow = CASES / "unresolved-parameter" / "good-role-based"
        run = subprocess.run(
            [sys.executable, "-c", code], cwd=flow, capture_output=True, text=True, check=True
        )
        status, *modules = run.stdout.splitlines()[-1].split()
        assert status == "0", run.stdout
        unwanted = {"rich", "cryptography", "tomllib", "importlib.metadata", "zipfile", "json"}
        unwanted |= {"difflib", "csv", "traceback", "iflint.configuration.file"}
        assert unwanted & set(modules) == set()


def test_github_reads_real_commands_from_standard_output(workplace, call, engine) -> None:
    engine.reply = report_with("error", "note")
    *lines, last = call("check", "--format", "github").stdout.splitlines()
    assert [line.split(" ")[0] for line in lines] == ["::notice", "::error", "::notice"]
    assert last.startswith("1 error and 1 note. 0 iFlows; ")


@pytest.mark.parametrize(
    ("arguments", "aside"),
    [
        (("--format", "gitlab"), True),
        (("--format", "gitlab=report", "--format", "sarif=more"), True),
        (("--format", "concise", "--format", "gitlab=report"), False),
        (("--format", "gitlab", "--quiet"), False),
        (("--format", "sarif"), False),
    ],
)
def test_what_a_list_of_issues_can_not_say_is_said_aside(
    workplace, call, engine, arguments, aside
) -> None:
    engine.reply = report_with("note")
    assert ("iflint: 1 note. 0 iFlows; " in call("check", *arguments).stderr) == aside


class TestNextSteps:
    """After a report that somebody reads at a terminal: what to type next."""

    @pytest.fixture(autouse=True)
    def _at_a_terminal(self, monkeypatch):
        monkeypatch.setattr("iflint.console.output.is_terminal", lambda: True)

    def test_the_worst_finding_is_explained_first(self, workplace, call, engine) -> None:
        engine.reply = report_with("note", "error", "warning")
        *_, empty, title, step = call("check", "--color", "never").stdout.splitlines()
        assert (empty, title) == ("", "Next steps")
        assert step == "  iflint explain IFL901  why it fails at runtime, and what to do"

    def test_a_list_of_rules_leads_to_their_pages(self, call) -> None:
        assert "  iflint explain CODE  " in call("rules").stdout
        assert "Next steps" not in call("rules", "--format", "json").stdout

    def test_days_to_come_lead_to_the_forecast(self, workplace, call, engine) -> None:
        report = report_with("warning")
        soon = msgspec.structs.replace(
            report.findings[0], breaks_on=datetime(2026, 12, 1, tzinfo=UTC)
        )
        engine.reply = msgspec.structs.replace(report, findings=(soon,))
        shown = call("check").stdout
        assert "  iflint forecast " in shown
        assert "  iflint renew " not in shown, "no certificate ends"

    def test_ending_certificates_lead_to_their_renewal(self, workplace, call, engine) -> None:
        report, end = report_with("error", "warning"), datetime(2026, 11, 20, tzinfo=UTC)
        ended, soon = (
            CertificateReference(f"CN={each}", "CN=ca", each, None, end, ()) for each in "ab"
        )
        first, second = report.findings
        first = msgspec.structs.replace(first, broken_since=end, certificate=ended)
        engine.reply = msgspec.structs.replace(report, findings=(first, second))
        shown = call("check").stdout
        assert "  iflint renew NEW.cer " in shown
        assert "  iflint certificates " not in shown, "one certificate needs no list"
        second = msgspec.structs.replace(second, breaks_on=end, certificate=soon)
        engine.reply = msgspec.structs.replace(report, findings=(first, second))
        steps = call("check").stdout.rpartition("Next steps")[2]
        assert "  iflint certificates " in steps

    def test_they_fit_the_terminal(self, workplace, call, engine) -> None:
        report, end = report_with(*["error"] * 60), datetime(2026, 11, 20, tzinfo=UTC)
        ended = CertificateReference("CN=a", "CN=ca", "a", None, end, ())
        first, *others = report.findings
        first = msgspec.structs.replace(first, broken_since=end, certificate=ended)
        engine.reply = msgspec.structs.replace(report, findings=(first, *others))
        for width in (40, 80):
            shown = call("check", env={"COLUMNS": str(width)}).stdout
            steps = shown.rpartition("Next steps")[2].splitlines()
            assert max(map(len, steps)) <= width
            assert any(line.startswith("  iflint renew NEW.cer") for line in steps)

    def test_commands_repeat_the_paths(self, workplace, call, engine) -> None:
        report = report_with("error")
        broken = msgspec.structs.replace(
            report.findings[0], breaks_on=datetime(2026, 12, 1, tzinfo=UTC)
        )
        engine.reply = msgspec.structs.replace(report, findings=(broken,))
        names = ["a b", "c", "d", "e"]
        for name in names:
            (workplace / name).mkdir()
        assert '  iflint forecast "a b" c  ' in call("check", *names[:2]).stdout
        assert "  iflint forecast PATH...  " in call("check", *names).stdout
        assert "  iflint forecast        what" in call("check").stdout

    def test_very_many_findings_lead_to_a_baseline(self, workplace, call, engine) -> None:
        engine.reply = report_with(*["error"] * 60)
        steps = call("check").stdout.rpartition("Next steps")[2]
        assert "--write-baseline FILE" in steps

    @pytest.mark.parametrize(
        ("command", "severities", "options"),
        [
            ("check", ["error"], ["--quiet"]),
            ("check", ["error"], ["--format", "json"]),
            ("check", ["error"], ["--output", "report.txt"]),
            ("check", [], []),
            ("hook", ["error"], []),
        ],
    )
    def test_none_where_none_help(
        self, workplace, call, engine, command, severities, options
    ) -> None:
        engine.reply = report_with(*severities)
        assert "Next steps" not in call(command, *options).stdout


def test_a_pipe_gets_no_next_steps(workplace, call, engine) -> None:
    engine.reply = report_with("error")
    assert "Next steps" not in call("check").stdout


def test_quiet_leaves_findings_only(workplace, call, engine) -> None:
    assert call("check", "--quiet").stdout == ""
    engine.reply = report_with("error")
    shown = call("check", "-q")
    assert shown.exit_code == 1
    assert "Something was found." in shown.stdout
    assert "Summary" not in shown.stdout
    assert shown.stdout.endswith("Do something.\n")
