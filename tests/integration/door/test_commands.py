"""The command line as a client: of the running service, or of the same application in its own process."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.enforcement import LAYERS
from tests.integration.door.conftest import NEXUS, Served, environment


def said(ran: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The one document that a command with --json printed."""
    assert ran.stdout, ran.stderr
    (line,) = ran.stdout.splitlines()
    return json.loads(line)


@pytest.fixture(params=["running service", "own process"])
def anywhere(request: pytest.FixtureRequest, serve) -> None:
    """Each test with a service to find and without one."""
    if request.param == "running service":
        serve().ready()


@pytest.mark.usefixtures("anywhere")
def test_credentials_are_set_listed_and_removed(nexus, data_dir: Path) -> None:
    assert nexus("credentials", "set", "api/one", typed="s3cret\n").returncode == 0
    listed = nexus("credentials", "list", "--json")
    assert [each["name"] for each in said(listed)["items"]] == ["api/one"]
    assert "s3cret" not in listed.stdout
    assert "api/one" in nexus("credentials", "list").stdout
    assert said(nexus("credentials", "remove", "api/one", "--json")) == {"name": "api/one", "removed": True}
    gone = nexus("credentials", "remove", "api/one", "--json")

    assert gone.returncode == 1
    assert said(gone)["code"] == "not_found"
    assert gone.stderr.count("\n") == 1


def test_a_secret_is_asked_for_without_showing_it(at_terminal, nexus) -> None:
    shown = at_terminal(["credentials", "set", "typed"], typed="hunter2")

    assert "Value of typed" in shown
    assert "hunter2" not in shown
    assert [each["name"] for each in said(nexus("credentials", "list", "--json"))["items"]] == ["typed"]


def test_a_secret_is_never_an_argument(nexus) -> None:
    assert nexus("credentials", "set", "name", "s3cret").returncode == 2
    assert nexus("credentials", "set", "name", "--value", "s3cret").returncode == 2


def test_an_empty_secret_is_refused(nexus) -> None:
    ran = nexus("credentials", "set", "name", typed="")

    assert ran.returncode == 1
    assert "holds no value" in ran.stderr


@pytest.mark.usefixtures("anywhere")
def test_check_names_every_setting_its_source_and_what_works(nexus, data_dir: Path) -> None:
    found = said(nexus("check", "--json"))
    settings = {each["name"]: each for each in found["settings"]}

    assert settings["data_dir"] == {"name": "data_dir", "value": str(data_dir), "source": "environment"}
    assert settings["synchronous"]["source"] == "default"
    database = next(each for each in found["probes"] if each["name"] == "database")
    assert database["ok"]
    assert database["facts"]["engine"] == "SQLite"
    lines = nexus("check").stdout
    assert "data_dir" in lines
    assert "SQLite answers" in lines


@pytest.mark.usefixtures("anywhere")
def test_check_sandbox_says_for_each_layer_whether_it_holds_here(nexus) -> None:
    ran = nexus("check", "sandbox", "--json")
    found = said(ran)
    assert [layer["name"] for layer in found["layers"]] == list(LAYERS)
    for layer in found["layers"]:
        assert layer["detail"] if layer["enforced"] else layer["why"] and layer["leaves_open"], layer
    assert (found["level"], found["require"], found["sufficient"]) == ("kernel", "kernel", True)
    assert len(found["policy_hash"]) == 64
    assert "Level kernel; sandbox.require is kernel: code runs here." in nexus("check", "sandbox").stdout


def test_a_policy_that_means_nothing_is_refused_in_one_line(nexus) -> None:
    ran = nexus("check", "sandbox", NEXUS_SANDBOX__HOSTS='["https://example.com"]')
    assert ran.returncode == 1
    assert ran.stderr.startswith("sandbox.hosts: 'https://example.com' is no host name")
    assert ran.stderr.count("\n") == 1


def test_commands_at_once_take_turns_at_a_directory_that_nobody_serves(nexus, data_dir: Path, tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as pool:
        ran = list(pool.map(lambda number: nexus("credentials", "set", f"c{number}", typed="v\n"), range(2)))

    assert [each.returncode for each in ran] == [0, 0], [each.stderr for each in ran]
    assert [each["name"] for each in said(nexus("credentials", "list", "--json"))["items"]] == ["c0", "c1"]


def test_an_announcement_of_a_killed_service_misleads_nobody(serve, nexus) -> None:
    serve().ready().kill()

    assert said(nexus("credentials", "list", "--json"))["items"] == []


def test_an_unknown_command_is_usage(nexus) -> None:
    for arguments in (["frobnicate"], ["serve", "--frobnicate"], ["credentials", "frobnicate"]):
        assert nexus(*arguments).returncode == 2


@pytest.mark.parametrize(
    "typed",
    [
        [b"ask", b"caf\xe9"],
        [b"ask", b"x", b"--param", b"a=caf\xe9"],
        [b"approvals", b"show", b"caf\xe9"],
        [b"approvals", b"show", b"../me"],
        [b"approvals", b"approve", b"../me"],
        [b"modules", b"show", b"../me"],
        [b"modules", b"show", b"caf\xe9"],
        [b"credentials", b"remove", b"caf\xe9"],
    ],
)
def test_what_is_no_text_and_what_is_no_id_is_refused_in_one_line(
    shared: Served, tmp_path: Path, typed: list[bytes]
) -> None:
    ran = subprocess.run([NEXUS, *typed], cwd=tmp_path, env=environment(shared.data_dir), capture_output=True)
    assert (ran.returncode, ran.stdout, ran.stderr.count(b"\n")) == (1, b"", 1), ran.stderr


@pytest.mark.parametrize("command", ["ask -", "credentials set name"])
@pytest.mark.parametrize("given", ["printf 'caf\\351' |", "0<&-"])
def test_what_comes_in_and_is_no_text_is_refused_in_one_line(
    shared: Served, tmp_path: Path, command: str, given: str
) -> None:
    line = f"{given} {NEXUS} {command}" if given.endswith("|") else f"{NEXUS} {command} {given}"
    strict = {**environment(shared.data_dir), "PYTHONIOENCODING": "utf-8:strict"}
    ran = subprocess.run(["sh", "-c", line], cwd=tmp_path, env=strict, capture_output=True)
    assert (ran.returncode, ran.stdout, ran.stderr.count(b"\n")) == (1, b"", 1), ran.stderr


@pytest.mark.parametrize(("to", "code", "lines"), [("1>/dev/full", 1, 1), ("1>&-", 0, 0)])
def test_an_output_that_cannot_be_written_is_no_traceback(
    shared: Served, tmp_path: Path, to: str, code: int, lines: int
) -> None:
    ran = subprocess.run(
        ["sh", "-c", f"{NEXUS} modules list {to}"], cwd=tmp_path, env=environment(shared.data_dir), capture_output=True
    )
    assert (ran.returncode, ran.stderr.count(b"\n")) == (code, lines), ran.stderr


def test_a_terminal_without_a_character_is_shown_another(shared: Served, tmp_path: Path) -> None:
    ascii_only = {**environment(shared.data_dir), "PYTHONIOENCODING": "ascii"}
    asked = [NEXUS, "ask", "→ ü", "--json"]
    ran = subprocess.run(asked, cwd=tmp_path, env=ascii_only, capture_output=True, text=True)
    assert json.loads(ran.stdout)["run"]["input"]["text"] == "→ ü"


def test_the_demo_upstream_serves_and_says_what_it_is(serve, data_dir: Path, demo_upstream) -> None:
    url, words = demo_upstream

    assert "stand-in" in words
    assert "invented" in words
    assert httpx.get(url + "/v1/search", params={"name": "Berlin"}).json()["results"][0]["country_code"] == "DE"
    assert httpx.post(url + "/v1/notes", json={"text": "x"}).status_code == 201
