"""The broker: sockets, DNS, credentials, limits and the record, on the host's side of the sandbox's fence.

An adapter sees ``ctx.http``, ``ctx.files``, ``ctx.artifacts``, ``ctx.log`` and ``ctx.progress``; each use is a frame
that ``BrokerSession.handle`` answers. ``FixtureSession`` answers the same frames from a contract test's exchanges.
"""

from modules.broker.address import Origin, Target, parse_origin, parse_url
from modules.broker.broker import Broker
from modules.broker.credentials import CredentialScheme, Vault
from modules.broker.fixture import FixtureSession
from modules.broker.grant import Binding, CredentialReference, Grant
from modules.broker.limits import BrokerLimits
from modules.broker.refusal import EgressDenied, FixtureMismatch, ResponseTooLarge, UpstreamTimeout
from modules.broker.session import BrokerSession, CallScope, Files

__all__ = [
    "Binding",
    "Broker",
    "BrokerLimits",
    "BrokerSession",
    "CallScope",
    "CredentialReference",
    "CredentialScheme",
    "EgressDenied",
    "Files",
    "FixtureMismatch",
    "FixtureSession",
    "Grant",
    "Origin",
    "ResponseTooLarge",
    "Target",
    "UpstreamTimeout",
    "Vault",
    "parse_origin",
    "parse_url",
]
