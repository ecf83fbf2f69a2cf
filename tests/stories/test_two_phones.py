"""One person with a phone on Telegram and one on Zalo: the last used is preferred, and nothing comes twice."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import Connection

from config import Settings
from db import consent, intentions, joining
from db.meetings import Meeting
from db.people import Person
from tests.stories.village import Phone, Village, at, settled

THURSDAY = at(3, 12, 19, 30)
INVITED = at(26, 11, 18, 31)


@pytest.fixture
async def village(settings: Settings) -> AsyncIterator[Village]:
    async with settled(settings, "telegram", "zalo") as made:
        yield made


async def with_both(village: Village) -> tuple[Person, Phone, Phone]:
    """Bác Tình, who has agreed on both of his phones."""
    tinh = await village.add("Ma Văn Tình", "bác", phone="+84900000045")
    return tinh, await village.has(tinh, "telegram"), await village.has(tinh, "zalo")


def invitations(phone: Phone) -> int:
    return sum("mời bác Tình họp tháng 12" in words for words in phone.heard)


@pytest.mark.parametrize("used", ["telegram", "zalo"])
async def test_the_phone_used_last_hears_what_comes_by_itself_and_the_other_nothing(
    village: Village, used: str
) -> None:
    _, telegram, zalo = await with_both(village)
    for phone in (zalo, telegram) if used == "telegram" else (telegram, zalo):
        await phone.says("alo")
        await village.forward(minutes=1)
    await village.plan(THURSDAY)
    await village.forward(INVITED)
    wanted, other = (telegram, zalo) if used == "telegram" else (zalo, telegram)
    assert (invitations(wanted), invitations(other)) == (1, 0)


async def test_an_answer_comes_to_the_phone_that_asked(village: Village) -> None:
    _, telegram, zalo = await with_both(village)
    await telegram.says("alo")
    count = len(telegram.heard)
    assert "Bác Tình cần việc gì ạ?" in await zalo.says("alo")
    assert len(telegram.heard) == count


async def test_a_dead_phone_gives_way_to_the_other_once(village: Village) -> None:
    _, telegram, zalo = await with_both(village)
    await zalo.says("alo")
    await village.forward(minutes=1)
    await telegram.says("alo")
    telegram.handset.block(blocked=True)
    await village.plan(THURSDAY)
    await village.forward(INVITED)
    assert (invitations(telegram), invitations(zalo)) == (0, 1)
    assert zalo.choices == ["Tôi sẽ dự", "Tôi xin vắng", "Tôi chưa rõ", "Tôi đến muộn"]


async def answer_of(village: Village, person: Person, meeting: Meeting) -> str | None:
    found = await village.write(lambda c: intentions.current(c, meeting, person.id))
    return found.choice if found else None


async def test_the_second_phone_answers_the_same_question_of_the_same_person(village: Village) -> None:
    tinh, telegram, zalo = await with_both(village)
    await zalo.says("alo")
    meeting = await village.plan(THURSDAY)
    await village.forward(INVITED)
    assert "Đã ghi: bác Tình sẽ dự" in await zalo.says("1")
    assert "Trước: sẽ dự. Bây giờ: xin vắng" in await telegram.says("ốm rồi, không đi được")
    assert await answer_of(village, tinh, meeting) == "no"
    await village.forward(at(3, 12, 19))
    assert not any("Trợ lý chưa nhận được lời báo" in words for phone in (telegram, zalo) for words in phone.heard)


async def paper(village: Village, person: Person) -> str:
    secret = village.app.rules.secret

    def work(connection: Connection) -> str:
        return joining.digits_of(joining.invite(connection, [person], village.now, secret), secret)

    digits: str = await village.write(work)
    return digits


async def links_of(village: Village, person: Person) -> list[str]:
    found = await village.write(lambda c: consent.addresses_of(c, person.id))
    return sorted(link.consent for link in found)


@pytest.fixture
async def joined_on_telegram(village: Village) -> tuple[Person, Phone, Phone, Phone]:
    """Bác Tình came by his paper on Telegram, and has just typed the same digits on Zalo; Lâm has been asked."""
    lam = await village.add("Hoàng Văn Lâm", role="secretary", phone="+84900000012")
    secretary = await village.has(lam, "zalo")
    tinh = await village.add("Ma Văn Tình", "bác", phone="+84900000045")
    digits = await paper(village, tinh)
    telegram, zalo = village.on("telegram", 90), village.on("zalo", 90)
    await telegram.says(digits)
    await telegram.picks("Đúng là tôi")
    assert "Tin đi qua máy của Telegram ở nước ngoài." in telegram.last
    await telegram.picks("Tôi đồng ý")
    assert "Mã này đã dùng trên một máy khác." in await zalo.says(digits)
    assert "Đã hỏi bí thư." in await zalo.picks("Tôi dùng cả hai máy")
    return tinh, telegram, zalo, secretary


async def test_consent_on_one_phone_is_none_on_the_other(village: Village, joined_on_telegram) -> None:
    tinh, telegram, zalo, _ = joined_on_telegram
    await village.plan(THURSDAY)
    await village.forward(INVITED)
    assert (invitations(telegram), invitations(zalo)) == (1, 0)
    assert await links_of(village, tinh) == ["agreed", "wanted"]


async def test_a_second_phone_is_let_in_by_the_secretary_and_asked_for_its_own_yes(
    village: Village, joined_on_telegram
) -> None:
    tinh, telegram, zalo, secretary = joined_on_telegram
    assert "đến máy dùng sau cùng, không đến hai lần" in await secretary.picks("Dùng cả hai máy")
    assert "Tin đi qua máy của Zalo." in zalo.last
    assert await links_of(village, tinh) == ["agreed", "asked"]
    await zalo.picks("Tôi đồng ý")
    assert await links_of(village, tinh) == ["agreed", "agreed"]
    await village.plan(THURSDAY)
    await village.forward(INVITED)
    assert (invitations(telegram), invitations(zalo)) == (0, 1)


async def test_stopping_on_one_phone_stops_both(village: Village) -> None:
    _, telegram, zalo = await with_both(village)
    assert "✅ Đã dừng." in await zalo.says("dừng")
    await village.plan(THURSDAY)
    await village.forward(INVITED)
    assert (invitations(telegram), invitations(zalo)) == (0, 0)
