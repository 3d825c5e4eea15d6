"""The runner that the settings name: processes of this machine, or workers elsewhere."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from importlib.util import find_spec

from core.errors import InvalidInput, Unavailable
from core.settings import SandboxSettings
from sandbox.local import LocalRunner
from sandbox.policy import SandboxPolicy
from sandbox.runner import Runner

_MEND = "Install it with its extra: nexus-orchestrator[sandbox-grpc]."


def open_runner(policy: SandboxPolicy, settings: SandboxSettings) -> AbstractAsyncContextManager[Runner]:
    """Raises ``InvalidInput`` for addresses or files that mean nothing, ``Unavailable`` without gRPC."""
    if not settings.remote:
        return LocalRunner(policy, settings)
    require_grpc()
    # Imported on use: gRPC brings threads of its own, and half a second.
    from sandbox.service.address import Address, Identity
    from sandbox.service.client import RemoteRunner

    identity = Identity.read(settings.token_file, settings.tls_certificate, settings.tls_key, settings.tls_ca)
    addresses = [Address.parse(text) for text in settings.remote]
    for address in addresses:
        if not address.is_local and not identity.authority:
            raise InvalidInput(
                f"Code and answers would travel to {address} in the clear.",
                mend="Set sandbox.tls_ca to the authority that signed the worker's certificate.",
            )
    return RemoteRunner(addresses, identity, policy)


def require_grpc() -> None:
    """Raise ``Unavailable`` where gRPC is not installed."""
    if any(find_spec(name) is None for name in ("grpc", "grpc_health", "grpc_reflection")):
        raise Unavailable("gRPC is not installed, and the sandbox's service needs it.", mend=_MEND)
