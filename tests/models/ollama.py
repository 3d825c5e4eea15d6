"""An Ollama on loopback that answers each chat with the same words, for who finds it and takes it over."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SAID = "Ready when you are."


class Ollama(ThreadingHTTPServer):
    """``host`` is what ``OLLAMA_HOST`` says of it, ``asked`` the models that were talked to."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.asked: list[str] = []

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"


class _Answer(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Ollama)
        body: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path != "/api/chat":
            self.send_error(404)
            return
        self.server.asked.append(body["model"])
        message = {"role": "assistant", "content": SAID}
        counted = {"prompt_eval_count": 7, "eval_count": 4}
        said = {"model": body["model"], "message": message, "done": True, "done_reason": "stop", **counted}
        # A stream is JSON by the line, and an answer in one piece is one line.
        content = json.dumps({"created_at": "2027-01-15T08:00:00Z", **said}).encode() + b"\n"
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson" if body.get("stream") else "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Tests say for themselves what was asked."""


@contextmanager
def running_ollama() -> Iterator[Ollama]:
    """It answers while the block lasts."""
    with Ollama() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
