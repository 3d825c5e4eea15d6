"""What a model call uses, in whole numbers: tokens, and billionths of a US dollar. Never floats."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Context, Decimal, InvalidOperation

from core.errors import InvalidInput

# Above it an integer does not survive a JSON reader that counts in doubles, and no call costs nine million dollars.
LARGEST = 2**53
NANO = Decimal("1E-9")
# With room for every accepted sum: what would need more digits is refused by quantize and not rounded.
EXACT = Context(prec=40)


@dataclass(frozen=True, slots=True)
class Amount:
    """Tokens and money of one call, or of many. ``nanos`` are whole billionths of a US dollar.

    ``a <= b`` holds where it holds for both members, so ``not a <= b`` says that ``a`` is over ``b`` in one of them.
    """

    tokens: int = 0
    nanos: int = 0

    @classmethod
    def of(cls, *, tokens: int = 0, usd: Decimal = Decimal(0)) -> Amount:
        """From US dollars; a part of a billionth counts as a whole one. Raises ``InvalidInput`` on NaN and the like."""
        try:
            return cls(tokens, int(usd.quantize(NANO, ROUND_CEILING, EXACT).scaleb(9, EXACT)))
        except (InvalidOperation, ValueError) as error:
            raise InvalidInput("An amount of US dollars is a number of at most 31 digits before the point.") from error

    @property
    def usd(self) -> Decimal:
        """The money in US dollars, exactly."""
        return Decimal(self.nanos).scaleb(-9, EXACT)

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.tokens + other.tokens, self.nanos + other.nanos)

    def __sub__(self, other: Amount) -> Amount:
        return Amount(self.tokens - other.tokens, self.nanos - other.nanos)

    def __le__(self, other: Amount) -> bool:
        return self.tokens <= other.tokens and self.nanos <= other.nanos

    def checked(self) -> Amount:
        """Itself. Raises ``InvalidInput`` where a call cannot have used it: negative, over 2**53 or not whole."""
        check_whole(self.tokens, "Tokens")
        check_whole(self.nanos, "Billionths of a US dollar")
        return self

    def as_dict(self) -> dict[str, int | str]:
        """For events and people: tokens, and US dollars as decimal text."""
        return {"tokens": self.tokens, "usd": dollars(self.nanos)}


NOTHING = Amount()


def dollars(nanos: int) -> str:
    """Billionths as US dollars in plain decimal text: ``0.0125``, never ``1.25E-2``."""
    return f"{Amount(nanos=nanos).usd.normalize(EXACT):f}"


def check_whole(value: object, what: str) -> None:
    """Raises ``InvalidInput`` unless ``value`` is a whole number from 0 to 2**53."""
    # bool is an int to Python, and True tokens are a mistake of whoever counts them.
    if type(value) is not int or not 0 <= value <= LARGEST:
        raise InvalidInput(f"{what} are a whole number from 0 to {LARGEST}.")
