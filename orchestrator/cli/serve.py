"""`nexus serve`: the service, until Ctrl+C."""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from typing import Annotated

import typer

from core.redaction import log_to_stderr
from core.settings import load_settings
from orchestrator.cli.output import AsJson, say, say_json, warn
from orchestrator.identity.model import LINK_LIFE
from orchestrator.serving import Announcement, serve

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def serve_command(
    bind: Annotated[str | None, typer.Option(help="HOST:PORT; the next free port if it is taken.")] = None,
    as_json: AsJson = False,
) -> None:
    """Serve the API and the page until Ctrl+C."""
    settings = load_settings()
    if bind is not None:
        settings = settings.model_copy(update={"bind": bind})
    log_to_stderr(logging.WARNING)
    serve(
        settings,
        announce=announce_json if as_json else announce,
        on_open=lambda: None if as_json else ready(),
    )


def ready() -> None:
    # Whoever read the link may have closed the pipe since; that is no reason not to serve.
    with suppress(BrokenPipeError):
        say("Ready.")


def announce(what: Announcement) -> None:
    if what.moved:
        say(f"Port {what.wanted.port} is taken; using the next free one.")
    say(f"NEXUS serves on {what.url}")
    say(f"Open once, within {int(LINK_LIFE.total_seconds() // 60)} minutes: {what.link}")
    if what.exposed:
        warn("Other machines can reach this address without encryption: put a proxy with TLS in front of it.")


def announce_json(what: Announcement) -> None:
    say_json({"url": what.url, "link": what.link, "pid": os.getpid()})
