"""The scripted server as a process of its own: prints its port, then answers the same thing at once for ever."""

from __future__ import annotations

import argparse
import asyncio
from contextlib import suppress

from tests.models.answers import Usage, say
from tests.models.server import ModelServer


async def serve(text: str, usage: Usage, port: int) -> None:
    """Serve until cancelled; port 0 takes a free one."""
    server = ModelServer(otherwise=say(text, usage=usage), remember=False)
    server.port = port
    async with server:
        print(server.port, flush=True)
        await asyncio.Event().wait()


def main() -> None:
    """Read the command line and serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m tests.models", description=__doc__)
    parser.add_argument("--text", default="The quick brown fox jumps over the lazy dog.", help="what is answered")
    parser.add_argument("--input", type=int, default=100, help="prompt tokens that are reported")
    parser.add_argument("--output", type=int, default=9, help="completion tokens that are reported")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port")
    chosen = parser.parse_args()
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(chosen.text, Usage(chosen.input, chosen.output), chosen.port))


if __name__ == "__main__":
    main()
