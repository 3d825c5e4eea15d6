"""Attestations: a signed statement of which bytes may run with which reach, on whose approval."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core.clock import rfc3339
from core.credentials import credentials
from core.database import Database, Transaction
from core.errors import InvalidInput, PolicyViolation
from core.hashing import canonical_json, sha256_hex
from core.keyring import Keyring

STATEMENT: Final = "https://nexus.invalid/schemas/module-attestation/1.json"
# No organisation's id holds a space: the key cannot meet a credential of somebody's.
_ORG: Final = "nexus itself"
_NAME: Final = "attestation-key"


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs and verifies statements with the one Ed25519 key of this installation."""

    private: Ed25519PrivateKey

    @property
    def key_id(self) -> str:
        """SHA-256 of the public key's 32 bytes."""
        return sha256_hex(self._public_bytes)

    def attest(self, statement: dict[str, Any]) -> dict[str, Any]:
        """The statement with a signature over its canonical JSON."""
        statement = {"type": STATEMENT, **statement}
        return {
            "statement": statement,
            "key": base64.b64encode(self._public_bytes).decode("ascii"),
            "signature": base64.b64encode(self.private.sign(canonical_json(statement))).decode("ascii"),
        }

    def verified(self, attestation: dict[str, Any]) -> dict[str, Any]:
        """The statement of an attestation that this installation signed. Raises ``PolicyViolation`` otherwise."""
        if attestation.get("key") != base64.b64encode(self._public_bytes).decode("ascii"):
            raise _refused("was signed with another key than this installation's")
        return verify(attestation)

    @property
    def _public_bytes(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def verify(attestation: dict[str, Any]) -> dict[str, Any]:
    """The statement, if the signature fits the key that stands beside it. Whose key that is, the caller must know."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(attestation["key"], validate=True))
        signature = base64.b64decode(attestation["signature"], validate=True)
        key.verify(signature, canonical_json(attestation["statement"]))
    except (InvalidSignature, InvalidInput, KeyError, TypeError, ValueError) as error:
        raise _refused("does not fit its signature") from error
    return attestation["statement"]


async def open_signer(db: Database, keyring: Keyring) -> Signer:
    """The installation's signer; its key is made at the first start and kept sealed beside the credentials.

    In the database, so that several processes share it; under the keyring, so that the database alone signs nothing.
    """
    try:
        sealed = await db.write(lambda tx: _find_or_make(tx, keyring))
    except IntegrityError:
        # Another process made it in the same moment.
        sealed = await db.write(lambda tx: _find_or_make(tx, keyring))
    return Signer(Ed25519PrivateKey.from_private_bytes(base64.b64decode(keyring.open(sealed))))


def _find_or_make(tx: Transaction, keyring: Keyring) -> str:
    query = select(credentials.c.sealed).where(credentials.c.org == _ORG, credentials.c.name == _NAME)
    found: str | None = tx.execute(query).scalar()
    if found is not None:
        return found
    sealed = keyring.seal(base64.b64encode(Ed25519PrivateKey.generate().private_bytes_raw()))
    now = rfc3339(tx.now)
    # A plain insert: storing over another process's new key would orphan what it has signed.
    tx.execute(credentials.insert().values(org=_ORG, name=_NAME, sealed=sealed, created_at=now, updated_at=now))
    return sealed


def _refused(why: str) -> PolicyViolation:
    return PolicyViolation(
        f"The module's attestation {why}.",
        mend="Nothing of it is run. Restore the data directory from a backup, or approve the module again.",
    )
