"""The month on the page: from the official's list to the secretary's screen, by what people can do there alone."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from makebelieve import World
from makebelieve.month import OFFICIAL, SECRETARY, papers
from sheets.example import PATH as ROSTER
from tests.pages.phones import PhoneOnPage, PhonesPage

HUONG, LAM, SINH = 99, 100, 101
MEMBER = "Lý Văn Sinh"
SMALLEST_TO_TAP = 44  # px, for a thumb that trembles


@pytest.fixture
def people(world: World) -> None:
    """An official, a secretary and a member; the bot has heard of none of them."""
    for user, name, role in ((HUONG, OFFICIAL, "Cán bộ xã"), (LAM, SECRETARY, "Bí thư"), (SINH, MEMBER, "Đảng viên")):
        world.new_phone(user, "telegram", name, role)


@pytest.mark.usefixtures("people")
async def test_from_the_list_to_the_secretarys_screen(world: World, page: PhonesPage, claim_code: str) -> None:
    huong, lam, sinh = await page.opens([HUONG, LAM, SINH])
    await brings_the_list(huong, claim_code)
    digits = await papers(world)
    await joins(lam, digits[SECRETARY])
    await joins(sinh, digits[MEMBER])
    await plans_the_third(lam)

    await lam.presses("Xem ai dự, ai vắng")
    await lam.reads("Đã báo trước: 0/22 người", "Họp tối thứ Năm, ngày 3 tháng 12")
    screen = await lam.received.last.get_attribute("data-message-id")

    await page.moves_clock("2026-11-26T18:45")
    await expect(page.page.get_by_test_id("clock")).to_contain_text("26/11/2026 · 18:45")
    await sinh.reads("mời bác Sinh họp tháng 12", "Bác có dự được không ạ?")
    await sinh.picks("Tôi sẽ dự")

    await sinh.reads("✅ Đã ghi: bác Sinh sẽ dự họp tối thứ Năm, ngày 3 tháng 12.")
    changed = lam.box.locator(f'[data-message-id="{screen}"]')
    await expect(changed).to_contain_text("Đã báo trước: 1/22 người")
    await expect(changed).to_contain_text("Sẽ dự: 1")
    await expect(changed).to_contain_text("đã sửa")
    await expect(lam.received.filter(has_text="Đã báo trước:")).to_have_count(1)


@pytest.mark.usefixtures("people")
async def test_the_same_on_a_narrow_screen(world: World, page: PhonesPage, claim_code: str) -> None:
    await page.page.set_viewport_size({"width": 360, "height": 740})
    huong, lam, sinh = await page.opens([HUONG, LAM, SINH])
    await brings_the_list(huong, claim_code)
    digits = await papers(world)

    await shows(page, LAM)
    await joins(lam, digits[SECRETARY])
    await plans_the_third(lam)
    await shows(page, SINH)
    await joins(sinh, digits[MEMBER])
    await page.moves_clock("2026-11-26T18:45")
    await sinh.reads("mời bác Sinh họp tháng 12")

    await everything_fits(page, sinh)
    await sinh.picks("Tôi xin vắng")
    await sinh.picks("Vì việc nhà")
    await sinh.reads("Lý do: việc nhà. Chỉ bí thư, phó bí thư xem được.")
    await shows(page, LAM)
    await lam.presses("Xem ai dự, ai vắng")
    await lam.reads("Xin vắng: 1 (việc nhà 1)")
    await everything_fits(page, lam)


# ---- what people do ----


async def brings_the_list(phone: PhoneOnPage, claim_code: str) -> None:
    """The first official claims the installation, sends the list by the paperclip, and confirms what she has seen."""
    await phone.starts()
    await phone.reads("Đây là trợ lý chi bộ xã Suối Trong")
    await phone.says(claim_code)
    await phone.reads("Xin nhắn họ và tên")
    await phone.says(OFFICIAL)
    await phone.picks("Tôi đồng ý")
    await phone.reads("Cảm ơn đồng chí Hương")
    await phone.sends(ROSTER)
    await phone.reads("Danh sách có 40 người, 3 chi bộ. Chưa có gì thay đổi.")
    await phone.picks("Cập nhật 40 người")
    await phone.reads("✅ Đã cập nhật 40 người.")


async def joins(phone: PhoneOnPage, digits: str) -> None:
    """By the nine digits on the paper, typed; then the plain words of consent."""
    await phone.starts()
    await phone.reads("xin nhắn mã 9 số")
    await phone.says(digits)
    await phone.reads("Mã đúng.")
    await phone.picks("Đúng là tôi")
    await phone.reads("Muốn thôi, nhắn “dừng”. Muốn xóa, nhắn “xóa tôi”.")
    await phone.picks("Tôi đồng ý")
    await expect(phone.message("Cảm ơn")).to_contain_text("Thế là xong.")


async def plans_the_third(secretary: PhoneOnPage) -> None:
    await secretary.presses("Đặt, đổi lịch họp")
    await secretary.reads("Ngày 3 hằng tháng, 7 giờ rưỡi tối.", "Thứ Năm, ngày 3 tháng 12 (25 tháng 10 âm)")
    await secretary.picks("Lưu lịch này")
    await expect(secretary.message("Đã lưu lịch họp")).to_be_visible()


async def shows(page: PhonesPage, user: int) -> None:
    """On a narrow screen one phone stands in front; its tab brings it there."""
    await page.page.locator(f'[data-testid="tab"][data-user="{user}"]').click()
    await expect(page.page.get_by_test_id("phone").filter(visible=True)).to_have_attribute("data-user", str(user))


async def everything_fits(page: PhonesPage, phone: PhoneOnPage) -> None:
    """Nothing reaches beyond the screen's edge, and each button is high enough for a thumb."""
    assert await page.page.evaluate("document.documentElement.scrollWidth") == 360
    for button in await phone.hook("choice").filter(visible=True).all():
        box = await button.bounding_box()
        assert box and box["height"] >= SMALLEST_TO_TAP and box["x"] + box["width"] <= 360
