"""Providers: what keeps one locked, and where an Ollama would be."""

from __future__ import annotations

import pytest

from gateway.config import ProviderConfig
from gateway.locks import LOCKS, OllamaLock


def provider(**members: str) -> ProviderConfig:
    return ProviderConfig.model_validate(members)


def test_what_is_missing_is_told_by_what_it_is_and_with_the_mend() -> None:
    keyless, keyed = provider(kind="openai"), provider(kind="openai", credential="vault")
    lock = LOCKS["openai"]
    assert [lack.what for lack in lock.lacks("cloud", keyless, (), 0)] == ["credential", "model"]
    assert [lack.sentence for lack in lock.lacks("cloud", keyed, (), 1)] == [
        "The key 'vault' is not stored: nexus credentials set vault"
    ]
    assert lock.lacks("cloud", keyed, ("vault",), 1) == ()


def test_calls_are_sure_to_fail_for_want_of_a_key_only_where_one_is_wanted() -> None:
    assert LOCKS["openai"].locked(provider(kind="openai"), ())
    assert LOCKS["openai"].locked(provider(kind="openai", credential="vault"), ("other",))
    assert not LOCKS["openai"].locked(provider(kind="openai", credential="vault"), ("vault",))
    # A server of one's own that speaks the same protocol may ask for none.
    assert not LOCKS["openai"].locked(provider(kind="openai", base_url="http://127.0.0.1:1/v1"), ())
    assert not LOCKS["ollama"].locked(provider(kind="ollama"), ())


@pytest.mark.parametrize(
    ("host", "address"),
    [
        (None, "http://127.0.0.1:11434"),
        ("", "http://127.0.0.1:11434"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("[::]:8080", "http://[::1]:8080"),
        (":8080", "http://127.0.0.1:8080"),
        ("models.example", "http://models.example:11434"),
        ("models.example:8080", "http://models.example:8080"),
        ("http://models.example", "http://models.example:80"),
        ("https://models.example/", "https://models.example:443"),
        ("models.example:port", None),
        ("ftp://models.example", None),
        ("http://[", None),
    ],
)
def test_an_ollama_is_looked_for_where_its_own_programs_look(host: str | None, address: str | None) -> None:
    assert OllamaLock.address({} if host is None else {"OLLAMA_HOST": host}) == address
