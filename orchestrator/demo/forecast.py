"""Open-Meteo's ``/v1/forecast``, as far as the weather example describes it: parameters, variables, units, errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from orchestrator.demo.places import Place, nearest
from orchestrator.demo.weather import Hour, daylight, weather_at

FAHRENHEIT = ("°F", lambda value: value * 1.8 + 32)
WIND_UNITS = {
    "kmh": ("km/h", 1.0),
    "ms": ("m/s", 1 / 3.6),
    "mph": ("mp/h", 0.621371),
    "kn": ("kn", 0.539957),
}


class BadParameter(Exception):
    """A parameter that the real service would refuse; the message is its ``reason``."""


@dataclass(frozen=True, slots=True)
class Variable:
    """How one variable is read off an hour (or a day's hours), and the kind of its unit."""

    kind: str
    read: Callable[[Any], float | int | None]


HOURLY: dict[str, Variable] = {
    "temperature_2m": Variable("temperature", lambda h: h.temperature),
    "relative_humidity_2m": Variable("percent", lambda h: round(h.humidity)),
    "dew_point_2m": Variable("temperature", lambda h: h.dew_point),
    "apparent_temperature": Variable("temperature", lambda h: h.felt),
    "precipitation_probability": Variable("percent", lambda h: h.probability),
    "precipitation": Variable("precipitation", lambda h: h.precipitation),
    "rain": Variable("precipitation", lambda h: h.rain),
    "showers": Variable("precipitation", lambda _: 0.0),
    "snowfall": Variable("snowfall", lambda h: round(h.snow * 0.7, 2)),
    "snow_depth": Variable("metres", lambda h: round(h.snow / 100, 2)),
    "weather_code": Variable("code", lambda h: h.code),
    "cloud_cover": Variable("percent", lambda h: round(h.cloud)),
    "pressure_msl": Variable("pressure", lambda h: h.pressure),
    "surface_pressure": Variable("pressure", lambda h: h.pressure - 5),
    "visibility": Variable("metres", lambda h: h.visibility),
    "wind_speed_10m": Variable("wind", lambda h: h.wind),
    "wind_direction_10m": Variable("direction", lambda h: round(h.wind_direction)),
    "wind_gusts_10m": Variable("wind", lambda h: h.wind * 1.8),
    "uv_index": Variable("index", lambda h: h.uv),
    "is_day": Variable("flag", lambda h: int(h.is_day)),
    "sunshine_duration": Variable("seconds", lambda h: round(3600 * (1 - h.cloud / 100)) if h.is_day else 0),
}


@dataclass(frozen=True, slots=True)
class Day:
    """One local day: its hours, and when the sun is up."""

    hours: Sequence[Hour]
    sunrise: datetime
    sunset: datetime

    def most(self, read: Callable[[Hour], float]) -> float:
        return max(read(hour) for hour in self.hours)

    def least(self, read: Callable[[Hour], float]) -> float:
        return min(read(hour) for hour in self.hours)

    def total(self, read: Callable[[Hour], float]) -> float:
        return round(sum(read(hour) for hour in self.hours), 2)


DAILY: dict[str, Variable] = {
    "weather_code": Variable("code", lambda d: int(d.most(lambda h: h.code))),
    "temperature_2m_max": Variable("temperature", lambda d: d.most(lambda h: h.temperature)),
    "temperature_2m_min": Variable("temperature", lambda d: d.least(lambda h: h.temperature)),
    "apparent_temperature_max": Variable("temperature", lambda d: d.most(lambda h: h.felt)),
    "apparent_temperature_min": Variable("temperature", lambda d: d.least(lambda h: h.felt)),
    "sunrise": Variable("time", lambda d: d.sunrise),
    "sunset": Variable("time", lambda d: d.sunset),
    "daylight_duration": Variable("seconds", lambda d: (d.sunset - d.sunrise).total_seconds()),
    "sunshine_duration": Variable(
        "seconds", lambda d: d.total(lambda h: 3600 * (1 - h.cloud / 100) if h.is_day else 0.0)
    ),
    "uv_index_max": Variable("index", lambda d: d.most(lambda h: h.uv)),
    "precipitation_sum": Variable("precipitation", lambda d: d.total(lambda h: h.precipitation)),
    "rain_sum": Variable("precipitation", lambda d: d.total(lambda h: h.rain)),
    "showers_sum": Variable("precipitation", lambda _: 0.0),
    "snowfall_sum": Variable("snowfall", lambda d: round(d.total(lambda h: h.snow * 0.7), 2)),
    "precipitation_hours": Variable("hours", lambda d: float(sum(h.precipitation > 0 for h in d.hours))),
    "precipitation_probability_max": Variable("percent", lambda d: d.most(lambda h: h.probability)),
    "wind_speed_10m_max": Variable("wind", lambda d: d.most(lambda h: h.wind)),
    "wind_gusts_10m_max": Variable("wind", lambda d: d.most(lambda h: h.wind * 1.8)),
    "wind_direction_10m_dominant": Variable("direction", lambda d: round(d.hours[12].wind_direction)),
}


class Units:
    """The units that a request asked for."""

    def __init__(self, query: Mapping[str, str]) -> None:
        self._units: dict[str, tuple[str, Callable[[float], float]]] = {
            "temperature": ("°C", lambda value: value),
            "percent": ("%", lambda value: value),
            "precipitation": ("mm", lambda value: value),
            "snowfall": ("cm", lambda value: value),
            "metres": ("m", lambda value: value),
            "pressure": ("hPa", lambda value: value),
            "direction": ("°", lambda value: value),
            "seconds": ("s", lambda value: value),
            "hours": ("h", lambda value: value),
            "code": ("wmo code", lambda value: value),
            "index": ("", lambda value: value),
            "flag": ("", lambda value: value),
            "time": ("iso8601", lambda value: value),
        }
        if one_of(query, "temperature_unit", ("celsius", "fahrenheit")) == "fahrenheit":
            self._units["temperature"] = FAHRENHEIT
        if one_of(query, "precipitation_unit", ("mm", "inch")) == "inch":
            self._units["precipitation"] = self._units["snowfall"] = ("inch", lambda value: value / 25.4)
        name, factor = WIND_UNITS[one_of(query, "wind_speed_unit", tuple(WIND_UNITS))]
        self._units["wind"] = (name, lambda value: value * factor)

    def name(self, variable: Variable) -> str:
        return self._units[variable.kind][0]

    def value(self, variable: Variable, of: Hour | Day) -> Any:
        read = variable.read(of)
        if isinstance(read, datetime):
            return stamp(read)
        if isinstance(read, int) or read is None:
            return read
        return round(
            self._units[variable.kind][1](read), 1 if variable.kind in ("temperature", "wind", "pressure") else 2
        )


def forecast(query: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """The answer to one request. ``query`` has lists joined by commas. Raises ``BadParameter``."""
    latitude = coordinate(query, "latitude", 90)
    longitude = coordinate(query, "longitude", 180)
    place, units = nearest(latitude, longitude), Units(query)
    zone = zone_of(query.get("timezone", "GMT"), place)
    local = now.astimezone(zone)
    days = whole(query, "forecast_days", 7, 0, 16)
    first = local.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(
        days=(past := whole(query, "past_days", 0, 0, 92))
    )
    grid = (round(latitude * 8) / 8, round(longitude * 8) / 8)
    answer = head(grid, place, local)
    if names := variables(query, "current", HOURLY):
        answer |= current(names, units, grid, local)
    if names := variables(query, "hourly", HOURLY):
        moments = [first + timedelta(hours=hour) for hour in range(24 * (days + past))]
        of_hours = [weather_at(*grid, moment) for moment in moments]
        answer |= series("hourly", names, HOURLY, units, [stamp(moment) for moment in moments], of_hours)
    if names := variables(query, "daily", DAILY):
        dates = [first + timedelta(days=day) for day in range(days + past)]
        of_days = [day_at(grid, date) for date in dates]
        answer |= series("daily", names, DAILY, units, [date.date().isoformat() for date in dates], of_days)
    return answer


def head(grid: tuple[float, float], place: Place, local: datetime) -> dict[str, Any]:
    offset = local.utcoffset() or timedelta()
    zone = str(local.tzinfo)
    return {
        "latitude": grid[0],
        "longitude": grid[1],
        "generationtime_ms": 0.1,
        "utc_offset_seconds": int(offset.total_seconds()),
        "timezone": zone,
        "timezone_abbreviation": local.tzname() or zone,
        "elevation": place.elevation or 0.0,
    }


def current(names: Sequence[str], units: Units, grid: tuple[float, float], local: datetime) -> dict[str, Any]:
    """The weather at the last quarter of an hour."""
    moment = local.replace(minute=local.minute - local.minute % 15, second=0, microsecond=0)
    hour = weather_at(*grid, moment)
    return {
        "current_units": {
            "time": "iso8601",
            "interval": "seconds",
            **{name: units.name(HOURLY[name]) for name in names},
        },
        "current": {
            "time": stamp(moment),
            "interval": 900,
            **{name: units.value(HOURLY[name], hour) for name in names},
        },
    }


def series(
    block: str,
    names: Sequence[str],
    known: Mapping[str, Variable],
    units: Units,
    times: Sequence[str],
    values: Sequence[Hour] | Sequence[Day],
) -> dict[str, Any]:
    """``hourly`` or ``daily``: one list a variable, lined up with ``time``."""
    return {
        f"{block}_units": {"time": "iso8601", **{name: units.name(known[name]) for name in names}},
        block: {"time": list(times), **{name: [units.value(known[name], each) for each in values] for name in names}},
    }


def day_at(grid: tuple[float, float], midnight: datetime) -> Day:
    hours = [weather_at(*grid, midnight + timedelta(hours=hour)) for hour in range(24)]
    return Day(hours, *daylight(*grid, midnight.replace(hour=12)))


def variables(query: Mapping[str, str], block: str, known: Mapping[str, Variable]) -> list[str]:
    names = [name.strip() for name in query.get(block, "").split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise BadParameter(
                f"Data corrupted at path ''. Cannot initialize {block} from invalid String value {name}."
            )
    return list(dict.fromkeys(names))


def coordinate(query: Mapping[str, str], name: str, bound: int) -> float:
    if name not in query:
        raise BadParameter(f"Parameter '{name}' is required.")
    try:
        value = float(query[name])
    except ValueError:
        raise BadParameter(f"Parameter '{name}' must be a number. Given: {query[name]}.") from None
    if not -bound <= value <= bound:
        raise BadParameter(f"{name.capitalize()} must be in range of -{bound} to {bound}°. Given: {value}.")
    return value


def whole(query: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = query.get(name, str(default))
    if not text.isdigit() or not least <= int(text) <= most:
        raise BadParameter(f"Parameter '{name}' is out of range. Allowed range {least} to {most}. Given: {text}.")
    return int(text)


def one_of(query: Mapping[str, str], name: str, allowed: Sequence[str]) -> str:
    value = query.get(name, allowed[0])
    if value not in allowed:
        raise BadParameter(f"Cannot initialize {name} from invalid String value {value}.")
    return value


def zone_of(name: str, place: Place) -> Any:
    if name == "auto":
        return ZoneInfo(place.timezone)
    if name in ("GMT", "UTC"):
        return ZoneInfo("GMT")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadParameter(f"Invalid timezone: {name}.") from None


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M")


def utc_now() -> datetime:
    return datetime.now(UTC)
