"""The peer: FastMCP.from_openapi on the same document, asked to make the same calls over MCP, in memory."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from benchmarks.directory.credentials import Shown
from benchmarks.directory.described import Call
from benchmarks.directory.outcome import Outcome

if TYPE_CHECKING:  # seconds of import, only when there is something to call
    import httpx2
    from fastmcp.server.providers.openapi import OpenAPITool

CALL_SECONDS = 30.0


class Peer:
    """FastMCP on one document. Built once; a document it refuses fails every call, with its reason."""

    def __init__(self, document: Mapping[str, Any], origin: str) -> None:
        import httpx2
        from fastmcp import FastMCP

        logging.getLogger("fastmcp").setLevel(logging.CRITICAL)
        self._answer: httpx2.Response | None = None
        self._http = httpx2.AsyncClient(
            base_url=origin, timeout=CALL_SECONDS, event_hooks={"response": [self._remember]}
        )
        self._tools: dict[tuple[str, str], OpenAPITool] = {}
        self._refusal = ""
        try:
            self._server = FastMCP.from_openapi(dict(document), client=self._http)
        except Exception as error:  # whatever it raises is its answer to this document
            self._refusal = f"{type(error).__name__}: {str(error)[:200]}"

    async def call(self, call: Call, shown: Shown) -> Outcome:
        """Make ``call`` as an MCP client would. FastMCP itself checks the data against the output schema."""
        import httpx2
        from fastmcp import Client

        if self._refusal:
            return Outcome(ok=False, why=self._refusal)
        tool = await self._tool(call)
        if tool is None:
            return Outcome(ok=False, why="no such tool")
        self._answer = None
        self._http.headers = httpx2.Headers(shown.headers)
        self._http.params = httpx2.QueryParams(shown.query)
        self._http.cookies = httpx2.Cookies(shown.cookies)
        try:
            async with Client(self._server) as client:
                result = await client.call_tool(tool.name, arguments(tool, call), raise_on_error=False)
        except Exception as error:  # a client that raises has not succeeded
            return self._outcome(ok=False, why=f"{type(error).__name__}: {str(error)[:300]}")
        return self._outcome(ok=not result.is_error, why=str(result.content)[:300] if result.is_error else "")

    async def aclose(self) -> None:
        await self._http.aclose()

    def _outcome(self, *, ok: bool, why: str) -> Outcome:
        answer = self._answer
        return Outcome(ok, why, answer.status_code if answer else None, answer.text[:2000] if answer else "")

    async def _remember(self, response: httpx2.Response) -> None:
        await response.aread()
        self._answer = response

    async def _tool(self, call: Call) -> OpenAPITool | None:
        from fastmcp.server.providers.openapi import OpenAPITool

        if not self._tools:
            for tool in await self._server.list_tools():
                if isinstance(tool, OpenAPITool):
                    self._tools[tool._route.method.upper(), tool._route.path] = tool
        return self._tools.get((call.method, call.path))


def arguments(tool: OpenAPITool, call: Call) -> dict[str, Any]:
    """``call`` in the names that FastMCP has given its arguments: a body's members may have become arguments."""
    given = {(each.place, each.name): each.value for each in call.arguments}
    places = {name: (at["location"], at["openapi_name"]) for name, at in tool._route.parameter_map.items()}
    named = {name: given[place] for name, place in places.items() if place in given}
    if call.media_type is None:
        return named
    members = {name: member for name, (location, member) in places.items() if location == "body"}
    if len(members) == 1 and not (isinstance(call.body, dict) and set(members.values()) & set(call.body)):
        return named | dict.fromkeys(members, call.body)
    body = call.body if isinstance(call.body, dict) else {}
    return named | {name: body[member] for name, member in members.items() if member in body}
