"""Sentences that several commands say to whoever runs the machine."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from config import ConfigError, Settings, load

CONFIG = click.option(
    "--config", "path", default="config.toml", show_default=True, type=click.Path(path_type=Path), help="The settings."
)


def settings_or_exit(path: Path) -> Settings:
    """The settings, or every fault on standard error and exit status 1."""
    try:
        return load(path)
    except ConfigError as error:
        for sentence in error.sentences:
            click.echo(sentence, err=True)
        sys.exit(1)


def port_taken(port: int) -> str:
    other = port + 1
    return f"Cổng {port} đang có chương trình khác dùng. Xin chọn cổng khác: --port {other} (với make: PORT={other})."


def cannot_listen(listen: str, error: OSError) -> str:
    return f"Không mở được web.listen = {listen} ({error.strerror}). Tắt chương trình đang dùng cổng ấy, hoặc đổi cổng."
