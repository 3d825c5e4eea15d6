"""From an approved payload to the version that answers calls, and back: promote, install, roll back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from core.clock import rfc3339
from core.database import Transaction
from core.errors import Conflict, InvalidInput, NotFound
from core.ids import Ids
from modules.attestation import Signer
from modules.bundle import listing_sha256
from modules.card import ApprovedPayload
from modules.store.bundles import read_listing
from modules.store.drafts import mark_promoted, read_draft, read_proof
from modules.store.versions import (
    Activation,
    GrantRow,
    Version,
    find_activation,
    find_or_insert_version,
    insert_activation,
    insert_grant,
    lock_module,
    newest_grant_of,
    number_before,
    read_active,
    read_version,
)


class Lifecycle:
    """Moves of the active pointer. Each is a unit of work, or a part of a larger one, and repeats harmlessly."""

    def __init__(self, ids: Ids, signer: Signer) -> None:
        self._ids = ids
        self._signer = signer

    def activate(self, tx: Transaction, approved: ApprovedPayload) -> Activation:
        """Promote and install what was approved; one approval makes one move, however often this is called.

        Raises ``Conflict`` when the payload is not what was approved, or the draft is not what the payload says.
        """
        lock_module(tx, approved.org, str(approved.payload.get("module")))
        done = find_activation(tx.connection, approved.org, f"approval:{approved.approval}")
        if done is not None:
            if done.payload_hash != approved.payload_hash:
                raise Conflict("This approval was given to another payload.", mend="Open the card again.")
            return done
        if not approved.intact:
            raise Conflict("What was approved has another hash than this payload.", mend="Open the card again.")
        _check_proven(tx, approved)
        version = self._promote(tx, approved)
        return self._move(tx, version, approved.payload_hash, "installed", approved)

    def roll_back(
        self,
        tx: Transaction,
        org: str,
        module: str,
        *,
        key: str,
        actor: str,
        to: int | None = None,
        run: str | None = None,
    ) -> Activation:
        """Point to an approved version with the grant it last had; without ``to``, to the one before this.

        Also how an approved newer version is installed again. The same ``key`` never moves twice. Raises ``NotFound``
        or ``Conflict``, and ``InvalidInput`` where ``key`` has made another move.
        """
        lock_module(tx, org, module)
        done = find_activation(tx.connection, org, f"move:{key}")
        if done is not None:
            if done.module != module or to not in (None, done.number):
                raise InvalidInput(
                    f"This key has moved {done.module!r} to version {done.number}.",
                    mend="Use a new key for a new request.",
                )
            return done
        current = read_active(tx.connection, org, module)
        if current is None:
            raise NotFound(f"The module {module!r} is not installed.")
        number = to if to is not None else number_before(tx.connection, current)
        if number is None:
            raise Conflict(
                f"The module {module!r} had no other version before this one.", mend="Name a version, or build one."
            )
        version = read_version(tx.connection, org, module, number)
        grant = newest_grant_of(tx.connection, version)
        if grant is None:
            raise Conflict(f"Version {number} of {module!r} was never installed.", mend="Approve its card first.")
        kind = "rolled_back" if to is None or number < current.number else "installed"
        activation = self._activation(tx, version, grant, kind, actor)
        insert_activation(tx, activation, f"move:{key}")
        _tell(tx, activation, current, run)
        return activation

    def _promote(self, tx: Transaction, approved: ApprovedPayload) -> Version:
        payload = approved.payload
        version = find_or_insert_version(
            tx,
            Version(
                id=self._ids.new(),
                org=approved.org,
                module=payload["module"],
                number=0,
                bundle_sha256=payload["bundle_sha256"],
                created_by=approved.approved_by,
                created_at=rfc3339(tx.now),
            ),
        )
        attestation = self._signer.attest(_statement(tx, version, approved))
        insert_grant(
            tx,
            GrantRow(
                org=approved.org,
                payload_hash=approved.payload_hash,
                version_id=version.id,
                payload=dict(payload),
                attestation=attestation,
                approval=approved.approval,
                approved_by=approved.approved_by,
                created_at=rfc3339(tx.now),
            ),
        )
        if approved.draft is not None:
            mark_promoted(tx, approved.org, approved.draft, payload["bundle_sha256"])
        data = {"module": version.module, "version": version.number, "bundle_sha256": version.bundle_sha256}
        data |= {"payload_hash": approved.payload_hash, "approval": approved.approval, "by": approved.approved_by}
        key = f"module.promoted:{approved.org}:{version.id}"
        tx.emit("module.promoted", data, key=key, org=approved.org, run=approved.run)
        return version

    def _move(
        self, tx: Transaction, version: Version, payload_hash: str, kind: str, approved: ApprovedPayload
    ) -> Activation:
        current = read_active(tx.connection, approved.org, version.module)
        activation = self._activation(tx, version, payload_hash, kind, approved.approved_by)
        insert_activation(tx, activation, f"approval:{approved.approval}")
        _tell(tx, activation, current, approved.run)
        return activation

    def _activation(self, tx: Transaction, version: Version, payload_hash: str, kind: str, actor: str) -> Activation:
        return Activation(
            id=self._ids.new(),
            org=version.org,
            module=version.module,
            number=version.number,
            version_id=version.id,
            bundle_sha256=version.bundle_sha256,
            payload_hash=payload_hash,
            kind=kind,
            actor=actor,
            created_at=rfc3339(tx.now),
        )


def _check_proven(tx: Transaction, approved: ApprovedPayload) -> None:
    payload = approved.payload
    proof = read_proof(tx.connection, payload["proof_hash"])
    if not proof.passed or proof.bundle_sha256 != payload["bundle_sha256"]:
        raise Conflict("The payload's proof is not a passed proof of its bundle.", mend="Validate the draft again.")
    if approved.draft is None:
        return
    draft = read_draft(tx.connection, approved.org, approved.draft)
    unchanged = draft.bundle_sha256 == payload["bundle_sha256"] and draft.proof_hash == payload["proof_hash"]
    if not unchanged or draft.state not in ("validated", "promoted"):
        raise Conflict(
            "The draft has changed since the card was made.",
            mend="Validate the draft and ask for its approval again.",
            bundle_sha256=draft.bundle_sha256,
        )


def _statement(tx: Transaction, version: Version, approved: ApprovedPayload) -> dict[str, Any]:
    listing = read_listing(tx.connection, version.bundle_sha256)
    return {
        "org": version.org,
        "module": version.module,
        "version": version.number,
        "bundle_sha256": version.bundle_sha256,
        "listing_sha256": listing_sha256(listing),
        "payload_hash": approved.payload_hash,
        "proof_hash": approved.payload["proof_hash"],
        "isolation": approved.payload["isolation"],
        "approval": approved.approval,
        "approved_by": approved.approved_by,
        "at": rfc3339(tx.now),
    }


def _tell(tx: Transaction, activation: Activation, previous: Activation | None, run: str | None) -> None:
    data = {key: value for key, value in asdict(activation).items() if key not in ("org", "kind", "id", "version_id")}
    data["version"] = data.pop("number")
    data["previous"] = (
        None if previous is None else {"version": previous.number, "bundle_sha256": previous.bundle_sha256}
    )
    kind = f"module.{activation.kind}"
    tx.emit(kind, data, key=f"{kind}:{activation.id}", org=activation.org, run=run)
