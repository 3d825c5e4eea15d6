"""Settings: ``NEXUS_*`` in the environment, then ``nexus.toml``, then the defaults here.

Nested fields are written with two underscores: ``NEXUS_SANDBOX__REQUIRE=process``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)


class SandboxSettings(BaseModel):
    """How untrusted code is held. ``require``: the least isolation below which nothing runs."""

    require: Literal["kernel", "process"] = "kernel"
    wall_seconds: float = Field(default=30.0, gt=0)
    cpu_seconds: int = Field(default=10, gt=0)
    memory_mib: int = Field(default=256, gt=16)
    parallel: int | None = Field(default=None, description="Runs at once; the number of cores when unset.")


class LimitSettings(BaseModel):
    """Sizes in bytes, times in seconds."""

    document_bytes: int = 64 * 1024 * 1024
    request_bytes: int = 1024 * 1024
    response_bytes: int = 8 * 1024 * 1024
    build_seconds: float = 600.0
    build_memory_mib: int = 4096
    upstream_seconds: float = 30.0
    approval_hours: float = 72.0
    checkpoint_days: float = 7.0


class LlmSettings(BaseModel):
    """Model providers. None is needed: the builtin one answers when none is configured."""

    provider: Literal["builtin"] = "builtin"


class Settings(BaseSettings):
    """Everything that can be configured. ``nexus check`` prints the effective values and where each came from."""

    model_config = SettingsConfigDict(
        env_prefix="NEXUS_", env_nested_delimiter="__", toml_file="nexus.toml", extra="ignore"
    )

    data_dir: Path = Path("data")
    database_url: str | None = Field(default=None, description="SQLite in the data directory when unset.")
    synchronous: Literal["NORMAL", "FULL"] = "NORMAL"
    bind: str = "127.0.0.1:8000"
    sandbox: SandboxSettings = SandboxSettings()
    limits: LimitSettings = LimitSettings()
    llm: LlmSettings = LlmSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def effective_database_url(self) -> str:
        """SQLAlchemy URL of the service's database."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'nexus.db').absolute()}"
