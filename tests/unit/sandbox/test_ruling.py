"""The manifest asks, the organisation caps, the smaller wins."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.settings import SandboxSettings
from sandbox import Ask, Limits, Ruling, SandboxPolicy, decide
from sandbox.guest.offered import IMPORTABLE
from sandbox.policy import CAPABILITIES

sets = st.frozensets(st.sampled_from(sorted(IMPORTABLE)))
capabilities = st.frozensets(st.sampled_from(sorted(CAPABILITIES)))
hosts = st.frozensets(st.sampled_from(["a.example", "api.b.example", "b.example", "c.example"]))
limits = st.dictionaries(st.sampled_from(sorted(Limits.model_fields)), st.integers(17, 10**9))
policies = st.builds(
    SandboxPolicy,
    imports=sets,
    capabilities=capabilities,
    hosts=st.none() | st.frozensets(st.sampled_from(["a.example", "*.b.example"])),
    limits=limits.map(Limits.model_validate),
)
asks = st.builds(Ask, imports=st.none() | sets, capabilities=capabilities, hosts=hosts, limits=limits)


def ruling(policy: SandboxPolicy, ask: Ask, rule: str) -> Ruling:
    return next(ruling for ruling in decide(policy, ask).rulings if ruling.rule == rule)


@given(policies, asks)
def test_what_holds_is_never_more_than_either_side_gives(policy: SandboxPolicy, ask: Ask) -> None:
    decision = decide(policy, ask)
    holds = decision.policy
    assert holds.imports <= policy.imports
    assert holds.capabilities <= policy.capabilities & ask.capabilities
    for name, allowed in policy.limits.model_dump().items():
        assert getattr(holds.limits, name) == min(allowed, ask.limits.get(name, allowed))
    excess = (ask.imports or frozenset()) - policy.imports
    unreachable = {host for host in ask.hosts if not policy.allows_host(host)}
    assert len(decision.refused) == len(excess) + len(ask.capabilities - policy.capabilities) + len(unreachable)


@given(policies, asks)
def test_every_rule_is_shown_once_with_who_decided_it(policy: SandboxPolicy, ask: Ask) -> None:
    rulings = decide(policy, ask).rulings
    assert [each.rule for each in rulings] == ["imports", "capabilities", "hosts", *Limits.model_fields]
    for each in rulings:
        assert (each.by == "manifest") == (each.asked is not None and each.asked == each.holds)


def test_a_smaller_wish_decides_and_a_larger_one_is_cut() -> None:
    policy = SandboxPolicy(limits=Limits(memory_mib=128))
    small, large = (
        ruling(policy, Ask(limits={"memory_mib": 64}), "memory_mib"),
        ruling(policy, Ask(limits={"memory_mib": 512}), "memory_mib"),
    )
    assert (small.asked, small.allowed, small.holds, small.by) == (64, 128, 64, "manifest")
    assert (large.asked, large.allowed, large.holds, large.by) == (512, 128, 128, "organisation")
    assert decide(policy, Ask(limits={"memory_mib": 512})).refused == ()


def test_what_is_asked_in_vain_is_a_finding_with_the_setting_that_mends_it() -> None:
    policy = SandboxPolicy(capabilities=frozenset({"log"}), hosts=frozenset({"*.example.com"}))
    ask = Ask(capabilities=frozenset({"http", "log"}), hosts=frozenset({"api.example.com", "example.com"}))
    found = decide(policy, ask).refused
    assert [(each.code, each.retryable) for each in found] == [
        ("capability_not_allowed", False),
        ("host_not_allowed", False),
    ]
    assert "sandbox.capabilities" in found[0].hint
    assert "example.com" in found[1].sentence


@pytest.mark.parametrize(
    ("pattern", "host", "allowed"),
    [
        ("api.example.com", "api.example.com", True),
        ("api.example.com", "evil-api.example.com", False),
        ("*.example.com", "a.b.example.com", True),
        ("*.example.com", "example.com", False),
        ("*.example.com", "example.com.evil.net", False),
        ("*.example.com", "badexample.com", False),
        ("127.0.0.1", "127.0.0.1", True),
        ("::1", "::1", True),
    ],
)
def test_host_patterns(pattern: str, host: str, allowed: bool) -> None:
    assert SandboxPolicy(hosts=frozenset({pattern})).allows_host(host) is allowed


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"imports": ["os"]}, "sandbox.imports: 'os' is none of"),
        ({"capabilities": ["shell"]}, "sandbox.capabilities: 'shell' is none of"),
        ({"hosts": ["https://example.com"]}, "sandbox.hosts: 'https://example.com' is no host name"),
        ({"hosts": ["*"]}, "sandbox.hosts: '*' is no host name"),
        ({"hosts": ["Example.com"]}, "is no host name"),
    ],
)
def test_a_setting_that_means_nothing_is_refused_in_one_line(given: dict[str, list[str]], said: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        SandboxPolicy.from_settings(SandboxSettings.model_validate(given))
    assert said in refusal.value.detail
    assert "\n" not in refusal.value.detail
    assert refusal.value.mend
