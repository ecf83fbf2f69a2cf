"""Zalo phones on the page, beside Telegram's: what is there, what is not, and that words stay words."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect
from sim_world import World
from sim_zalo import BOT, Zalo

BLUE = "rgb(0, 104, 255)"


@pytest.fixture
async def zalo(village: World) -> Zalo:
    """Tình (7) is on Telegram, Mùi has a Zalo phone (70) that the bot hears."""
    village.simulator.put_bot(BOT, name="Bot Chi bộ", channel="zalo")
    village.simulator.put_user(70, name="Triệu Thị Mùi", role="đảng viên", channel="zalo")
    found = Zalo(village)
    await found.call("getUpdates", timeout=0)
    return found


@pytest.fixture
async def page(zalo: Zalo, browser: Browser) -> AsyncIterator[Page]:
    """Both phones on a wide page, whose errors fail the test."""
    page = await browser.new_page(viewport={"width": 1400, "height": 900})
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    await page.goto(f"{zalo.world.url}/#70,7")
    yield page


async def test_a_zalo_phone_beside_a_telegram_phone(zalo: Zalo, page: Page) -> None:
    mui, tinh = (page.locator(f'[data-testid="phone"][data-user="{user}"]') for user in (70, 7))
    await expect(mui.get_by_test_id("channel")).to_have_text("Zalo")
    await expect(mui.get_by_test_id("owner")).to_contain_text("Triệu Thị Mùi")
    await expect(mui.get_by_test_id("owner")).to_contain_text("đảng viên")
    await expect(mui.get_by_test_id("bot-name")).to_have_text("Bot Chi bộ")
    await expect(mui.locator("header")).to_have_css("background-color", BLUE)
    await expect(tinh.get_by_test_id("channel")).to_have_text("Telegram")
    await expect(tinh.get_by_test_id("extras")).to_have_count(0)

    await expect(mui.get_by_test_id("start")).to_be_hidden()
    await mui.get_by_test_id("composer").fill("482913007")
    await mui.get_by_test_id("composer").press("Enter")
    await expect(mui.get_by_test_id("message")).to_contain_text("482913007")
    assert (await zalo.ok("getUpdates"))["message"]["text"] == "482913007"

    await zalo.ok("sendMessage", chat_id="70", text="<i>Giấy</i>: https://xa.vn/g/1 và javascript:alert(1)")
    said = mui.get_by_test_id("message").filter(has_text="Giấy")
    await expect(said).to_contain_text("<i>Giấy</i>: https://xa.vn/g/1 và javascript:alert(1)")
    await expect(said.locator("a")).to_have_attribute("href", "https://xa.vn/g/1")
    await zalo.ok("sendMessage", chat_id="70", text="Gọi 0912 345 678, hoặc +84912345678")
    numbers = mui.get_by_test_id("message").last.locator("a")
    await expect(numbers.first).to_have_attribute("href", "tel:0912345678")
    await expect(numbers.last).to_have_attribute("href", "tel:+84912345678")
    await expect(said).to_have_css("background-color", "rgb(255, 255, 255)")
    await expect(mui.get_by_test_id("choice")).to_have_count(0)
    await expect(mui.get_by_test_id("key")).to_have_count(0)


async def test_what_a_bot_makes_nothing_of(zalo: Zalo, page: Page) -> None:
    mui = page.locator('[data-testid="phone"][data-user="70"]')
    shown = {"sticker": "Nhãn dán", "voice": "Tin thoại", "unsupported": "Nội dung khác"}

    for kind, name in shown.items():
        await mui.locator(f'[data-testid="extra"][data-kind="{kind}"]').click()
        await expect(mui.get_by_test_id("thing").last).to_have_text(name)
    await mui.locator('[data-testid="extra"][data-kind="photo"]').click()
    await expect(mui.get_by_test_id("photo")).to_be_visible()

    events = [(await zalo.ok("getUpdates"))["event_name"].split(".")[1] for _ in range(4)]
    assert events == [*shown, "image"]
    await zalo.ok("sendPhoto", chat_id="70", photo="https://xa.vn/qr.png", caption="Mã QR")
    await expect(mui.get_by_test_id("thing").last.locator("a")).to_have_attribute("href", "https://xa.vn/qr.png")


async def test_a_narrow_screen_and_a_second_bot(zalo: Zalo, page: Page) -> None:
    zalo.world.simulator.put_bot("901:zalo-secret", name="Bot Chi bộ hai", channel="zalo")
    await page.set_viewport_size({"width": 360, "height": 740})
    mui = page.locator('[data-testid="phone"][data-user="70"]')
    assert await page.evaluate("document.documentElement.scrollWidth") == 360
    await expect(page.get_by_test_id("tab").first).to_have_text("Triệu Thị Mùi · Zalo")
    for hook in ("channel", "send", "block"):
        await expect(mui.get_by_test_id(hook)).to_be_in_viewport(ratio=1)
    await expect(mui.get_by_test_id("extra").last).to_be_in_viewport(ratio=1)

    await mui.get_by_test_id("bots").select_option("901")
    await expect(mui.get_by_test_id("bot-name")).to_have_text("Bot Chi bộ hai")
    await mui.get_by_test_id("composer").fill("chào")
    await mui.get_by_test_id("send").click()
    await expect(mui.get_by_test_id("message")).to_have_count(1)
    assert zalo.world.simulator.conversations[901, 70].started


async def test_a_fault_of_everybody_on_zalo(zalo: Zalo, page: Page) -> None:
    await zalo.said(70, "chào")
    await page.get_by_test_id("faults").locator("summary").click()
    await page.get_by_test_id("fault-kind").select_option("403")
    await page.get_by_test_id("fault-user").select_option("zalo")
    await page.get_by_test_id("fault-add").click()
    await expect(page.get_by_test_id("fault-list").locator("li")).to_have_count(1)

    await zalo.world.ok("sendMessage", chat_id=7, text="x")
    assert await zalo.refused("sendMessage", chat_id="70", text="x") == (403, "Internal server error")
