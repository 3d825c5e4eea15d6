"""The address the service listens on."""

from __future__ import annotations

import socket

import pytest

from core.errors import InvalidInput, Unavailable
from orchestrator.bind import Bind, listen, parse_bind


@pytest.mark.parametrize(
    ("text", "bind", "url"),
    [
        ("127.0.0.1:8000", Bind("127.0.0.1", 8000), "http://127.0.0.1:8000"),
        ("localhost:80", Bind("localhost", 80), "http://localhost:80"),
        ("[::1]:8000", Bind("::1", 8000), "http://[::1]:8000"),
        ("0.0.0.0:8000", Bind("0.0.0.0", 8000), "http://127.0.0.1:8000"),
        ("[::]:8000", Bind("::", 8000), "http://[::1]:8000"),
    ],
)
def test_an_address_is_read_and_reached(text: str, bind: Bind, url: str) -> None:
    assert parse_bind(text) == bind
    assert bind.url() == url


@pytest.mark.parametrize(
    "text", ["", "8000", "localhost", ":8000", "::1:8000", "h:99999", "h:x", "u@h:1", "h:1/p", "http://h:1"]
)
def test_anything_else_is_refused_with_the_form(text: str) -> None:
    with pytest.raises(InvalidInput, match="HOST:PORT"):
        parse_bind(text)


def test_only_loopback_is_for_this_machine_alone() -> None:
    assert Bind("127.0.0.1", 1).loopback
    assert Bind("::1", 1).loopback
    assert Bind("localhost", 1).loopback
    assert not Bind("0.0.0.0", 1).loopback
    assert not Bind("nexus.example", 1).loopback


def test_a_taken_port_is_passed_over() -> None:
    first, taken = listen(Bind("127.0.0.1", 0))
    with first:
        second, bound = listen(taken)
        with second, socket.create_connection((bound.host, bound.port)):
            assert bound.port > taken.port


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(Unavailable, match="Cannot listen"):
        listen(Bind("192.0.2.1", 0))


def test_accepted_connections_send_small_writes_at_once() -> None:
    listener, bound = listen(Bind("127.0.0.1", 0))
    with listener, socket.create_connection((bound.host, bound.port)):
        accepted, _ = listener.accept()
        with accepted:
            # What asyncio looks at before it sets TCP_NODELAY.
            assert accepted.proto == socket.IPPROTO_TCP
