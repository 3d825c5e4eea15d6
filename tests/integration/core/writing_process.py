"""Writes units of work until it is killed: ``python writing_process.py URL FIRST``.

Each unit stores three rows and states three events; its number goes to standard output once it is acknowledged.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
from functools import partial

from core.credentials import credentials
from core.database import Transaction, open_database

WRITERS = 16


def unit(number: int, tx: Transaction) -> None:
    for part in range(3):
        name = f"{number:06}/{part}"
        tx.execute(credentials.insert().values(org="o", name=name, sealed="s", created_at="t", updated_at="t"))
        tx.emit("system.tested", {"number": number}, key=name, org="o")


async def main(url: str, first: int) -> None:
    database = open_database(url)
    numbers = itertools.count(first)

    async def write_for_ever() -> None:
        while True:
            number = next(numbers)
            await database.write(partial(unit, number))
            os.write(1, f"{number}\n".encode())

    await asyncio.gather(*(write_for_ever() for _ in range(WRITERS)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
