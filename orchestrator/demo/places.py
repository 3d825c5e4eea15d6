"""The stand-in's gazetteer: real places, from the time zone database and from ``places.csv`` beside this file."""

from __future__ import annotations

import csv
import hashlib
import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

ISO_6709 = re.compile(r"([+-]\d{2})(\d{2})(?:\d{2})?([+-]\d{3})(\d{2})(?:\d{2})?")


@dataclass(frozen=True, slots=True)
class Place:
    """A populated place. Degrees (WGS84), metres."""

    name: str
    latitude: float
    longitude: float
    country_code: str
    country: str
    timezone: str
    aliases: tuple[str, ...] = ()
    elevation: float | None = None
    population: int | None = None

    def as_result(self) -> dict[str, Any]:
        """As Open-Meteo's geocoding tells it; what is not known is left out, as there."""
        number = int(hashlib.sha256(f"{self.name}/{self.country_code}/{self.latitude}".encode()).hexdigest()[:6], 16)
        known = {
            "id": number,
            "name": self.name,
            "latitude": self.latitude,
            "longitude": self.longitude,
            "elevation": self.elevation,
            "feature_code": "PPL",
            "country_code": self.country_code,
            "country": self.country,
            "timezone": self.timezone,
            "population": self.population,
        }
        return {name: value for name, value in known.items() if value is not None}


def search(name: str, *, count: int, country_code: str | None = None) -> list[Place]:
    """Places by name, the most populous first: two letters match whole names, three or more beginnings."""
    wanted = folded(name)
    if len(wanted) < 2:
        return []
    whole = [p for p in all_places() if any(folded(each) == wanted for each in (p.name, *p.aliases))]
    begun = [p for p in all_places() if any(folded(each).startswith(wanted) for each in (p.name, *p.aliases))]
    found = [*by_population(whole), *by_population([p for p in begun if p not in whole] if len(wanted) > 2 else [])]
    return [p for p in found if country_code in (None, p.country_code)][:count]


def nearest(latitude: float, longitude: float) -> Place:
    """The place nearest to a coordinate: whose time zone and height the stand-in takes for it."""
    return min(all_places(), key=lambda place: distance(place, latitude, longitude))


def distance(place: Place, latitude: float, longitude: float) -> float:
    """A measure that orders places by nearness; longitude shrinks towards the poles and wraps around."""
    east = (place.longitude - longitude + 180) % 360 - 180
    return math.hypot(place.latitude - latitude, east * math.cos(math.radians(latitude)))


def by_population(places: list[Place]) -> list[Place]:
    return sorted(places, key=lambda place: -(place.population or 0))


@cache
def all_places() -> tuple[Place, ...]:
    countries = dict(table("iso3166.tab", 2))
    own = tuple(from_csv(countries))
    known = {(folded(each), p.country_code) for p in own for each in (p.name, *p.aliases)}
    zones = (p for p in from_zones(countries) if (folded(p.name), p.country_code) not in known)
    return (*own, *zones)


def from_csv(countries: dict[str, str]) -> Iterator[Place]:
    text = (files("orchestrator.demo") / "places.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        yield Place(
            name=row["name"],
            aliases=tuple(alias for alias in row["aliases"].split("|") if alias),
            latitude=float(row["latitude"]),
            longitude=float(row["longitude"]),
            elevation=float(row["elevation"]),
            country_code=row["country_code"],
            country=countries[row["country_code"]],
            timezone=row["timezone"],
            population=int(row["population"]),
        )


def from_zones(countries: dict[str, str]) -> Iterator[Place]:
    """The city that each time zone is named after."""
    for code, coordinates, zone, *_ in table("zone.tab", 3):
        match = ISO_6709.match(coordinates)
        if match is None or code == "AQ":
            continue
        yield Place(
            name=zone.rsplit("/", 1)[-1].replace("_", " "),
            latitude=degrees(match[1], match[2]),
            longitude=degrees(match[3], match[4]),
            country_code=code,
            country=countries[code],
            timezone=zone,
        )


def degrees(whole: str, minutes: str) -> float:
    sign = -1 if whole.startswith("-") else 1
    return round(sign * (abs(int(whole)) + int(minutes) / 60), 4)


def table(name: str, columns: int) -> Iterator[list[str]]:
    """The rows of one of the time zone database's tables, at least ``columns`` wide."""
    text = (files("tzdata") / "zoneinfo" / name).read_text(encoding="utf-8")
    for line in text.splitlines():
        cells = line.split("\t")
        if not line.startswith("#") and len(cells) >= columns:
            yield cells


def folded(name: str) -> str:
    """``name`` without case and accents, so that zurich finds Zürich."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return " ".join(plain.casefold().replace("-", " ").split())
