"""Build what is released, and check it: `make release-check`.

    python -m release.check [--every-python]

It builds the sdist and, from it, the wheel, twice, in two places: the bytes must be the same. It
checks the metadata, the README as the package index shows it, and what is in both; installs each on
the oldest and the newest supported Python, the wheel also with the oldest allowed dependencies, and
compares what the demo says there. What is to be published lies in `dist` then, with a list of the
components (CycloneDX) and the hashes. A Python that is not on this machine is left out, which is
said, or fails with `--every-python`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

from iflint import __version__
from release import DIST, ROOT, UV, say
from release.demo import differences
from release.pythons import interpreter, supported
from release.tree import copied, epoch, tracked

PLACES = {
    "iflint/": "iflint/",
    "rules/iflint_rules/": "iflint_rules/",
    "docs/iflint.1": f"iflint-{__version__}.data/data/share/man/man1/iflint.1",
}
"""Where what is installed lies in the tree, and where in the wheel."""

OURS_ON_THE_WEB = re.compile(
    r"https://(?:raw\.githubusercontent\.com/iflint/iflint|github\.com/iflint/iflint/blob)"
    r"/v(?P<version>[^/]+)/(?P<path>[^#?\"]+)"
)
TARGET = re.compile(r'(?:href|src)="([^"]*)"')
TOOL = (sys.executable, "-m")


def build() -> list[Path]:
    """The sdist and the wheel, as two builds in different places make them."""
    shutil.rmtree(DIST, ignore_errors=True)
    first, second = (_built(zone, mask) for zone, mask in [("UTC", 0o022), ("Asia/Tokyo", 0o077)])
    if first != second:
        raise SystemExit("release: two builds of the same tree differ")
    DIST.mkdir()
    for name, content in first.items():
        (DIST / name).write_bytes(content)
    return [DIST / name for name in first]


def _built(zone: str, mask: int) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        tree = copied(Path(folder) / "tree")
        subprocess.run(
            [*TOOL, "build", "--quiet", "--installer", "uv", "--outdir", "../dist"],
            cwd=tree,
            env=os.environ | {"SOURCE_DATE_EPOCH": epoch(), "TZ": zone},
            check=True,
            umask=mask,
        )
        made = sorted((Path(folder) / "dist").iterdir())
        return {path.name: path.read_bytes() for path in made}


def check_contents(sdist: Path, wheel: Path) -> None:
    """Both hold what Git tracks, and nothing else."""
    files = tracked()
    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if ".dist-info/" not in name}
    expected = {
        there + name.removeprefix(here)
        for here, there in PLACES.items()
        for name in files
        if name.startswith(here)
    }
    _same("wheel", inside, expected)
    with tarfile.open(sdist) as archive:
        members = {name.split("/", 1)[1] for name in archive.getnames()}
    folders = {name.split("/")[0] for name in members}
    _same(
        "sdist",
        members - {"PKG-INFO", ".gitignore"},
        {name for name in files if name.split("/")[0] in folders - {".gitignore"}},
    )


def _same(what: str, inside: set[str], expected: set[str]) -> None:
    if inside != expected:
        raise SystemExit(f"release: the {what} differs from Git in {sorted(inside ^ expected)}")


def check_metadata(files: Iterable[Path], wheel: Path) -> None:
    """The index takes the metadata, and what the README shows and links to is there."""
    from packaging.metadata import Metadata
    from readme_renderer.markdown import render

    subprocess.run([*TOOL, "twine", "check", "--strict", *files], check=True)
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = Metadata.from_email(archive.read(name))
    page = render(metadata.description or "")
    if page is None:
        raise SystemExit("release: the README can't be rendered")
    dead = [target for target in TARGET.findall(page) if not _lives(target)]
    if dead or "<img" not in page:
        raise SystemExit(f"release: on the package index these would lead nowhere: {dead}")


def _lives(target: str) -> bool:
    ours = OURS_ON_THE_WEB.fullmatch(target.split("#")[0])
    if ours:
        return ours["version"] == __version__ and (ROOT / ours["path"]).exists()
    return target.startswith(("https://", "#"))


def check_installed(sdist: Path, wheel: Path, *, every: bool) -> list[str]:
    """Each is installed into an empty environment and runs; what was left out, with the reason."""
    oldest, newest = supported()[0], supported()[-1]
    left_out = []
    for version, archive, options in [
        (oldest, wheel, ()),
        (oldest, wheel, ("--resolution", "lowest-direct")),
        (newest, sdist, ()),
        (newest, wheel, ()),
    ]:
        what = " ".join([f"{archive.name} on Python {version}", *options])
        python = interpreter(version)
        if python is None:
            left_out.append(f"{what}: there is no Python {version} here")
            continue
        say(f"release: {what}")
        with tempfile.TemporaryDirectory() as folder:
            environment = install(Path(folder), python, archive, *options)
            found = differences(str(environment.with_name("iflint")))
            if found:
                raise SystemExit(f"release: other output than this tree gives: {found}")
            if not options:  # of those, the last one is the newest there is
                list_components(environment)
    if left_out and every:
        raise SystemExit("\n".join(left_out))
    return left_out


def install(folder: Path, python: str, archive: Path, *options: str) -> Path:
    """The interpreter of an environment in which there is the archive and what it needs alone."""
    subprocess.run([*UV, "venv", "--python", python, folder / "venv"], check=True)
    environment = folder / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    pip = (*UV, "pip")
    subprocess.run([*pip, "install", "--python", environment, *options, archive], check=True)
    subprocess.run([*pip, "check", "--python", environment], check=True)
    return environment


def list_components(environment: Path) -> None:
    """A list of what the release brings with it, for those who ask (CycloneDX)."""
    target = DIST / "iflint.cdx.json"
    command = [*TOOL, "cyclonedx_py", "environment", str(environment), "--output-reproducible"]
    command += ["--pyproject", str(ROOT / "pyproject.toml"), "--mc-type", "application"]
    listed = json.loads(subprocess.check_output(command, encoding="utf-8"))
    # It does not see a version that is written in a module.
    listed["metadata"]["component"] |= {
        "version": __version__,
        "purl": f"pkg:pypi/iflint@{__version__}",
    }
    target.write_text(json.dumps(listed, indent=2) + "\n", encoding="utf-8", newline="\n")


def list_hashes() -> None:
    """`sha256sum --check SHA256SUMS` in `dist` says whether all is as it was made."""
    files = sorted(path for path in DIST.iterdir() if path.name != "SHA256SUMS")
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (DIST / "SHA256SUMS").write_text("".join(lines), encoding="utf-8", newline="\n")


def main() -> None:
    """Do it all, and say what lies in `dist`."""
    parser = argparse.ArgumentParser(description="Build what is released, and check it.")
    parser.add_argument("--every-python", action="store_true", help="leave no Python out")
    options = parser.parse_args()
    files = build()
    (sdist,) = (path for path in files if path.suffix == ".gz")
    (wheel,) = (path for path in files if path.suffix == ".whl")
    check_contents(sdist, wheel)
    check_metadata(files, wheel)
    left_out = check_installed(sdist, wheel, every=options.every_python)
    list_hashes()
    for line in left_out:
        say(f"release: left out: {line}")
    say(f"release: {__version__} can be published from dist; the bytes were the same twice:")
    say((DIST / "SHA256SUMS").read_text(encoding="utf-8").rstrip())


if __name__ == "__main__":
    main()
