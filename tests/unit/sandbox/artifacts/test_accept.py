"""What the content is decides, and what was claimed must be that."""

from __future__ import annotations

import hashlib
import json

import pytest

from core.errors import TooLarge
from sandbox import ArtifactLimits, ArtifactRefused, accept
from sandbox.artifacts import MEDIA_TYPES
from tests.unit.sandbox.artifacts.pictures import png, svg

V6 = "application/vnd.vegalite.v6+json"
CHART = json.dumps(
    {"$schema": "https://vega.github.io/schema/vega-lite/v6.json", "data": {"values": []}, "mark": "bar"}
).encode()
CONTENTS = {
    "image/png": png(),
    "image/svg+xml": svg("<path d='M0 0'/>"),
    "text/csv": b"a,b\n1,2\n",
    "application/json": b'{"a": [1]}',
    V6: CHART,
}


@pytest.mark.parametrize("media_type", CONTENTS)
def test_an_accepted_artifact_has_the_hash_and_the_size_of_what_is_kept(media_type: str) -> None:
    accepted = accept("a name", media_type, CONTENTS[media_type])
    assert (accepted.name, accepted.media_type) == ("a name", media_type)
    assert accepted.sha256 == hashlib.sha256(accepted.content).hexdigest()
    assert accepted.size == len(accepted.content)
    again = accept("a name", media_type, accepted.content)
    assert again.content == accepted.content


@pytest.mark.parametrize("claimed", CONTENTS)
@pytest.mark.parametrize("real", CONTENTS)
def test_a_claim_that_the_content_does_not_bear_out_is_refused(claimed: str, real: str) -> None:
    if claimed == real or (claimed == "text/csv" and real in (V6, "application/json")):
        # of a text, more than one thing can be true
        return
    with pytest.raises(ArtifactRefused) as refused:
        accept("a name", claimed, CONTENTS[real])
    assert refused.value.mend


def test_a_name_s_ending_says_nothing() -> None:
    assert accept("picture.png", "text/plain", b"hello").media_type == "text/plain"
    with pytest.raises(ArtifactRefused, match="is image/png"):
        accept("notes.txt", "text/plain", png())


@pytest.mark.parametrize(
    "media_type",
    [
        "text/html", "application/xhtml+xml", "text/xml", "application/pdf", "image/gif", "image/jpeg",
        "text/javascript", "application/octet-stream", "application/vnd.vegalite.v4+json", "", "*/*", "text",
        "text/plain, text/html", "text/plain; charset=latin-1", "text/csv; header=present", "x" * 10_000,
    ],
)  # fmt: skip
def test_what_is_not_on_the_list_is_refused(media_type: str) -> None:
    with pytest.raises(ArtifactRefused) as refused:
        accept("a name", media_type, b"hello")
    assert len(refused.value.detail) < 300


@pytest.mark.parametrize("media_type", sorted(MEDIA_TYPES))
def test_empty_and_too_large_contents_are_refused(media_type: str) -> None:
    with pytest.raises(ArtifactRefused, match="empty"):
        accept("a name", media_type, b"")
    with pytest.raises(TooLarge, match="at most 10"):
        accept("a name", media_type, b" " * 11, ArtifactLimits(size=10))


def test_what_grows_while_it_is_written_anew_is_measured_again() -> None:
    content = svg("<text>" + ">" * 1000 + "</text>")
    with pytest.raises(TooLarge):
        accept("a name", "image/svg+xml", content, ArtifactLimits(size=len(content) + 100))
