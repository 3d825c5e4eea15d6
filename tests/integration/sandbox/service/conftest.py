"""Workers as `nexus sandbox serve` starts them, each in a process of its own, and certificates made for the test."""

from __future__ import annotations

import datetime
import ipaddress
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sandbox import Limits, SandboxPolicy
from sandbox.service.address import Address, Identity
from sandbox.service.client import RemoteRunner

NEXUS = str(Path(sys.executable).with_name("nexus"))
LIMITS = Limits(wall_seconds=20, cpu_seconds=1, memory_mib=96)
STOP_SECONDS = 30


@dataclass
class Worker:
    """A worker's process and where it listens."""

    process: subprocess.Popen[str]
    address: Address

    @property
    def family(self) -> list[int]:
        """The worker's zygotes and whatever runs below them."""
        return [child.pid for child in psutil.Process(self.process.pid).children(recursive=True)]


@contextmanager
def serving(bind: str, data_dir: Path, **settings: object) -> Iterator[Worker]:
    """A worker, while the block lasts. ``settings`` of the sandbox by name."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NEXUS_")}
    environment |= {f"NEXUS_SANDBOX__{name.upper()}": str(value) for name, value in settings.items()}
    environment |= {
        "NEXUS_DATA_DIR": str(data_dir),
        "NEXUS_SANDBOX__CPU_SECONDS": "1",
        "NEXUS_SANDBOX__MEMORY_MIB": "96",
    }
    process = subprocess.Popen(
        [NEXUS, "sandbox", "serve", "--bind", bind, "--json"], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        said = process.stdout.readline()
        assert said, f"the worker ended with {process.wait()}"
        yield Worker(process, Address.parse(json.loads(said)["address"]))
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


Start = Callable[..., Worker]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """``start("unix:/…", token_file=…)`` starts a worker; all are ended afterwards."""
    with ExitStack() as stack:
        yield lambda bind, **settings: stack.enter_context(serving(bind, tmp_path / "worker", **settings))


def remote(*workers: Worker, identity: Identity | None = None, policy: SandboxPolicy | None = None) -> RemoteRunner:
    addresses = [worker.address for worker in workers]
    return RemoteRunner(addresses, identity or Identity(), policy or SandboxPolicy(limits=LIMITS))


@dataclass
class Certificates:
    """PEM files: an authority, and what it signed for a worker and for a caller; and another's, which nobody knows."""

    folder: Path

    def __post_init__(self) -> None:
        for authority in ("ours", "strange"):
            key = ec.generate_private_key(ec.SECP256R1())
            name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{authority} authority")])
            root = self._sign(name, key, name, key, authority=True)
            self._write(f"{authority}-ca.pem", root.public_bytes(serialization.Encoding.PEM))
            for side in ("worker", "caller"):
                own = ec.generate_private_key(ec.SECP256R1())
                signed = self._sign(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, side)]), own, name, key)
                self._write(f"{authority}-{side}.pem", signed.public_bytes(serialization.Encoding.PEM))
                plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
                self._write(f"{authority}-{side}.key", own.private_bytes(*plain))

    def settings(self, whose: str, side: str) -> dict[str, Path]:
        """For a side that is known by ``whose`` authority, and knows the other by ours."""
        return {
            "tls_certificate": self.folder / f"{whose}-{side}.pem",
            "tls_key": self.folder / f"{whose}-{side}.key",
            "tls_ca": self.folder / "ours-ca.pem",
        }

    def identity(self, whose: str) -> Identity:
        files = self.settings(whose, "caller")
        return Identity.read(None, files["tls_certificate"], files["tls_key"], files["tls_ca"])

    @staticmethod
    def _sign(
        subject: x509.Name, own: ec.EllipticCurvePrivateKey, issuer: x509.Name, key: ec.EllipticCurvePrivateKey,
        authority: bool = False,
    ) -> x509.Certificate:  # fmt: skip
        now = datetime.datetime.now(datetime.UTC)
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(own.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(minutes=5))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .sign(key, hashes.SHA256())
        )

    def _write(self, name: str, content: bytes) -> None:
        (self.folder / name).write_bytes(content)


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    return Certificates(tmp_path)


@pytest.fixture
def token(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text("s3cret-token\n")
    return path
