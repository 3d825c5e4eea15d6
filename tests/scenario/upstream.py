"""A service outside, played by the test: it counts what reaches it, and can keep a caller waiting."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LEDGER = """
openapi: 3.0.3
info: {title: Ledger, version: "1", description: Entries and payments of a small shop.}
servers: [{url: "https://ledger.example/v1"}]
paths:
  /entries:
    get:
      operationId: listEntries
      summary: List ledger entries
      parameters:
        - {name: q, in: query, description: Only entries that contain this text., schema: {type: string}}
      responses:
        "200":
          description: The entries.
          content: {application/json: {schema: {$ref: "#/components/schemas/Entries"}}}
    post:
      operationId: addEntry
      summary: Add a ledger entry
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: "#/components/schemas/NewEntry"}}}
      responses:
        "201": {description: Added., content: {application/json: {schema: {$ref: "#/components/schemas/Entry"}}}}
  /payments:
    post:
      operationId: payInvoice
      summary: Pay an invoice
      parameters:
        - {name: Idempotency-Key, in: header, description: A repetition pays nothing., schema: {type: string}}
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: "#/components/schemas/NewEntry"}}}
      responses:
        "201": {description: Paid., content: {application/json: {schema: {$ref: "#/components/schemas/Entry"}}}}
components:
  schemas:
    NewEntry:
      type: object
      required: [text]
      additionalProperties: false
      properties: {text: {type: string, minLength: 1, description: What the entry says.}}
    Entry:
      type: object
      required: [id, text]
      properties: {id: {type: integer}, text: {type: string}}
    Entries:
      type: object
      required: [entries]
      properties: {entries: {type: array, items: {$ref: "#/components/schemas/Entry"}}}
"""
"""What the upstream offers, as a description that a module is built from."""
SERVER = "https://ledger.example/v1"


@dataclass(frozen=True)
class Request:
    """One request that arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class Upstream:
    """``requests`` is everything that arrived. While ``hold`` lasts every request waits, and ``arrived``
    says so; another ``status`` than 200 is the answer to all."""

    url: str = ""
    requests: list[Request] = field(default_factory=list[Request])
    entries: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    status: int = 200
    arrived: threading.Event = field(default_factory=threading.Event)
    _open: threading.Event = field(default_factory=threading.Event)
    _keys: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])

    def __post_init__(self) -> None:
        self._open.set()

    @property
    def bound(self) -> dict[str, str]:
        """The binding that leads a ledger module here."""
        return {SERVER: self.url + "/v1"}

    def hold(self) -> None:
        """Keep every request waiting from now on."""
        self.arrived.clear()
        self._open.clear()

    def release(self) -> None:
        self._open.set()

    def count(self, method: str) -> int:
        return sum(request.method == method for request in self.requests)

    def take(self, request: Request) -> tuple[int, Any]:
        self.requests.append(request)
        self.arrived.set()
        self._open.wait(120)
        if self.status != 200:
            return self.status, {"detail": "Not today."}
        if request.method == "GET":
            return 200, {"entries": self.entries}
        known = self._keys.get(request.headers.get("idempotency-key", "")) if "payments" in request.path else None
        if known is not None:
            return 201, known
        entry = {"id": len(self.entries) + 1, "text": request.body["text"]}
        self.entries.append(entry)
        self._keys[request.headers.get("idempotency-key", "")] = entry
        return 201, entry


@contextmanager
def upstream() -> Iterator[Upstream]:
    """An upstream on a free port of this machine."""
    played = Upstream()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            headers = {name.lower(): value for name, value in self.headers.items()}
            # Whoever asked may have been killed meanwhile.
            with suppress(OSError):
                status, answer = played.take(Request(self.command, self.path, headers, body))
                content = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        do_GET = do_POST = do_DELETE = answer  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet: the test looks at what arrived."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    played.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield played
    finally:
        played.release()
        server.shutdown()
        server.server_close()
        thread.join()
