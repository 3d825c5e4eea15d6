"""When a budget begins anew: by the calendar in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from core.errors import InvalidInput

EVER = datetime(1, 1, 1, tzinfo=UTC)


class Period(StrEnum):
    """How long a budget lasts."""

    DAY = "day"
    MONTH = "month"
    TOTAL = "total"

    @classmethod
    def named(cls, name: str) -> Period:
        """Raises ``InvalidInput`` where there is no such period."""
        try:
            return cls(name)
        except ValueError as error:
            raise InvalidInput(f"A budget's period is one of {', '.join(cls)}, not {name!r}.") from error

    def start(self, moment: datetime) -> datetime:
        """When the period that holds ``moment`` began; that of a total is the year 1."""
        midnight = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        match self:
            case Period.DAY:
                return midnight
            case Period.MONTH:
                return midnight.replace(day=1)
            case Period.TOTAL:
                return EVER

    def end(self, moment: datetime) -> datetime | None:
        """When the next period begins, or ``None``: a total never begins anew."""
        start = self.start(moment)
        match self:
            case Period.DAY:
                return start + timedelta(days=1)
            case Period.MONTH:
                # 31 days after the first of a month lies in the next one, whatever its length.
                return (start + timedelta(days=31)).replace(day=1)
            case Period.TOTAL:
                return None
