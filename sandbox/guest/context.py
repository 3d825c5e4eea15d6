"""``ctx``: the capabilities a manifest names, each a frame to the host and an answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, cast

from .facades import AdapterError
from .frames import NotJson, TooMuch, read_frame, strict_json, write_frame

LOG_BYTES = 64 * 1024


class Channel:
    """The one descriptor of a runner: requests in, frames out."""

    def __init__(self, fd: int, limit: int) -> None:
        self.fd = fd
        self.limit = limit
        self._log_left = LOG_BYTES

    def send(self, frame: dict[str, Any], limit: int | None = None) -> None:
        """Send one frame; strict about what is in it."""
        write_frame(self.fd, strict_json(frame, limit or self.limit))

    def ask(self, capability: str, payload: dict[str, Any]) -> Any:
        """One capability request and its answer; a refusal is an ``AdapterError``."""
        try:
            self.send({"t": "ask", "capability": capability, "payload": payload})
        except (NotJson, TooMuch) as error:
            raise AdapterError("invalid_request", f"ctx.{capability}: {error}") from None
        answer = json.loads(read_frame(self.fd, self.limit * 2))
        refusal = answer.get("error")
        if refusal:
            raise AdapterError(**refusal)
        return answer["value"]

    def progress(self, text: str) -> None:
        """Tell whoever waits how far the call is."""
        self.send({"t": "progress", "text": str(text)[:1000].encode("utf-8", "replace").decode()})

    def log(self, text: str) -> None:
        """A line for the run's log; over 64 KiB a run the rest is dropped, and the log says so."""
        if self._log_left <= 0:
            return
        line = str(text).encode("utf-8", "replace")[: self._log_left].decode("utf-8", "replace")
        self._log_left -= len(line.encode()) + 1
        self.send({"t": "log", "text": line})
        if self._log_left <= 0:
            self.send({"t": "log", "text": "[log truncated]"})


class Http:
    """``ctx.http``."""

    def __init__(self, ask: Callable[[str, dict[str, Any]], Any]) -> None:
        self._ask = ask

    def request(
        self,
        method: str,
        url: str,
        headers: dict[str, str] | Iterable[Iterable[str]] | None = None,
        body: str | None = None,
        body_base64: str | None = None,
    ) -> dict[str, Any]:
        """One request through the host's broker. ``headers`` are [name, value] pairs or a mapping."""
        pairs: Any = cast("dict[str, str]", headers).items() if isinstance(headers, dict) else headers or ()
        payload: dict[str, Any] = {
            "method": method,
            "url": url,
            "headers": [list(pair) for pair in pairs],
            "body": body,
            "body_base64": body_base64,
        }
        return self._ask("http", payload)


class Files:
    """``ctx.files``."""

    def __init__(self, ask: Callable[[str, dict[str, Any]], Any]) -> None:
        self._ask = ask

    def read(self, id: str) -> Any:
        """A file that the host holds, by its id."""
        return self._ask("files", {"action": "read", "id": id})


class Artifacts:
    """``ctx.artifacts``."""

    def __init__(self, ask: Callable[[str, dict[str, Any]], Any]) -> None:
        self._ask = ask

    def put(self, name: str, media_type: str, text: str | None = None, base64: str | None = None) -> Any:
        """Give the host an artifact; answers with its id."""
        return self._ask(
            "artifacts",
            {"action": "put", "name": name, "media_type": media_type, "text": text, "base64": base64},
        )


class Context:
    """Holds the capabilities that were granted, and no others."""

    def __init__(self, channel: Channel, capabilities: list[str]) -> None:
        makers: dict[str, Callable[[], Any]] = {
            "http": lambda: Http(channel.ask),
            "files": lambda: Files(channel.ask),
            "artifacts": lambda: Artifacts(channel.ask),
            "log": lambda: channel.log,
            "progress": lambda: channel.progress,
        }
        for name in capabilities:
            setattr(self, name, makers[name]())

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"ctx.{name} was not granted: the manifest does not name it as a capability")
