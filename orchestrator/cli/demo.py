"""`nexus demo upstream`: a local stand-in for the services of the examples."""

from __future__ import annotations

from typing import Annotated

import typer

from orchestrator.cli.output import AsJson, say, say_json

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)

DEFAULT_PORT = 8100


@app.callback()
def demo() -> None:
    """Stand-ins to try NEXUS with, offline."""


@app.command()
def upstream(
    port: Annotated[
        int, typer.Option(help="The next free port if it is taken; 0 for any.", min=0, max=65535)
    ] = DEFAULT_PORT,
    as_json: AsJson = False,
) -> None:
    """Serve a stand-in for Open-Meteo's forecast and geocoding API, and for the notes example, until Ctrl+C.

    The places are real; the weather is made up from them and the date.
    """
    from orchestrator.bind import Bind, listen
    from orchestrator.demo.server import serve_demo

    listener, bound = listen(Bind("127.0.0.1", port))
    if as_json:
        say_json({"url": bound.url(), "stand_in": True})
    else:
        say(f"The demo upstream is on {bound.url()}: a stand-in for Open-Meteo and the notes example.")
        say("Its weather is invented. Bind a module to it by this address; Ctrl+C ends it.")
    serve_demo(listener)
