"""What is kept of a call with images in it."""

from __future__ import annotations

import hashlib
import json
from typing import Literal

import pytest

from gateway import Image, Message, ModelRequest, Purpose
from gateway.payload import payload_of


@pytest.mark.parametrize("keep", ["metadata", "full"])
def test_of_an_image_its_hash_is_kept_and_never_the_picture(keep: Literal["metadata", "full"]) -> None:
    seen = Message(role="user", content="Look.", images=(Image(media_type="image/png", data="AAAA"),))
    request = ModelRequest(purpose=Purpose.CHAT, messages=(seen, Message(role="user", content="Well?")))
    payload = payload_of(keep, request, None)
    assert payload is not None
    assert "AAAA" not in payload
    first, second = json.loads(payload)["messages"]
    assert first["images"] == [{"media_type": "image/png", "sha256": hashlib.sha256(b"AAAA").hexdigest()}]
    assert "images" not in second
