"""What is shipped: the packages named in pyproject.toml, whole, nothing else, under names nobody else uses."""

from __future__ import annotations

import configparser
import re
import subprocess
import sys
import tomllib
import venv
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = {"core", "gateway", "modules", "orchestrator", "sandbox", "souls"}
OURS = PROJECT["project"]["name"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built as `make setup` builds: with the build backend that is installed here."""
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = out.glob("*.whl")
    return built


def _files(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def test_it_holds_the_named_packages_and_nothing_else(wheel: Path) -> None:
    assert {name.split("/")[0] for name in _files(wheel)} == PACKAGES


def test_it_holds_every_file_of_them(wheel: Path) -> None:
    expected = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert expected - _files(wheel) == set()


def test_it_works_in_a_fresh_environment(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "fresh", with_pip=False, symlinks=True)
    (site,) = (tmp_path / "fresh").glob("lib/python*/site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    program = "import importlib.util as u, sys; print([n for n in sys.argv[1:] if u.find_spec(n) is None])"
    python = tmp_path / "fresh" / "bin" / "python"
    found = subprocess.run([python, "-I", "-c", program, *PACKAGES], capture_output=True, text=True, cwd=tmp_path)
    assert found.stdout.strip() == "[]", found.stderr
    entry_points = configparser.ConfigParser()
    entry_points.read(next(site.glob("*.dist-info")) / "entry_points.txt")
    assert dict(entry_points["console_scripts"]) == PROJECT["project"]["scripts"]


def test_no_locked_dependency_uses_a_name_of_ours() -> None:
    locked = _locked("runtime.txt")
    assert len(locked) > 30
    clashes = {
        name: sorted(owners)
        for name, distributions in metadata.packages_distributions().items()
        if name in PACKAGES and (owners := {_normal(each) for each in distributions} & locked - {_normal(OURS)})
    }
    assert clashes == {}


@pytest.mark.parametrize("lock", ["runtime.txt", "dev.txt"])
def test_locks_cover_the_declared_dependencies_with_hashes_and_name_no_registry(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text()
    assert not re.search(r"https?://|--index|--find-links|--extra-index", text)
    declared = [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["build"]]
    if lock == "dev.txt":
        declared += PROJECT["dependency-groups"]["dev"]
    names = {_normal(re.split(r"[\[<>=!~; ]", requirement)[0]) for requirement in declared}
    assert names - _locked(lock) == set()
    pinned = re.findall(r"^[A-Za-z0-9].*==.*$", text, re.MULTILINE)
    assert all(line.endswith("\\") for line in pinned)


def _locked(lock: str) -> set[str]:
    text = (ROOT / "requirements" / lock).read_text()
    return {_normal(name) for name in re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==", text, re.MULTILINE)}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
