"""Build iflint as one file, in two ways, and check that both say what this tree says.

    python -m release.executables [--named]

`dist/iflint.pyz` is a zipapp (shiv): it needs the Python that it was made with, and unpacks itself
once into `~/.shiv`. `dist/iflint`, or `iflint.exe`, is an executable (PyInstaller) that brings its
Python, and unpacks itself at each start. Both hold compiled libraries, and so fit one kind of
machine; with `--named` their names say which.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from iflint import __version__
from release import DIST, ROOT, say
from release.demo import differences
from release.tree import copied, epoch


def zipapp(folder: Path) -> tuple[str, ...]:
    """The command that starts the zipapp."""
    target = DIST / "iflint.pyz"
    command = [sys.executable, "-m", "shiv", "--reproducible", "--console-script", "iflint"]
    command += ["--python", f"/usr/bin/env python3.{sys.version_info.minor}"]
    command += ["--output-file", str(target), "--quiet", str(copied(folder / "tree"))]
    environment = os.environ | {"SOURCE_DATE_EPOCH": epoch()}
    subprocess.run(command, check=True, env=environment)
    return sys.executable, str(target)


def executable(folder: Path) -> tuple[str, ...]:
    """The command that starts the executable."""
    command = [sys.executable, "-m", "PyInstaller", "--onefile", "--name", "iflint"]
    for package in ("iflint", "iflint_rules"):
        command += ["--collect-submodules", package, "--collect-data", package]
    command += ["--copy-metadata", "iflint", "--log-level", "ERROR", "--noconfirm"]
    command += ["--distpath", str(DIST), "--workpath", str(folder), "--specpath", str(folder)]
    command += ["--paths", str(ROOT), "--paths", str(ROOT / "rules")]
    subprocess.run([*command, str(ROOT / "release" / "program.py")], check=True)
    return (str(DIST / ("iflint.exe" if os.name == "nt" else "iflint")),)


def named(path: Path) -> Path:
    """The file, under a name that says for which machine it is."""
    kind = f"{__version__}-{sysconfig.get_platform()}"
    if path.suffix == ".pyz":
        kind += f"-py3{sys.version_info.minor}"
    return path.rename(path.with_name(f"{path.stem}-{kind}{path.suffix}"))


def main() -> None:
    """Make both, and compare what they say of the demo."""
    parser = argparse.ArgumentParser(description="Build iflint as one file, in two ways.")
    parser.add_argument("--named", action="store_true", help="say in the names for which machine")
    options = parser.parse_args()
    DIST.mkdir(exist_ok=True)
    for make in (zipapp, executable):
        with tempfile.TemporaryDirectory() as folder:
            os.environ["SHIV_ROOT"] = folder
            program = make(Path(folder))
            found = differences(*program)
        if found:
            raise SystemExit(f"release: {program[-1]} has other output than this tree: {found}")
        made = Path(program[-1])
        made = named(made) if options.named else made
        say(f"release: {made.relative_to(ROOT)} ({made.stat().st_size / 1e6:.0f} MB) runs the demo")


if __name__ == "__main__":
    main()
