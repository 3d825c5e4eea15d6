"""The program: its help is cheap, its commands are real, its failures are one line and a code."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module

import pytest
import typer

from core.errors import BudgetExceeded, Conflict, Forbidden, InvalidInput, NexusError, Unauthenticated
from orchestrator.cli.output import ExitCode, fail, table
from orchestrator.cli.program import COMMANDS
from orchestrator.client import Refusal

HEAVY = {"fastapi", "uvicorn", "sqlalchemy", "httpx", "pydantic", "langgraph", "rich", "asyncio", "jsonschema"}


def test_the_help_names_every_command_and_imports_none() -> None:
    script = (
        "import sys\n"
        "from orchestrator.cli import main\n"
        "sys.argv = ['nexus', '--help']\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code\n"
        "sys.stderr.write(' '.join(sorted(sys.modules)))\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert all(f"\n  {name} " in ran.stdout for name in COMMANDS)
    assert not HEAVY & set(ran.stderr.split())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_can_be_imported(name: str) -> None:
    command = typer.main.get_command(import_module(COMMANDS[name].module).app)

    assert command.help
    assert not [option.name for option in command.params if option.name and "completion" in option.name]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InvalidInput("Wrong."), ExitCode.FAILED),
        (Conflict("Twice."), ExitCode.FAILED),
        (Unauthenticated("Who?"), ExitCode.FORBIDDEN),
        (Forbidden("No."), ExitCode.FORBIDDEN),
        (BudgetExceeded("Enough."), ExitCode.FORBIDDEN),
        (Refusal({"status": 403, "code": "forbidden", "detail": "No.", "mend": "Ask."}), ExitCode.FORBIDDEN),
        (Refusal({"status": 404, "code": "not_found", "detail": "None.", "mend": "List."}), ExitCode.FAILED),
    ],
)
def test_a_failure_is_one_line_and_a_code(error: NexusError, code: ExitCode, capsys) -> None:
    assert fail(error) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert error.mend in said.err


def test_a_failure_for_programs_is_the_problem_document(capsys) -> None:
    document = {"status": 404, "code": "not_found", "detail": "None.", "mend": "List.", "request_id": "r"}
    fail(Refusal(document), as_json=True)
    fail(Conflict("Twice.\nReally.", first="a"), as_json=True)
    theirs, ours = (json.loads(line) for line in capsys.readouterr().out.splitlines())

    assert theirs == document
    assert (ours["code"], ours["status"], ours["first"]) == ("conflict", 409, "a")


def test_a_table_lines_up() -> None:
    assert table([("NAME", "SET"), ("a", "b"), ("longer", "")]) == "NAME    SET\na       b\nlonger"
    assert table([]) == ""


def test_serving_begins_with_the_edge_alone() -> None:
    script = "import sys, orchestrator.cli.serve; sys.stdout.write(' '.join(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert not {"fastapi", "sqlalchemy", "langgraph", "httpx", "alembic", "jsonschema", "rich"} & set(
        ran.stdout.split()
    )
