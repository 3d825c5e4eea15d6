"""The program ``nexus``: its commands by name, and how every failure leaves it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib import import_module

import typer
from typer._click import Command as ClickCommand
from typer._click import Context, HelpFormatter
from typer.core import TyperGroup

from core.errors import NexusError
from orchestrator.cli.output import fail, settle_streams

INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Entry:
    """A command or group: the module that holds its ``app``, and its line in the help."""

    module: str
    summary: str


COMMANDS = {
    "serve": Entry("orchestrator.cli.serve", "Serve the API and the page."),
    "check": Entry("orchestrator.cli.check", "Show the effective settings and whether everything works."),
    "sandbox": Entry("orchestrator.cli.sandbox", "Serve the sandbox to services elsewhere."),
    "ask": Entry("orchestrator.cli.ask", "Say something, and see what comes of it."),
    "approvals": Entry("orchestrator.cli.approvals", "Read the cards that wait, and answer them."),
    "modules": Entry("orchestrator.cli.modules", "Build, show, bind, install, roll back and run modules."),
    "credentials": Entry("orchestrator.cli.credentials", "Set, list and remove the secrets that modules use."),
    "demo": Entry("orchestrator.cli.demo", "Stand-ins to try NEXUS with, offline."),
}
"""Every command, in the order of the help. A feature adds its line here and its file beside this one."""


class Commands(TyperGroup):
    """Knows the commands by name and imports the one that is used: `nexus --help` imports none."""

    def list_commands(self, ctx: Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Context, cmd_name: str) -> ClickCommand | None:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command = typer.main.get_command(import_module(entry.module).app)
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def nexus() -> None:
    """NEXUS: a self-hosted companion that grows its own tools, under its owner's control.

    Exit codes: 0 done, 1 failed, 2 usage, 3 needs confirmation, 4 blocked, 5 forbidden or over budget.
    """


def run() -> None:
    """Run the command line; a failure is one line on stderr and an exit code."""
    settle_streams()
    try:
        app(prog_name="nexus")
    except NexusError as error:
        sys.exit(fail(error, as_json="--json" in sys.argv))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has gone (`nexus … | head`): nothing to say, and nobody to say it to.
        sys.stderr.close()
        sys.exit(0)
