"""From purposes to models and from failures to the next: data in, the same answer each time out."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput, NotFound
from gateway import FailureClass, GatewayConfig, Image, Message, ModelRequest, Purpose
from gateway.config import FALLBACK
from gateway.routing import MOST_TRIES, card, check, first_to_answer, next_model, plan

PRICED = {"input_price": "1", "output_price": "2"}
DOCUMENT: dict[str, Any] = {
    "providers": {
        "here": {"kind": "ollama"},
        "cloud": {"kind": "openai", "credential": "openai"},
        "other": {"kind": "compatible", "base_url": "https://models.example/v1"},
    },
    "models": {
        "small": {"provider": "here", "model": "llama3", "context": 8_000},
        "big": {"provider": "cloud", "model": "gpt-5-mini"},
        "spare": {"provider": "other", "model": "any", "context": 32_000, **PRICED},
    },
    "tiers": {"standard": ["small", "spare"], "heavy": ["big", "tier:standard"]},
}


def asked(purpose: Purpose = Purpose.JUDGE, text: str = "hello", **more: Any) -> ModelRequest:
    return ModelRequest(purpose=purpose, messages=(Message(role="user", content=text),), **more)


def names(request: ModelRequest, **changes: Any) -> list[str]:
    return [card.name for card in plan(GatewayConfig.parse({**DOCUMENT, **changes}), request).models]


def test_an_easy_call_goes_to_the_standard_tier_and_then_to_the_other() -> None:
    assert names(asked()) == ["small", "spare", "big"]


def test_the_reason_of_a_tier_is_told() -> None:
    found = plan(GatewayConfig.parse(DOCUMENT), asked(text="Prove it, step by step."))
    assert (found.tier, found.reasons) == ("heavy", ("Tier heavy: the message has 'step by step' in it.",))
    assert [card.name for card in found.models] == ["big", "small", "spare"]


def test_the_rules_come_last_where_they_can_answer_and_first_where_they_do_it_well() -> None:
    assert names(asked(Purpose.CHAT))[-1] == "builtin"
    assert names(asked(Purpose.ROUTE))[0] == "builtin"
    assert "builtin" not in names(asked(Purpose.CHAT, output_schema={"type": "object"}))
    assert "builtin" not in names(asked(Purpose.REPAIR))
    assert names(asked(Purpose.REPAIR), tiers={}) == []


def test_images_go_to_those_who_see() -> None:
    seen = Message(role="user", images=(Image(media_type="image/png", data="AAAA"),))
    request = ModelRequest(purpose=Purpose.CHAT, messages=(seen,))
    blind = {**DOCUMENT["models"]["small"], "sees": False}
    listed = {"provider": "cloud", "model": "o3-mini"}
    models = {**DOCUMENT["models"], "small": blind, "listed": listed}
    tiers = {"standard": ["small", "listed", "spare", "big"]}
    assert names(request, models=models, tiers=tiers) == ["spare", "big"]
    corrected = {**models, "listed": {**listed, "sees": True}}
    assert names(request, models=corrected, tiers=tiers) == ["listed", "spare", "big"]
    with pytest.raises(InvalidInput, match="small and listed can see no images"):
        names(request.model_copy(update={"bare": True}), models=models, tiers={"standard": ["small", "listed"]})


def test_a_purpose_may_have_a_tier_or_a_list_of_its_own() -> None:
    assert names(asked(), purposes={"judge": {"tier": "heavy"}})[0] == "big"
    assert names(asked(Purpose.CHAT), purposes={"chat": {"models": ["spare", "tier:heavy"]}}) == [
        "spare",
        "big",
        "small",
    ]


def test_an_organisation_may_have_it_otherwise() -> None:
    changes = {"organisations": {"guest": {"tiers": {"standard": ["spare"]}}}}
    assert names(asked(org="guest"), **changes)[0] == "spare"
    assert names(asked(org="home"), **changes)[0] == "small"


def test_whoever_asks_for_a_model_gets_it_or_hears_that_there_is_none() -> None:
    assert names(asked(model="spare")) == ["spare"]
    with pytest.raises(NotFound):
        names(asked(model="nobody"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"tiers": {"standard": ["nobody"]}}, "tiers.standard names the model 'nobody'"),
        ({"tiers": {"standard": ["tier:heavy"], "heavy": ["tier:standard"]}}, "a tier cannot contain itself"),
        ({"tiers": {"light": []}}, "tiers.light"),
        ({"models": {"x": {"provider": "nobody", "model": "y"}}, "tiers": {}}, "names the provider 'nobody'"),
        ({"models": {"builtin": {"provider": "here", "model": "y"}}, "tiers": {}}, "the builtin provider's"),
        ({"models": {"x": {"provider": "here", "model": "y", "input_price": "-1"}}, "tiers": {}}, "input_price"),
        ({"models": {"x": {"provider": "here", "model": "y", "output_price": "NaN"}}, "tiers": {}}, "output_price"),
        ({"providers": {"here": {"kind": "compatible"}}}, "needs its base_url"),
        ({"providers": {"here": {"kind": "ollama", "base_url": "file:///etc/passwd"}}}, "base_url"),
        ({"purposes": {"chat": {"models": ["nobody"]}}}, "purposes.chat.models names the model 'nobody'"),
        ({"purposes": {"dream": {}}}, "purposes.dream"),
        ({"fallback": {"timeout": {"tries": 99}}}, "fallback.timeout.tries"),
        ({"organisations": {"a": {"tiers": {"heavy": ["nobody"]}}}}, "tiers.heavy names the model 'nobody'"),
        ({"deadline_seconds": 0}, "deadline_seconds"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_a_routing_that_is_not_right_says_where(change: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        GatewayConfig.parse({**DOCUMENT, **change})
    assert said in refused.value.detail
    assert "stays" in refused.value.mend


def test_a_model_whose_price_nobody_knows_is_refused() -> None:
    unknown = {"models": {"x": {"provider": "cloud", "model": "gpt-of-tomorrow"}}, "tiers": {}}
    with pytest.raises(InvalidInput, match="Nobody says what the model 'x' costs"):
        check(GatewayConfig.parse({**DOCUMENT, **unknown}))
    unknown["models"]["x"] |= PRICED  # pyright: ignore[reportArgumentType]
    check(GatewayConfig.parse({**DOCUMENT, **unknown}))


def test_prices_and_sizes_come_from_the_list_where_the_routing_says_none() -> None:
    big = card(GatewayConfig.parse(DOCUMENT), "big")
    assert big.input_price == Decimal("0.25")
    assert big.context is not None
    assert big.nanos(1_000_000, 0) == 250_000_000
    assert big.nanos(1_000_000, 0, cached=1_000_000) == 25_000_000
    assert card(GatewayConfig.parse(DOCUMENT), "small").free
    assert card(GatewayConfig.parse(DOCUMENT), "spare").nanos(1, 1) == 3_000


def test_what_a_provider_keeps_has_prices_of_its_own_and_the_dearest_is_held() -> None:
    claude = {
        "providers": {"a": {"kind": "anthropic"}},
        "models": {"c": {"provider": "a", "model": "claude-sonnet-4-5"}},
    }
    found = card(GatewayConfig.parse(claude), "c")
    million = 1_000_000
    assert found.nanos(million, 0) == 3_000_000_000
    assert found.nanos(million, 0, cached=million) == 300_000_000
    assert found.nanos(million, 0, written=million) == 3_750_000_000 == found.most(million, 0)


ORDER = ["small", "big", "spare", "builtin"]
FAILED = [
    ("small", FailureClass.CONTEXT_TOO_LONG, "big"),
    ("big", FailureClass.CONTEXT_TOO_LONG, "builtin"),
    ("big", FailureClass.AUTH, "spare"),
    ("small", FailureClass.SCHEMA_MISMATCH, "big"),
    ("small", FailureClass.BUDGET, "builtin"),
    ("small", FailureClass.CONTENT_FILTER, "big"),
    ("builtin", FailureClass.NOT_FOUND, None),
]


@pytest.mark.parametrize(("at", "failure", "following"), FAILED)
def test_each_failure_has_its_next_model(at: str, failure: FailureClass, following: str | None) -> None:
    config = GatewayConfig.parse(DOCUMENT)
    cards = [card(config, name) for name in ORDER]
    found = next_model(config, cards, ORDER.index(at), 1, failure)
    assert (None if found is None else ORDER[found]) == following


def test_a_rule_may_be_another_one() -> None:
    config = GatewayConfig.parse({**DOCUMENT, "fallback": {"rate_limit": {"tries": 0, "then": "stop"}}})
    cards = [card(config, name) for name in ORDER]
    assert next_model(config, cards, 0, 1, FailureClass.RATE_LIMIT) is None


@given(st.sampled_from(list(FailureClass)), st.lists(st.sampled_from(list(FailureClass)), max_size=40))
def test_every_course_ends_and_is_the_same_each_time(first: FailureClass, rest: list[FailureClass]) -> None:
    config = GatewayConfig.parse(DOCUMENT)
    cards = [card(config, name) for name in ORDER]

    def course() -> list[tuple[int, int]]:
        at, tries, steps = 0, 1, [(0, 1)]
        for failure in [first, *rest, *[FailureClass.TIMEOUT] * 40]:
            following = next_model(config, cards, at, tries, failure)
            if following is None:
                return steps
            assert following >= at
            tries = tries + 1 if following == at else 1
            assert tries <= MOST_TRIES
            at = following
            steps.append((at, tries))
        raise AssertionError("it never ended")

    assert course() == course()


def test_every_failure_has_a_rule() -> None:
    assert set(FALLBACK) == set(FailureClass)


def test_whoever_is_preferred_is_asked_first_and_then_the_rules() -> None:
    own_list = {"purposes": {"chat": {"models": ["big"]}}}
    assert names(asked(Purpose.CHAT, preferred="spare")) == ["spare", "builtin"]
    assert names(asked(Purpose.CHAT, preferred="spare"), **own_list) == ["spare", "builtin"]
    assert names(asked(Purpose.PLAN, preferred="builtin")) == ["builtin"]
    assert names(asked(Purpose.JUDGE, preferred="spare")) == ["spare"]


def test_a_preference_for_a_model_that_is_none_leaves_it_to_the_routing() -> None:
    config, gone = GatewayConfig.parse(DOCUMENT), asked(Purpose.CHAT, preferred="gone")
    found = plan(config, gone)
    assert found == replace(plan(config, asked(Purpose.CHAT)), missing="gone")
    assert plan(config, asked(Purpose.CHAT, preferred="small")).missing is None


AWAY = {"here": FailureClass.UNREACHABLE, "cloud": FailureClass.AUTH}


@pytest.mark.parametrize(
    ("away", "fallback", "answers"),
    [
        ((), {}, "small"),
        (("here",), {}, "spare"),
        (("here", "other"), {}, "big"),
        (("here", "other", "cloud"), {}, "builtin"),
        (("here",), {"unreachable": {"then": "stop"}}, None),
    ],
)
def test_who_would_really_answer(away: tuple[str, ...], fallback: dict[str, Any], answers: str | None) -> None:
    config = GatewayConfig.parse({**DOCUMENT, "fallback": fallback})
    models = plan(config, asked(Purpose.CHAT)).models
    found = first_to_answer(
        config,
        models,
        lambda model: AWAY.get(model.provider or "", FailureClass.AUTH) if model.provider in away else None,
    )
    assert (found and found.name) == answers
    assert first_to_answer(config, (), lambda _: None) is None
