"""Invented weather that is plausible, and the same for the same place and hour on every machine.

Temperatures follow latitude, season and time of day; clouds, rain and wind drift smoothly between hashed points.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

HOURS_A_DRIFT = 6


@dataclass(frozen=True, slots=True)
class Hour:
    """The weather at a place and time. °C, %, hPa, mm, km/h, degrees, metres."""

    temperature: float
    humidity: float
    cloud: float
    rain: float
    snow: float
    wind: float
    wind_direction: float
    pressure: float
    is_day: bool
    uv: float

    @property
    def precipitation(self) -> float:
        return round(self.rain + self.snow, 1)

    @property
    def probability(self) -> int:
        """Of precipitation, in percent."""
        return round(max(0.0, min(100.0, (self.cloud - 40) * 1.7)))

    @property
    def dew_point(self) -> float:
        return self.temperature - (100 - self.humidity) / 5

    @property
    def felt(self) -> float:
        return self.temperature - self.wind / 12 + max(0.0, self.temperature - 20) * self.humidity / 500

    @property
    def code(self) -> int:
        """WMO weather interpretation code."""
        if self.snow > 0:
            return 75 if self.snow > 2 else 71
        if self.rain > 0:
            return 65 if self.rain > 3 else 63 if self.rain > 1 else 61
        return 0 if self.cloud < 15 else 1 if self.cloud < 35 else 2 if self.cloud < 70 else 3

    @property
    def visibility(self) -> float:
        return round(24140 - 150 * self.cloud - 2500 * min(self.precipitation, 3), -1)


def weather_at(latitude: float, longitude: float, moment: datetime) -> Hour:
    """The weather at a coordinate at ``moment`` (timezone-aware)."""
    hour = moment.astimezone(UTC).timestamp() / 3600
    place = f"{latitude:.2f}/{longitude:.2f}"
    cloud = 100 * drift(place, "cloud", hour)
    height = sun_height(latitude, longitude, moment)
    temperature = climate(latitude, longitude, moment) + 6 * (drift(place, "temperature", hour) - 0.5) - cloud / 60
    wet = max(0.0, cloud - 68) / 32 * 5 * drift(place, "wet", hour)
    freezing = temperature < 0.5
    return Hour(
        temperature=temperature,
        humidity=min(100.0, 45 + cloud / 2.5 + 10 * drift(place, "humidity", hour)),
        cloud=cloud,
        rain=0.0 if freezing else round(wet, 1),
        snow=round(wet, 1) if freezing else 0.0,
        wind=3 + 30 * drift(place, "wind", hour) ** 2,
        wind_direction=360 * drift(place, "direction", hour / 4),
        pressure=1013 + 30 * (drift(place, "pressure", hour / 3) - 0.5),
        is_day=height > 0,
        uv=round(max(0.0, 11 * height * (1 - cloud / 140)), 2),
    )


def climate(latitude: float, longitude: float, moment: datetime) -> float:
    """The usual temperature in °C: colder towards the poles, seasonal, warmest in the afternoon."""
    season = math.cos(2 * math.pi * (day_of_year(moment) - 200) / 365.25)
    hemisphere = 1 if latitude >= 0 else -1
    solar_hour = (moment.astimezone(UTC).hour + moment.minute / 60 + longitude / 15) % 24
    daily = 4 * math.cos(2 * math.pi * (solar_hour - 15) / 24)
    return 27 - 0.0065 * latitude**2 + hemisphere * season * 0.22 * abs(latitude) + daily


def sun_height(latitude: float, longitude: float, moment: datetime) -> float:
    """Sine of the sun's height above the horizon."""
    solar_hour = moment.astimezone(UTC).hour + moment.minute / 60 + longitude / 15
    tilt, place = declination(moment), math.radians(latitude)
    return math.sin(place) * math.sin(tilt) + math.cos(place) * math.cos(tilt) * math.cos(
        math.radians(15 * (solar_hour - 12))
    )


def daylight(latitude: float, longitude: float, noon: datetime) -> tuple[datetime, datetime]:
    """Sunrise and sunset on the day of ``noon`` (local, timezone-aware); a polar night has no time between them."""
    tangent = -math.tan(math.radians(latitude)) * math.tan(declination(noon))
    half = timedelta(hours=math.degrees(math.acos(max(-1.0, min(1.0, tangent)))) / 15)
    midnight_utc = noon.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    transit = midnight_utc + timedelta(hours=12 - longitude / 15)
    while transit - noon > timedelta(hours=12):
        transit -= timedelta(days=1)
    while noon - transit > timedelta(hours=12):
        transit += timedelta(days=1)
    return (transit - half).astimezone(noon.tzinfo), (transit + half).astimezone(noon.tzinfo)


def declination(moment: datetime) -> float:
    """The sun's, in radians: the usual cosine approximation."""
    return math.radians(-23.44 * math.cos(2 * math.pi * (day_of_year(moment) + 10) / 365.25))


def day_of_year(moment: datetime) -> float:
    return moment.timetuple().tm_yday


def drift(place: str, what: str, hour: float) -> float:
    """A value in [0, 1) that moves smoothly with time between hashed points ``HOURS_A_DRIFT`` apart."""
    position = hour / HOURS_A_DRIFT
    point = math.floor(position)
    share = position - point
    smooth = share * share * (3 - 2 * share)
    return hashed(place, what, point) * (1 - smooth) + hashed(place, what, point + 1) * smooth


def hashed(place: str, what: str, point: int) -> float:
    digest = hashlib.sha256(f"{place}/{what}/{point}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32
