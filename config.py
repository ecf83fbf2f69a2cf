"""Settings from config.toml and the environment; unknown keys and bad values are refused, all at once."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from db.rules import Rules, Step


class ConfigError(Exception):
    """The configuration cannot be used; `sentences` says each fault and what to do."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _zone(value: Any) -> Any:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, TypeError) as error:
        raise ValueError("không có múi giờ này; ví dụ đúng: Asia/Ho_Chi_Minh") from error
    return value


Clock = Annotated[time, Field(description="HH:MM")]


class StepSettings(Section):
    days: Annotated[int, Field(ge=0, le=28)]
    at: Clock


class Reminders(Section):
    rest_day: StepSettings = StepSettings(days=10, at=time(18, 30))
    prepare: StepSettings = StepSettings(days=7, at=time(18, 30))
    invite: StepSettings = StepSettings(days=7, at=time(18, 30))
    ask: StepSettings = StepSettings(days=3, at=time(18, 30))
    materials: StepSettings = StepSettings(days=2, at=time(18, 30))
    last_call: StepSettings = StepSettings(days=1, at=time(18, 30))
    call_list: StepSettings = StepSettings(days=1, at=time(19, 30))
    today: StepSettings = StepSettings(days=0, at=time(6, 30))


class Quiet(Section):
    start: Clock = time(20, 30)
    end: Clock = time(6, 0)


class Telegram(Section):
    token: SecretStr = SecretStr("")
    base_url: str = ""
    proxy: str = ""


class Delivery(Section):
    per_second: Annotated[float, Field(gt=0, le=1000)] = 25.0


class Settings(BaseSettings):
    """Every key of config.toml. The environment may set one too: TRO_LY_TELEGRAM__TOKEN=…"""

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        env_prefix="TRO_LY_",
        env_nested_delimiter="__",
        nested_model_default_partial_update=True,
    )

    database: str = "sqlite+aiosqlite:///tro-ly.db"
    zone: Annotated[str, BeforeValidator(_zone)] = "Asia/Ho_Chi_Minh"
    secret: SecretStr = SecretStr("")
    rest_days: dict[date, bool] = {}
    telegram: Telegram = Telegram()
    reminders: Reminders = Reminders()
    quiet: Quiet = Quiet()
    delivery: Delivery = Delivery()

    def rules(self) -> Rules:
        ladder = {name: Step(**step.model_dump()) for name, step in self.reminders}
        return Rules(
            zone=ZoneInfo(self.zone),
            ladder=ladder,
            quiet_from=self.quiet.start,
            quiet_until=self.quiet.end,
            rest_days=dict(self.rest_days),
            secret=self.secret.get_secret_value().encode(),
        )
