"""TLS is verified against the name, although the connection goes to a pinned address."""

from __future__ import annotations

import datetime
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from core.errors import UpstreamFailed
from tests.security.broker.wire import DESCRIBED, Names, OpenSession, Upstream, get, grant


@pytest.fixture
def contexts(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's and a client's TLS context, for the name ``inside.test`` alone."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "inside.test")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("inside.test")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "server.pem").write_bytes(pem + private)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(tmp_path / "server.pem")
    return server, ssl.create_default_context(cadata=pem.decode())


async def test_the_name_is_sent_and_verified_at_the_pinned_address(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext],
    start_upstream: Callable[..., Awaitable[Upstream]],
    open_session: OpenSession,
) -> None:
    server, client = contexts
    asked: list[str] = []
    server.sni_callback = lambda _, name, __: asked.append(name)
    upstream = await start_upstream(server)
    names = Names(inside_test=[["127.0.0.1"]], outside_test=[["127.0.0.1"]])
    bound = grant(DESCRIBED, binding={DESCRIBED: f"https://inside.test:{upstream.port}"})
    assert (await get(open_session(bound, names=names, tls=client), DESCRIBED))["status"] == 200
    assert asked == ["inside.test"]
    assert upstream.requests[0].header("host") == f"inside.test:{upstream.port}"

    wrong = grant(DESCRIBED, binding={DESCRIBED: f"https://outside.test:{upstream.port}"})
    with pytest.raises(UpstreamFailed):
        await get(open_session(wrong, names=names, tls=client), DESCRIBED)
    assert len(upstream.requests) == 1
