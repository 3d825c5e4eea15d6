"""Settings: ``NEXUS_*`` in the environment, then ``nexus.toml``, then the defaults here.

Nested fields are written with two underscores: ``NEXUS_SANDBOX__REQUIRE=process``. A name that does not exist is
refused in the file and inside a group, where a slip of the pen would silently leave a limit as it was; of the
environment's other ``NEXUS_*`` nothing is said, since they may be somebody else's.
"""

from __future__ import annotations

import re
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from core.errors import InvalidInput

DATABASE_ADDRESS = re.compile(r"(sqlite:///|postgres(ql)?(\+psycopg)?://).+")
CACHE_ADDRESS = re.compile(r"(rediss?|unix)://.+")
BIND_ADDRESS = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^\s:\[\]]+):(\d{1,5})")


def database_address(value: str) -> str:
    if not DATABASE_ADDRESS.fullmatch(value):
        # Without quoting it: it may hold a password.
        raise ValueError("a database address begins with sqlite:/// or postgresql://")
    return value


def cache_address(value: SecretStr) -> SecretStr:
    if not CACHE_ADDRESS.fullmatch(value.get_secret_value()):
        raise ValueError("a cache's address begins with redis://, rediss:// or unix://")
    return value


def bind_address(value: str) -> str:
    match = BIND_ADDRESS.fullmatch(value)
    if match is None or int(match[2]) > 65535:
        raise ValueError("an address to bind is written host:port, or [host]:port for IPv6")
    return value


def some_path(value: Any) -> Any:
    if value == "":
        # As a path it would be the working directory: keys and database scattered over whatever is there.
        raise ValueError("an empty text is no directory")
    return value


def unset_when_empty(value: Any) -> Any:
    """``NEXUS_…=`` in the environment unsets: a path of no letters would be the working directory."""
    return None if value == "" else value


CacheAddress = Annotated[SecretStr, AfterValidator(cache_address)]
OptionalPath = Annotated[Path | None, BeforeValidator(unset_when_empty)]
DAY = 86400.0
Seconds = Annotated[float, Field(gt=0, le=DAY)]
"""At most a day: infinity and what no calendar holds end in the middle of something else."""
Bytes = Annotated[int, Field(gt=0, le=2**40)]


class SettingsGroup(BaseModel):
    """Settings under one name, none of which may be misspelt."""

    model_config = ConfigDict(extra="forbid")


class SandboxSettings(SettingsGroup):
    """How untrusted code is held. ``require``: the least isolation below which nothing runs.

    ``imports``, ``capabilities`` and ``hosts`` are the most that a module may ask for. ``token_file`` and the PEM files
    ``tls_*`` are of this side, as a service that asks ``remote`` workers or as a worker; ``tls_ca`` knows the other.
    """

    require: Literal["kernel", "process"] = "kernel"
    wall_seconds: Seconds = 30.0
    cpu_seconds: int = Field(default=10, gt=0, le=int(DAY))
    memory_mib: int = Field(default=256, gt=16, le=2**20)
    output_bytes: Bytes = 4 * 1024 * 1024
    artifacts: int = Field(default=16, ge=0, le=1000)
    artifact_bytes: Bytes = 16 * 1024 * 1024
    imports: list[str] | None = Field(default=None, description="All that there are when unset.")
    capabilities: list[str] | None = Field(default=None, description="All that there are when unset.")
    hosts: list[str] | None = Field(default=None, description="Those that the owner approves when unset.")
    remote: list[str] = Field(
        default=[], description="Workers: unix:/path or host:port; runs are made here when empty."
    )
    token_file: OptionalPath = None
    tls_certificate: OptionalPath = None
    tls_key: OptionalPath = None
    tls_ca: OptionalPath = None
    parallel: int | None = Field(
        default=None, gt=0, le=1024, description="Runs at once; the number of cores when unset."
    )
    waiting: int = Field(default=64, ge=0, le=10_000, description="Callers that may wait; more are refused.")


class LimitSettings(SettingsGroup):
    """Sizes in bytes, times in seconds."""

    document_bytes: Bytes = 64 * 1024 * 1024
    conversation_bytes: Bytes = 8 * 1024 * 1024
    request_bytes: Bytes = 1024 * 1024
    response_bytes: Bytes = 8 * 1024 * 1024
    build_seconds: Seconds = 600.0
    build_memory_mib: int = Field(default=4096, gt=0, le=2**20)
    upstream_seconds: Seconds = 30.0
    approval_hours: float = Field(default=72.0, gt=0, le=24 * 3650)
    checkpoint_days: float = Field(default=7.0, gt=0, le=3650)
    # Longer than any call is under way.
    call_days: float = Field(default=366.0, ge=2, le=3650)


class Settings(BaseSettings):
    """Everything that can be configured. ``nexus check`` prints the effective values and where each came from."""

    model_config = SettingsConfigDict(
        env_prefix="NEXUS_", env_nested_delimiter="__", toml_file="nexus.toml", extra="ignore"
    )

    data_dir: Annotated[Path, BeforeValidator(some_path)] = Path("data")
    database_url: Annotated[str, AfterValidator(database_address)] | None = Field(
        default=None, description="SQLite in the data directory when unset."
    )
    cache_url: Annotated[CacheAddress | None, BeforeValidator(unset_when_empty)] = Field(
        default=None, description="A Redis that keeps answers of models; the database keeps them when unset."
    )
    synchronous: Literal["NORMAL", "FULL"] = "NORMAL"
    bind: Annotated[str, AfterValidator(bind_address)] = "127.0.0.1:8000"
    sandbox: SandboxSettings = SandboxSettings()
    limits: LimitSettings = LimitSettings()
    llm: dict[str, Any] = Field(
        default_factory=dict[str, Any], description="Providers, models and routing; see docs/reference/routing.md."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, SettingsFile(settings_cls)

    @property
    def effective_database_url(self) -> str:
        """SQLAlchemy URL of the service's database."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'nexus.db').absolute()}"


class SettingsFile(TomlConfigSettingsSource):
    """``nexus.toml`` in the working directory."""

    def _read_file(self, file_path: Path | Traversable) -> dict[str, Any]:
        try:
            return super()._read_file(file_path)
        except (OSError, ValueError) as error:
            raise SettingsError(f"nexus.toml is not TOML: {error}") from error

    def __call__(self) -> dict[str, Any]:
        unknown = sorted(self.toml_data.keys() - self.settings_cls.model_fields.keys())
        if unknown:
            raise SettingsError(f"nexus.toml sets {unknown[0]}, and there is no such setting")
        return super().__call__()


def load_settings(**given: Any) -> Settings:
    """The effective settings; ``given`` ones come first. Raises ``InvalidInput`` that names the one that is wrong."""
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        reason = first["msg"].removeprefix("Value error, ")
        raise InvalidInput(
            f"The setting {name} is wrong: {reason}.",
            mend=f"Correct NEXUS_{name.replace('.', '__').upper()} in the environment, or {name} in nexus.toml.",
        ) from None
    except (SettingsError, ValueError) as error:
        reason = " ".join(str(error).split()).rstrip(".")
        raise InvalidInput(f"The settings cannot be read: {reason}.", mend="Correct nexus.toml or NEXUS_*.") from None
