"""Settings from config.toml and the environment; unknown keys and bad values are refused, all at once."""

from __future__ import annotations

import re
import tomllib
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from db.rules import LADDER, Rules, Step


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


def _database(value: str) -> str:
    if not value.startswith(("sqlite+aiosqlite:///", "postgresql+asyncpg://")):
        raise ValueError("phải bắt đầu bằng sqlite+aiosqlite:/// hoặc postgresql+asyncpg://")
    return value


def _proxy(value: str) -> str:
    if value and not value.startswith(("http://", "https://")):
        raise ValueError("phải bắt đầu bằng http:// hoặc https://, hoặc để trống")
    return value


def _webhook(value: str) -> str:
    """How the outside reaches this machine; a simulator on it needs no certificate."""
    address = r"(https://[^\s/?#@]+|http://(127\.0\.0\.1|localhost)(:[0-9]+)?)(/[^\s?#]*)?"
    if value and not re.fullmatch(address, value):
        raise ValueError(
            "phải là địa chỉ https:// mà bên ngoài tới được, không có ?, # hay tên người dùng; hoặc để trống"
        )
    return value.rstrip("/")


def _webhook_secret(value: SecretStr, info: ValidationInfo) -> SecretStr:
    """Telegram's own rule for `secret_token`: 1-256 of these characters."""
    secret = value.get_secret_value()
    if info.data.get("webhook") and not secret:
        raise ValueError("phải có khi đã đặt telegram.webhook; lấy một chuỗi ngẫu nhiên dài")
    if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise ValueError("chỉ gồm chữ không dấu, số, _ và -, nhiều nhất 256 ký tự")
    return value


def _zalo_secret(value: SecretStr, info: ValidationInfo) -> SecretStr:
    """Zalo's own rule for `secret_token`: 8-256 letters."""
    secret = value.get_secret_value()
    if info.data.get("webhook") and not secret:
        raise ValueError("phải có khi đã đặt zalo.webhook; lấy một chuỗi ngẫu nhiên dài")
    if secret and not re.fullmatch(r"[A-Za-z0-9_-]{8,256}", secret):
        raise ValueError("chỉ gồm chữ không dấu, số, _ và -, từ 8 đến 256 ký tự")
    return value


def _listen(value: str) -> str:
    host, _, port = value.rpartition(":")
    if not host or not re.fullmatch(r"[0-9]{1,5}", port) or not 1 <= int(port) <= 65535:
        raise ValueError("phải có dạng máy:cổng, ví dụ 127.0.0.1:8090")
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
    proxy: Annotated[str, AfterValidator(_proxy)] = ""
    webhook: Annotated[str, AfterValidator(_webhook)] = ""
    webhook_secret: Annotated[SecretStr, AfterValidator(_webhook_secret), Field(validate_default=True)] = SecretStr("")


class Zalo(Section):
    token: SecretStr = SecretStr("")
    base_url: str = ""
    webhook: Annotated[str, AfterValidator(_webhook)] = ""
    webhook_secret: Annotated[SecretStr, AfterValidator(_zalo_secret), Field(validate_default=True)] = SecretStr("")
    per_second: Annotated[float, Field(gt=0, le=100)] = 1.0
    per_month: Annotated[int, Field(ge=0)] = 3000
    people: Annotated[int, Field(ge=0)] = 50


class FurtherBot(Section):
    """One more bot; all but these it shares with the others of its channel."""

    channel: Literal["telegram", "zalo"]
    token: SecretStr
    commune: str = ""


class Web(Section):
    listen: Annotated[str, AfterValidator(_listen)] = "127.0.0.1:8090"
    public: Annotated[str, AfterValidator(_webhook)] = ""

    @property
    def address(self) -> tuple[str, int]:
        """Host and port; an IPv6 host without its brackets."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)


class Office(Section):
    start: Clock = time(7, 30)
    end: Clock = time(17, 0)
    reply_days: Annotated[int, Field(ge=1, le=30)] = 2


class Delivery(Section):
    per_second: Annotated[float, Field(gt=0, le=1000)] = 30.0
    in_flight: Annotated[int, Field(ge=1, le=1000)] = 64
    keep_days: Annotated[int, Field(ge=1, le=3650)] = 90


class Settings(BaseSettings):
    """Every key of config.toml. The environment may set one too: TRO_LY_TELEGRAM__TOKEN=…"""

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        env_prefix="TRO_LY_",
        env_nested_delimiter="__",
        nested_model_default_partial_update=True,
    )

    database: Annotated[str, AfterValidator(_database)] = "sqlite+aiosqlite:///tro-ly.db"
    zone: Annotated[str, BeforeValidator(_zone)] = "Asia/Ho_Chi_Minh"
    secret: SecretStr = SecretStr("")
    rest_days: dict[date, bool] = {}
    telegram: Telegram = Telegram()
    zalo: Zalo = Zalo()
    bots: tuple[FurtherBot, ...] = ()
    web: Web = Web()
    reminders: Reminders = Reminders()
    quiet: Quiet = Quiet()
    office: Office = Office()
    delivery: Delivery = Delivery()

    @property
    def all_bots(self) -> list[FurtherBot]:
        """Every bot that has a token, those of [telegram] and [zalo] first."""
        first = [
            FurtherBot(channel="telegram", token=self.telegram.token),
            FurtherBot(channel="zalo", token=self.zalo.token),
        ]
        return [bot for bot in (*first, *self.bots) if bot.token.get_secret_value()]

    def rules(self) -> Rules:
        ladder = {name: Step(getattr(self.reminders, name).days, getattr(self.reminders, name).at) for name in LADDER}
        return Rules(
            zone=ZoneInfo(self.zone),
            ladder=ladder,
            quiet_from=self.quiet.start,
            quiet_until=self.quiet.end,
            rest_days=dict(self.rest_days),
            secret=self.secret.get_secret_value().encode(),
            office_from=self.office.start,
            office_until=self.office.end,
            reply_days=self.office.reply_days,
        )


def load(path: Path) -> Settings:
    """The settings of a file, the environment before it. Raises ConfigError with every fault at once."""
    if not path.is_file():
        raise ConfigError([f"Không thấy tệp {path}. Chạy “python bot.py init” để lập, hoặc chỉ tệp bằng --config."])

    class FromFile(Settings):
        @classmethod
        def settings_customise_sources(
            cls, settings_cls: type[BaseSettings], *sources: PydanticBaseSettingsSource, **named: Any
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return named["env_settings"], TomlConfigSettingsSource(settings_cls, path)

    try:
        return FromFile()
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([f"Tệp {path} viết chưa đúng dạng TOML: {error}."]) from error
    except ValidationError as error:
        raise ConfigError([_sentence(fault) for fault in error.errors(include_url=False)]) from None


_REASONS = {
    "extra_forbidden": "không có khóa này; xem các khóa đúng trong config.example.toml",
    "greater_than_equal": "phải từ {ge} trở lên",
    "less_than_equal": "phải từ {le} trở xuống",
    "greater_than": "phải lớn hơn {gt}",
    "time_parsing": "phải là giờ dạng 18:30",
    "time_type": "phải là giờ dạng 18:30",
    "int_parsing": "phải là số nguyên",
    "int_type": "phải là số nguyên",
    "int_from_float": "phải là số nguyên",
    "float_parsing": "phải là số",
    "float_type": "phải là số",
    "string_type": "phải là chữ trong ngoặc kép",
    "bool_parsing": "phải là true hoặc false",
    "bool_type": "phải là true hoặc false",
    "dict_type": "phải là một mục [..] với các khóa bên trong",
    "model_type": "phải là một mục [..] với các khóa bên trong",
    "date_from_datetime_parsing": "phải là ngày dạng 2027-02-08",
}


def _sentence(fault: Any) -> str:
    """One fault in plain words; the value is left out where it may be a secret."""
    key = ".".join(str(part) for part in fault["loc"] if part != "[key]")
    if fault["type"] == "value_error":
        reason = str(fault["ctx"]["error"])
    else:
        reason = _REASONS.get(fault["type"], fault["msg"]).format(**fault.get("ctx", {}))
    secret = any(word in key for word in ("token", "secret", "proxy", "database", "webhook")) or isinstance(
        fault["input"], dict
    )
    shown = "" if secret or fault["type"] == "extra_forbidden" else f" = {fault['input']!r}"
    return f"{key}{shown}: {reason}."
