"""The configuration: the sample is complete, and every fault is named at once in a sentence."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from config import ConfigError, Settings, load
from db.rules import LADDER, Rules

EXAMPLE = Path(__file__).parent.parent / "config.example.toml"


def keys(section: Mapping[str, Any], above: str = "") -> Iterator[str]:
    for name, value in section.items():
        if isinstance(value, dict) and value:
            yield from keys(value, f"{above}{name}.")
        else:
            yield f"{above}{name}"


def test_the_sample_names_every_key_with_its_default() -> None:
    sample = load(EXAMPLE)
    assert sample.model_dump() == Settings().model_dump()
    text = EXAMPLE.read_text(encoding="utf-8")
    # A list of tables that is empty can only be shown behind a #.
    assert "# [[bots]]" in text
    assert {*keys(tomllib.loads(text)), "bots"} == set(keys(Settings().model_dump()))


def test_further_bots_are_read_as_the_sample_shows_them(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    shown = [line.removeprefix("# ") for line in text.splitlines() if line.startswith("# ")]
    lines = shown[shown.index("[[bots]]") : shown.index("[[bots]]") + 4]
    path = tmp_path / "config.toml"
    path.write_text("\n".join(lines).replace('token = ""', 'token = "1:x"'), encoding="utf-8")
    [bot] = load(path).all_bots
    assert (bot.channel, bot.token.get_secret_value(), bot.commune) == ("zalo", "1:x", "Suối Trong")


def test_the_defaults_are_those_of_the_rules() -> None:
    assert Settings().rules() == Rules(secret=b"")
    assert set(Settings().rules().ladder) == set(LADDER)


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        'zone = "Hanoi"\ncolour = "red"\ndatabase = "mysql://x"\n'
        '[telegram]\ntokn = "1:abc"\nproxy = "socks5://p"\n[quiet]\nstart = "late"\n[delivery]\nper_second = 0\n',
        encoding="utf-8",
    )
    with pytest.raises(ConfigError) as refused:
        load(path)
    said = "\n".join(refused.value.sentences)
    assert len(refused.value.sentences) == 7
    for words in (
        "zone = 'Hanoi': không có múi giờ này",
        "colour: không có khóa này",
        "database: phải bắt đầu bằng sqlite",
        "telegram.tokn: không có khóa này",
        "telegram.proxy: phải bắt đầu bằng http://",
        "quiet.start = 'late': phải là giờ dạng 18:30",
        "delivery.per_second = 0: phải lớn hơn 0",
    ):
        assert words in said


FAULTS = [
    ('telegram = { webhook = "http://bot.example.vn" }', "telegram.webhook: phải là địa chỉ https://"),
    ('telegram = { webhook = "bot.example.vn" }', "telegram.webhook: phải là địa chỉ https://"),
    ('telegram = { webhook = "https://a.vn/?x", webhook_secret = "s" }', "không có ?, # hay tên người dùng"),
    ('telegram = { webhook = "https://me:pass@a.vn", webhook_secret = "s" }', "telegram.webhook: phải là địa chỉ"),
    ('telegram = { webhook = "https://a.vn" }', "telegram.webhook_secret: phải có khi đã đặt telegram.webhook"),
    ('telegram = { webhook_secret = "có dấu" }', "telegram.webhook_secret: chỉ gồm chữ không dấu"),
    (f'telegram = {{ webhook_secret = "{"a" * 257}" }}', "nhiều nhất 256 ký tự"),
    ('web = { listen = "8090" }', "web.listen = '8090': phải có dạng máy:cổng"),
    ('web = { listen = "127.0.0.1:70000" }', "web.listen = '127.0.0.1:70000': phải có dạng máy:cổng"),
    ("delivery = { in_flight = 0 }", "delivery.in_flight = 0: phải từ 1 trở lên"),
    ("delivery = { in_flight = 1.5 }", "delivery.in_flight = 1.5: phải là số nguyên"),
    ("delivery = { keep_days = 4000 }", "delivery.keep_days = 4000: phải từ 3650 trở xuống"),
]


@pytest.mark.parametrize(("text", "words"), FAULTS)
def test_each_fault_has_its_sentence(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load(path)
    [sentence] = refused.value.sentences
    assert words in sentence


def test_a_webhook_is_an_address_a_secret_and_a_place_to_listen(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        '[telegram]\nwebhook = "https://bot.example.vn/tro-ly/"\nwebhook_secret = "A-z_9"\n'
        '[web]\nlisten = "[::1]:80"\n',
        encoding="utf-8",
    )
    settings = load(path)
    assert settings.telegram.webhook == "https://bot.example.vn/tro-ly"
    assert settings.web.address == ("::1", 80)
    assert "A-z_9" not in repr(settings)


@pytest.mark.parametrize("text", ["telegram = { token = 12345678 }", "secret = 5", "database = 7"])
def test_secrets_are_never_repeated(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load(path)
    assert not any(digit in str(refused.value) for digit in ("12345678", "5", "7"))


def test_the_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[telegram]\ntoken = "1:file"\nproxy = "http://p:1"\n', encoding="utf-8")
    monkeypatch.setenv("TRO_LY_TELEGRAM__TOKEN", "2:env")
    settings = load(path)
    assert settings.telegram.token.get_secret_value() == "2:env"
    assert settings.telegram.proxy == "http://p:1"


def test_a_broken_file_and_a_missing_one_are_said_so(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    with pytest.raises(ConfigError, match="Không thấy tệp"):
        load(path)
    path.write_text("zone =", encoding="utf-8")
    with pytest.raises(ConfigError, match="chưa đúng dạng TOML"):
        load(path)
