"""Souls: what a file has to say, and what is refused with its name and the mend."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from core.errors import InvalidInput
from gateway import Purpose
from gateway.prompt import load_souls

GOOD = '---\nname: keeper\nversion: 3\npurpose: judge\ntools: ["lights__*"]\n---\n# Keeper\n\nYou keep the lights.\n'


def a_folder(path: Path, **files: str | bytes) -> Path:
    for name, content in files.items():
        (path / f"{name}.md").write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_the_souls_of_nexus_are_there_by_name() -> None:
    souls = load_souls()
    assert list(souls) == ["builder", "companion", "monitor", "operator", "tester"]
    assert souls["tester"].purpose is Purpose.TEST
    assert souls["monitor"].purpose is Purpose.JUDGE
    assert all(soul.text.startswith(f"# {name.title()}\n") for name, soul in souls.items())


def test_only_the_operator_is_given_tools() -> None:
    assert [name for name, soul in load_souls().items() if soul.admits("weather__forecast")] == ["operator"]


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    (soul,) = load_souls(a_folder(tmp_path, keeper=GOOD)).values()
    assert (soul.name, soul.version, soul.purpose, soul.tools) == ("keeper", 3, Purpose.JUDGE, ("lights__*",))
    assert soul.text == "# Keeper\n\nYou keep the lights."
    assert soul.sha256 == hashlib.sha256(GOOD.encode()).hexdigest()


def test_line_ends_of_a_checkout_change_the_hash_and_not_the_text(tmp_path: Path) -> None:
    (soul,) = load_souls(a_folder(tmp_path, keeper=GOOD.replace("\n", "\r\n"))).values()
    assert soul.text == "# Keeper\n\nYou keep the lights."
    assert soul.sha256 != hashlib.sha256(GOOD.encode()).hexdigest()


def test_other_files_are_no_souls(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no soul")
    (tmp_path / "folder.md").mkdir()
    assert dict(load_souls(tmp_path)) == {}


@pytest.mark.parametrize(
    ("pattern", "tool", "admitted"),
    [
        ("lights__*", "lights__look", True),
        ("lights__*", "Lights__look", False),
        ("lights__*", "horns__lights__blow", False),
        ("*", "anything", True),
        ("lights__loo[kt]", "lights__loot", True),
    ],
)
def test_patterns_admit_by_the_whole_name(tmp_path: Path, pattern: str, tool: str, admitted: bool) -> None:
    (soul,) = load_souls(a_folder(tmp_path, keeper=GOOD.replace("lights__*", pattern))).values()
    assert soul.admits(tool) is admitted


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("tools:", "mood: grim\ntools:", "unknown member 'mood'"),
        ("tools:", "name: other\ntools:", "'name' twice"),
        ("version: 3\n", "", "lacks 'version'"),
        ("version: 3", 'version: "3"', "version '3'"),
        ("version: 3", "version: true", "version True"),
        ("version: 3", "version: 0", "version 0"),
        ("name: keeper", "name: 7", "name 7"),
        ("name: keeper", "name: The Keeper", "name 'The Keeper'"),
        ("purpose: judge", "purpose: rule", "purpose 'rule'"),
        ("purpose: judge", "purpose: [judge]", "purpose ['judge']"),
        ('["lights__*"]', "lights__*", "tools 'lights__*'"),
        ('["lights__*"]', "[1]", "tools [1]"),
        ('["lights__*"]', '[""]', "tools ['']"),
        ('["lights__*"]', "", "tools None"),
        ('["lights__*"]', "[", "not YAML"),
        ('["lights__*"]', "!!python/object/apply:os.getcwd []", "not YAML"),
        ("version: 3", "version: 2026-99-99", "not YAML"),
        ("---\nname", "name", "no front matter"),
        ("# Keeper\n\nYou keep the lights.\n", " \n", "no text"),
    ],
)
def test_what_is_wrong_is_refused_with_the_file_and_the_mend(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in GOOD
    with pytest.raises(InvalidInput) as refused:
        load_souls(a_folder(tmp_path, wrong=GOOD.replace(old, new, 1)))
    assert "wrong.md" in refused.value.detail
    assert says in refused.value.detail
    assert refused.value.mend != InvalidInput.default_mend


def test_front_matter_that_is_a_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"wrong\.md has front matter without members"):
        load_souls(a_folder(tmp_path, wrong="---\n- a\n---\ntext\n"))


def test_what_is_not_utf8_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"wrong\.md is not UTF-8"):
        load_souls(a_folder(tmp_path, wrong=GOOD.encode() + b"\xff"))


def test_two_files_cannot_have_one_name(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"other\.md has the name of keeper\.md"):
        load_souls(a_folder(tmp_path, keeper=GOOD, other=GOOD))


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no folder of souls"):
        load_souls(tmp_path / "nowhere")
