"""Images in a client's message: data URLs, and nothing that somebody would have to fetch.

An address is refused, also for a provider that would fetch it itself: what is behind it may be another thing each
time, so that neither the prompt's hash nor the record would say what the model saw, and whoever writes a message
could make the provider, or a library on the way to it, ask any host for anything.
"""

from __future__ import annotations

import base64
import binascii
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator

from gateway import Image
from orchestrator.api.bodies import Body

MediaType: TypeAlias = Literal["image/png", "image/jpeg", "image/webp", "image/gif"]
Detail = Literal["auto", "low", "high"]

_SIGNATURES: Mapping[MediaType, tuple[bytes, ...]] = MappingProxyType(
    {
        "image/png": (b"\x89PNG\r\n\x1a\n",),
        "image/jpeg": (b"\xff\xd8\xff",),
        "image/gif": (b"GIF87a", b"GIF89a"),
        "image/webp": (b"RIFF",),
    }
)
_PLACE_OF_WEBP = slice(8, 12)
_LONGEST_SIGNATURE = 16
"""Characters of base64 that hold twelve bytes: up to where WebP says its name."""


def check_url(url: str) -> str:
    """``url`` as it is. Raises ``ValueError`` where it holds no image that providers take."""
    head, _, data = url.partition(",")
    if not head.startswith("data:"):
        raise ValueError("An image comes as a data: URL, since NEXUS fetches nothing from an address")
    if not head.startswith("data:image/") or not head.endswith(";base64"):
        raise ValueError("The data: URL is not that of an image in base64")
    try:
        content = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("The image is not base64") from None
    if media_type_of(content) is None:
        raise ValueError("The image is no PNG, JPEG, WebP or GIF")
    return url


DataUrl = Annotated[str, AfterValidator(check_url)]


def media_type_of(content: bytes) -> MediaType | None:
    """What an image's first bytes say that it is; clients are often wrong about it, and some providers mind."""
    for media_type, signatures in _SIGNATURES.items():
        if content.startswith(signatures):
            known = media_type != "image/webp" or content[_PLACE_OF_WEBP] == b"WEBP"
            return media_type if known else None
    return None


class ImageBody(Body, ABC):
    """A part of a message that is an image, however its endpoint spells it."""

    @abstractmethod
    def image(self, at: int) -> Image:
        """The image, after so many characters of the message's text."""


def image_of(url: str, at: int, detail: Detail | None) -> Image:
    """The image in a data URL that ``check_url`` has let through."""
    data = url.partition(",")[2]
    media_type = media_type_of(base64.b64decode(data[:_LONGEST_SIGNATURE]))
    assert media_type is not None
    return Image(media_type=media_type, data=data, at=at, detail=detail)


def text_and_images(parts: Sequence[Any] | None) -> tuple[str, tuple[Image, ...]]:
    """A content's text, each of its parts on a line of its own, and its images with their places in it."""
    texts: list[str] = []
    images: list[Image] = []
    length = 0
    for part in parts or ():
        if isinstance(part, ImageBody):
            images.append(part.image(length))
        else:
            length += len(part.text) + bool(texts)
            texts.append(part.text)
    return "\n".join(texts), tuple(images)
