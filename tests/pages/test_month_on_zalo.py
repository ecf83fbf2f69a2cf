"""The month on the page with a secretary and two members on Zalo and one on Telegram, by numbers and plain words."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from makebelieve import World
from makebelieve.month import NOTICE, OFFICIAL, SECRETARY, papers
from tests.pages.phones import PhoneOnPage, PhonesPage
from tests.pages.test_month_in_the_browser import brings_the_list, joins

HUONG, LAM, SINH, GHEN, THANG = 99, 100, 101, 102, 103
PEOPLE = (
    (HUONG, "telegram", OFFICIAL, "Cán bộ xã"),
    (LAM, "zalo", SECRETARY, "Bí thư"),
    (SINH, "zalo", "Lý Văn Sinh", "Đảng viên"),
    (GHEN, "zalo", "Đặng Thị Ghến", "Đảng viên"),
    (THANG, "telegram", "Nông Văn Thắng", "Đảng viên"),
)
EVENING = "tối thứ Năm, ngày 3 tháng 12"


@pytest.fixture
def people(world: World) -> None:
    """Who has a phone; the bot has heard of none of them."""
    for person in PEOPLE:
        world.new_phone(*person)


@pytest.mark.usefixtures("people")
async def test_the_whole_month(world: World, page: PhonesPage, claim_code: str) -> None:
    [huong] = await page.opens([HUONG])
    await brings_the_list(huong, claim_code)
    lam, sinh, ghen, thang = await page.opens([LAM, SINH, GHEN, THANG])
    await everybody_joins(world, {SECRETARY: lam, "Lý Văn Sinh": sinh, "Đặng Thị Ghến": ghen})
    await joins(thang, (await papers(world))["Nông Văn Thắng"])
    await page.moves_clock("2026-11-21T09:00")
    await lam.says("Đặt, đổi lịch họp")
    await lam.picks("Lưu lịch này")
    await lam.reads("Đã lưu lịch họp")

    await page.moves_clock("2026-11-26T18:45")
    await invitations_are_answered(sinh, ghen, thang)
    await lam.says("tôi sẽ dự")
    await lam.reads("✅ Đã ghi: đồng chí Lâm sẽ dự")
    await expect(lam.received.filter(has_text="Đã báo trước: 3/22")).to_have_count(0)  # no message for each answer
    await lam.says("Xem ai dự, ai vắng")
    await lam.reads("Đã báo trước: 4/22 người", "Sẽ dự 3 (1 đến muộn). Xin vắng 1 (việc nhà 1).")

    await page.moves_clock("2026-11-27T08:00")
    await page.opens([HUONG])
    await a_notice_goes_out(huong)
    await page.opens([LAM, SINH, GHEN, THANG])
    await page.moves_clock("2026-11-27T08:10")
    for phone in (sinh, thang):
        await phone.reads("Thông báo của Đảng ủy xã Suối Trong", "tiêm phòng dại cho chó, mèo")
        await phone.picks("Tôi đã nắm")
        await phone.reads("đã nắm thông báo của xã")

    await page.moves_clock("2026-11-27T08:15")
    await page.opens([HUONG])
    await huong.reads("Đã gửi tới máy: 4/4 người", "Đã nắm: 2")
    await page.opens([LAM, SINH, GHEN, THANG])

    await page.moves_clock("2026-12-02T19:35")
    await the_secretary_calls(lam)
    await page.moves_clock("2026-12-03T07:00")
    await sinh.reads("Tối nay họp chi bộ")
    await sinh.picks("Tôi xin vắng")
    await sinh.picks("Vì sức khỏe")
    await sinh.reads("Lý do: sức khỏe. Chỉ bí thư, phó bí thư xem được.")
    await page.moves_clock("2026-12-03T07:10")
    await lam.reads("Một người vừa đổi ý", "Đồng chí Lý Văn Sinh: trước sẽ dự, nay xin vắng (sức khỏe).")
    await page.moves_clock("2026-12-03T22:00")
    await nothing_of_telegram(lam, sinh, ghen)


# ---- what people do ----


async def everybody_joins(world: World, phones: dict[str, PhoneOnPage]) -> None:
    """By the nine digits on their papers; on Zalo there is nothing to start, one writes."""
    digits = await papers(world)
    for name, phone in phones.items():
        await phone.says(digits[name])
        await phone.reads("Mã đúng.")
        await phone.picks("Đúng là tôi")
        await phone.reads("Tin đi qua máy của Zalo.")
        await phone.picks("Tôi đồng ý")
        await expect(phone.message("Cảm ơn")).to_contain_text("Thế là xong.")


async def invitations_are_answered(sinh: PhoneOnPage, ghen: PhoneOnPage, thang: PhoneOnPage) -> None:
    """By a number, by a word with two meanings, by a tap."""
    await sinh.reads("mời bác Sinh họp tháng 12", "1. Tôi sẽ dự")
    await sinh.says("1")
    await sinh.reads(f"✅ Đã ghi: bác Sinh sẽ dự họp {EVENING}.")
    await ghen.says("vang")
    await ghen.reads("Chữ “vang” có hai nghĩa")
    await ghen.picks("Tôi xin vắng")
    await ghen.reads("Cô vắng vì việc gì ạ?")
    await ghen.picks("Vì việc nhà")
    await ghen.reads("Lý do: việc nhà.")
    await thang.picks("Tôi đến muộn")
    await thang.reads("✅ Đã ghi: anh Thắng sẽ dự, đến muộn")


async def a_notice_goes_out(huong: PhoneOnPage) -> None:
    await huong.presses("Gửi thông báo")
    await huong.reads("Xin nhắn nội dung thông báo")
    await huong.says(NOTICE)
    await huong.picks("Một chi bộ")
    await huong.picks("Thôn Khe Đào")
    await huong.picks("Gửi cho 4 người")
    await huong.reads("Đang gửi: 0/4 người")


async def the_secretary_calls(lam: PhoneOnPage) -> None:
    """Whoever has said nothing is called by telephone, and the answer written down by numbers."""
    await lam.reads("Gọi 18 người")
    await lam.picks("Gọi 18 người")
    await lam.reads("Còn 18 người cần gọi")
    await lam.picks("Giàng Thị Dợ")
    await lam.reads("Đồng chí Dợ trả lời thế nào?")
    await lam.picks("Sẽ dự")
    await lam.reads("Đồng chí Giàng Thị Dợ: sẽ dự (do bí thư ghi, qua điện thoại")


async def nothing_of_telegram(*phones: PhoneOnPage) -> None:
    """No button, no menu that stays, nothing that was edited: a Zalo phone has none of it."""
    for phone in phones:
        for hook in ("choice", "key", "start"):
            await expect(phone.hook(hook).filter(visible=True)).to_have_count(0)
        await expect(phone.received.filter(has_text="đã sửa")).to_have_count(0)
