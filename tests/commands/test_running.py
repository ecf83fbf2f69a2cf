"""The command line as whoever runs the machine meets it: init, run, doctor, simulator."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot import main
from commands.doctor import _clock as clock_finding
from config import load
from simulator import Clock, Simulator, open_phone, running

TOKEN = "123456:makebelieve"
ZALO = "900:zalo-secret"
ANSWERS = [
    "init",
    "--token",
    TOKEN,
    "--zalo-token",
    "",
    "--zone",
    "Asia/Ho_Chi_Minh",
    "--commune",
    "xã Suối Trong",
    "--phone",
    "0207 3800 000",
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def init(folder: Path, base_url: str = "") -> str:
    """Set an installation up; the one-time code it prints."""
    done = CliRunner().invoke(main, ANSWERS)
    assert done.exit_code == 0, done.output
    if base_url:
        path = folder / "config.toml"
        path.write_text(path.read_text(encoding="utf-8") + f'base_url = "{base_url}"\n', encoding="utf-8")
    found = re.search(r"đầu tiên: (.+)", done.output)
    assert found
    return found[1]


@asynccontextmanager
async def telegram() -> AsyncIterator[tuple[Simulator, str]]:
    simulator = Simulator(Clock(datetime.now(UTC), flowing=True))
    async with running(simulator) as url:
        simulator.put_bot(TOKEN, username="SuoiTrongBot")
        yield simulator, f"{url}/bot"


async def command(*words: str) -> asyncio.subprocess.Process:
    root = Path(__file__).parent.parent.parent
    return await asyncio.create_subprocess_exec(
        sys.executable, str(root / "bot.py"), *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )


def test_init_asks_writes_a_private_file_and_prints_a_code(folder: Path) -> None:
    code = init(folder)
    assert re.fullmatch(r"\d{3} \d{3} \d{3}", code)
    assert (folder / "config.toml").stat().st_mode & 0o777 == 0o600
    assert (folder / "tro-ly.db").stat().st_mode & 0o777 == 0o600
    settings = load(folder / "config.toml")
    assert settings.telegram.token.get_secret_value() == TOKEN
    assert len(settings.secret.get_secret_value()) >= 32


def test_init_sets_up_zalo_alone_or_beside(folder: Path) -> None:
    answers = [*ANSWERS[:1], *ANSWERS[5:]]
    done = CliRunner().invoke(main, answers, input=f"\n{ZALO}\n")
    assert "Cán bộ ấy mở Zalo, tìm bot" in done.output
    alone = load(folder / "config.toml")
    assert [(bot.channel, bot.token.get_secret_value()) for bot in alone.all_bots] == [("zalo", ZALO)]
    assert len(alone.zalo.webhook_secret.get_secret_value()) >= 32
    for file in folder.iterdir():
        file.unlink()
    both = CliRunner().invoke(main, answers, input=f"{TOKEN}\n{ZALO}\n")
    assert "Cán bộ ấy mở Telegram hoặc Zalo, tìm bot" in both.output
    assert ZALO not in both.output
    assert [bot.channel for bot in load(folder / "config.toml").all_bots] == ["telegram", "zalo"]


def test_init_never_overwrites(folder: Path) -> None:
    init(folder)
    before = (folder / "config.toml").read_bytes()
    again = CliRunner().invoke(main, ANSWERS)
    assert again.exit_code == 1
    assert "Đã có config.toml" in again.output
    assert (folder / "config.toml").read_bytes() == before


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--token", "not a token", "từ @BotFather"),
        ("--token", "", "Cần mã của ít nhất một bot"),
        ("--zalo-token", "not a token", "từ Zalo Bot Manager"),
        ("--zone", "Mars/Olympus", "Không có múi giờ này"),
        ("--commune", "  ", "Xin ghi tên xã"),
        ("--phone", "gọi anh Ba", "Xin ghi số điện thoại"),
    ],
)
def test_init_refuses_what_cannot_be(folder: Path, option: str, value: str, says: str) -> None:
    words = list(ANSWERS)
    words[words.index(option) + 1] = value
    refused = CliRunner().invoke(main, words)
    assert refused.exit_code != 0
    assert says in refused.output
    assert list(folder.iterdir()) == []


async def test_the_first_official_claims_the_installation_that_runs(folder: Path) -> None:
    async with telegram() as (simulator, base_url):
        code = await asyncio.to_thread(init, folder, base_url)
        process = await command("run", "--config", str(folder / "config.toml"))
        assert process.stdout
        assert await process.stdout.readline() == b"running @SuoiTrongBot\n"
        phone = open_phone(simulator, 7)
        heard = asyncio.Event()
        simulator.on_change(lambda: heard.set() if "họ và tên" in _words(simulator) else None)
        phone.say(code)
        await asyncio.wait_for(heard.wait(), 20)
        process.send_signal(signal.SIGTERM)
        _, errors = await process.communicate()
        assert process.returncode == 0, errors
        assert TOKEN.encode() not in errors


async def test_an_installation_with_zalo_alone_runs(folder: Path) -> None:
    simulator = Simulator(Clock(datetime.now(UTC), flowing=True))
    async with running(simulator) as url:
        simulator.put_bot(ZALO, name="Bot Suối Trong", channel="zalo")
        answers = [*ANSWERS[:1], *ANSWERS[5:]]
        done = await asyncio.to_thread(CliRunner().invoke, main, answers, input=f"\n{ZALO}\n")
        assert done.exit_code == 0, done.output
        path = folder / "config.toml"
        path.write_text(path.read_text(encoding="utf-8") + f'base_url = "{url}/zalo/bot"\n', encoding="utf-8")
        process = await command("run", "--config", str(path))
        assert process.stdout
        assert (await process.stdout.readline()).decode() == "running @Bot Suối Trong\n"
        process.send_signal(signal.SIGTERM)
        _, errors = await process.communicate()
    assert process.returncode == 0, errors
    assert ZALO.encode() not in errors


def _words(simulator: Simulator) -> str:
    return " ".join(row["text"] or "" for row in simulator.ledger.after(0))


async def test_run_says_what_is_missing(folder: Path) -> None:
    without = await asyncio.to_thread(CliRunner().invoke, main, ["run"])
    assert without.exit_code == 1
    assert "Không thấy tệp config.toml" in without.output
    (folder / "config.toml").write_text('zone = "Asia/Ho_Chi_Minh"\n', encoding="utf-8")
    no_token = await asyncio.to_thread(CliRunner().invoke, main, ["run"])
    assert "Chưa có telegram.token" in no_token.output


async def test_doctor_finds_a_healthy_installation_healthy(folder: Path) -> None:
    async with telegram() as (_, base_url):
        await asyncio.to_thread(init, folder, base_url)
        seen = await asyncio.to_thread(CliRunner().invoke, main, ["doctor"])
    assert seen.exit_code == 0, seen.output
    assert seen.output.count("Tốt ") == 5
    assert "@SuoiTrongBot" in seen.output


async def test_doctor_looks_at_zalo_and_says_what_a_trial_costs(folder: Path) -> None:
    simulator = Simulator(Clock(datetime.now(UTC), flowing=True))
    async with running(simulator) as url:
        bot = simulator.put_bot(ZALO, name="Bot Suối Trong", channel="zalo")
        answers = [*ANSWERS[:1], *ANSWERS[5:]]
        await asyncio.to_thread(CliRunner().invoke, main, answers, input=f"\n{ZALO}\n")
        path = folder / "config.toml"
        path.write_text(path.read_text(encoding="utf-8") + f'base_url = "{url}/zalo/bot"\n', encoding="utf-8")
        seen = await asyncio.to_thread(CliRunner().invoke, main, ["doctor"])
        bot.revoked = True
        refused = await asyncio.to_thread(CliRunner().invoke, main, ["doctor"])
    assert seen.exit_code == 0, seen.output
    for words in ("Zalo nhận mã của bot: Bot Suối Trong.", "trong lúc máy tắt thì mất", "web.public để trống"):
        assert words in seen.output
    assert refused.exit_code == 1
    assert "Zalo từ chối mã của bot 900. Lấy lại ở Zalo Bot Manager" in refused.output


async def test_doctor_names_a_refused_token(folder: Path) -> None:
    async with telegram() as (simulator, base_url):
        await asyncio.to_thread(init, folder, base_url)
        simulator.bot_for(None).revoked = True
        seen = await asyncio.to_thread(CliRunner().invoke, main, ["doctor"])
    assert seen.exit_code == 1
    assert "từ chối mã của bot" in seen.output


def test_doctor_names_a_network_that_is_not_there(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        init(folder, f"http://127.0.0.1:{taken.getsockname()[1]}/bot")
        seen = CliRunner().invoke(main, ["doctor"])
    assert seen.exit_code == 1
    assert "Không nối được" in seen.output
    assert "Chưa thử được mã của bot" in seen.output


async def test_doctor_names_a_database_that_is_missing_old_or_broken(folder: Path) -> None:
    async with telegram() as (_, base_url):
        await asyncio.to_thread(init, folder, base_url)
        database = folder / "tro-ly.db"
        database.write_bytes(b"this is no database" * 100)
        broken = await asyncio.to_thread(CliRunner().invoke, main, ["doctor"])
        assert "Không ghi được cơ sở dữ liệu" in broken.output
        database.write_bytes(b"")
        old = await asyncio.to_thread(CliRunner().invoke, main, ["doctor"])
        assert "phiên bản chưa có" in old.output
        await asyncio.to_thread(_unlink, folder)
        missing = await asyncio.to_thread(CliRunner().invoke, main, ["doctor"])
        assert "Chưa có cơ sở dữ liệu" in missing.output
        assert {broken.exit_code, old.exit_code, missing.exit_code} == {1}


def _unlink(folder: Path) -> None:
    for file in folder.glob("tro-ly.db*"):
        file.unlink()


def test_doctor_names_a_clock_that_is_off() -> None:
    assert clock_finding(timedelta(seconds=20)) == (True, "Đồng hồ máy này đúng.")
    well, sentence = clock_finding(timedelta(minutes=-17))
    assert not well
    assert "lệch 17 phút" in sentence


@pytest.mark.parametrize("program", ["simulator", "demo"])
async def test_a_port_in_use_is_a_clear_sentence(program: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = await command(program, "--port", str(port))
        _, said = await process.communicate()
    assert process.returncode == 1
    assert said.decode().startswith(f"Cổng {port} đang có chương trình khác dùng.")
    assert "Traceback" not in said.decode()
