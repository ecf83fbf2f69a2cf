"""The phones page in a real browser: what a person sees there and does there."""

import base64
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect
from sim_world import TOKEN, World

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAADCAIAAAA2iEnWAAAAD0lEQVR4nGP4z8AARBAKABP+Av5SAnTkAAAAAElFTkSuQmCC"
)
CHOICES = {
    "inline_keyboard": [
        [{"text": "Tôi sẽ dự", "callback_data": "go:1"}],
        [{"text": "Tôi xin vắng", "callback_data": "go:2"}],
    ]
}
MENU = {"keyboard": [[{"text": "Lịch họp"}], [{"text": "Gửi số của tôi", "request_contact": True}]]}


class Open:
    """A page with one phone, whose errors fail the test."""

    def __init__(self, page: Page, user: int) -> None:
        self.page = page
        self.phone = page.locator(f'[data-testid="phone"][data-user="{user}"]')

    def hook(self, testid: str) -> Locator:
        return self.phone.get_by_test_id(testid)

    def tool(self, testid: str) -> Locator:
        return self.page.get_by_test_id(testid)


async def opened(browser: Browser, world: World, users: str, width: int = 1400) -> Open:
    page = await browser.new_page(viewport={"width": width, "height": 900})
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    await page.goto(f"{world.url}/#{users}")
    return Open(page, int(users.partition(",")[0]))


async def last_update(world: World) -> dict:
    return (await world.ok("getUpdates", offset=-1))[-1]


async def test_start_with_a_payload(village: World, browser: Browser) -> None:
    here = await opened(browser, village, "8")
    await expect(here.hook("composer")).to_be_hidden()

    await here.hook("start-payload").fill("abc123")
    await here.hook("start").click()

    await expect(here.hook("message")).to_contain_text("/start abc123")
    await expect(here.hook("start")).to_be_hidden()
    assert (await last_update(village))["message"]["text"] == "/start abc123"


async def test_buttons_toast_alert_and_edit(village: World, browser: Browser) -> None:
    here = await opened(browser, village, "7")
    await village.ok("sendMessage", chat_id=7, text="<b>Có họp</b>", parse_mode="HTML", reply_markup=CHOICES)

    await here.hook("choice").filter(has_text="Tôi sẽ dự").click()
    await expect(here.hook("message").last.locator("strong")).to_have_text("Có họp")
    await village.until(lambda: bool(village.simulator.taps))
    query = (await last_update(village))["callback_query"]
    assert query["data"] == "go:1"

    await village.ok("answerCallbackQuery", callback_query_id=query["id"], text="Đã ghi")
    await expect(here.hook("toast")).to_have_text("Đã ghi")

    tap = await village.sim("callback", user=7, message_id=2, data="go:2")
    await village.ok(
        "answerCallbackQuery", callback_query_id=tap["callback_query_id"], text="Khoan đã", show_alert=True
    )
    await expect(here.hook("alert")).to_contain_text("Khoan đã")
    await here.hook("alert-close").click()
    await expect(here.hook("alert")).to_have_count(0)

    await village.ok("editMessageText", chat_id=7, message_id=2, text="Đã ghi: sẽ dự")
    await expect(here.hook("message").last).to_contain_text("đã sửa")
    await expect(here.hook("choice")).to_have_count(0)


async def test_reply_keyboard_and_own_number(village: World, browser: Browser) -> None:
    here = await opened(browser, village, "7")
    await village.ok("sendMessage", chat_id=7, text="Mời chọn", reply_markup=MENU)

    await here.hook("key").filter(has_text="Lịch họp").click()
    await expect(here.hook("message").last).to_contain_text("Lịch họp")
    assert (await last_update(village))["message"]["text"] == "Lịch họp"

    await here.hook("key").filter(has_text="Gửi số").click()
    await expect(here.hook("contact-phone")).to_have_value("+84900000007")
    await here.hook("contact-send").click()
    await expect(here.hook("message").last).to_contain_text("+84900000007")
    assert (await last_update(village))["message"]["contact"]["user_id"] == 7

    await village.ok("sendMessage", chat_id=7, text="xong", reply_markup={"remove_keyboard": True})
    await expect(here.hook("key")).to_have_count(0)


async def test_the_newest_message_is_not_hidden_by_the_keyboard(village: World, browser: Browser) -> None:
    high = {"keyboard": [[{"text": f"Việc {number}"}] for number in range(4)]}
    for number in range(20):
        await village.ok("sendMessage", chat_id=7, text=f"tin {number}", reply_markup=high)
    await village.ok("sendMessage", chat_id=7, text="Có họp", reply_markup=CHOICES)

    here = await opened(browser, village, "7")
    await expect(here.hook("key").first).to_be_visible()
    await expect(here.hook("choice").last).to_be_in_viewport(ratio=1)

    await here.hook("messages").evaluate("list => { list.scrollTop = 0; }")
    await village.ok("sendMessage", chat_id=7, text="tin mới")
    await expect(here.hook("message").last).to_contain_text("tin mới")
    await expect(here.hook("message").first).to_be_in_viewport()


async def test_words_are_never_html(village: World, browser: Browser) -> None:
    here = await opened(browser, village, "7")
    attack = "<img src=x onerror=alert(1)> <b>😀 đậm</b>"

    await here.hook("composer").fill(attack)
    await here.hook("composer").press("Enter")
    await expect(here.hook("message").last).to_contain_text(attack)
    await village.ok("sendMessage", chat_id=7, text="&lt;i&gt; 😀 <i>nghiêng</i>", parse_mode="HTML")

    await expect(here.hook("message").last.locator("em")).to_have_text("nghiêng")
    await expect(here.hook("message").last).to_contain_text("<i> 😀 nghiêng")
    await expect(here.hook("messages").locator("img")).to_have_count(0)


async def test_files_both_ways(village: World, browser: Browser, tmp_path: Path) -> None:
    here = await opened(browser, village, "7")
    sheet, photo = tmp_path / "Danh sách.xlsx", tmp_path / "ảnh.png"
    sheet.write_bytes(b"PK")
    photo.write_bytes(PNG)

    await here.hook("file").set_input_files(sheet)
    await expect(here.hook("document")).to_contain_text("Danh sách.xlsx")
    assert (await last_update(village))["message"]["document"]["file_name"] == "Danh sách.xlsx"

    await here.hook("file").set_input_files(photo)
    await expect(here.hook("photo")).to_be_visible()

    await village.upload("sendDocument", chat_id=7, document=("Giấy mời.docx", b"PK\x03"), caption="Giấy mời")
    await expect(here.hook("document").last).to_contain_text("Giấy mời.docx")
    async with here.page.expect_download() as waiting:
        await here.hook("document").last.click()
    download = await waiting.value
    assert download.suggested_filename == "Giấy mời.docx"
    paper = tmp_path / "paper"
    await download.save_as(paper)
    assert paper.read_bytes() == b"PK\x03"


async def test_block_and_typing(village: World, browser: Browser) -> None:
    here = await opened(browser, village, "7")

    await village.ok("sendChatAction", chat_id=7, action="typing")
    await expect(here.hook("typing")).to_be_visible()

    await here.hook("block").check()
    await village.until(lambda: village.simulator.conversations[123, 7].blocked)
    assert (await village.call("sendMessage", chat_id=7, text="x"))[0] == 403


async def test_clock_and_faults(village: World, browser: Browser) -> None:
    here = await opened(browser, village, "7")
    clock = here.tool("clock")
    await expect(clock).to_have_text("Thứ Ba, 3/11/2026 · 08:00")

    await here.tool("clock-hour").click()
    await expect(clock).to_have_attribute("data-now", "2026-11-03T02:00:00+00:00")
    await here.tool("time").locator("summary").click()
    await here.tool("clock-at").fill("2026-11-04T06:30")
    await here.tool("clock-go").click()
    await expect(clock).to_have_attribute("data-now", "2026-11-03T23:30:00+00:00")
    await here.tool("clock-at").fill("2026-11-01T06:30")
    await here.tool("clock-go").click()
    await expect(here.tool("problem")).to_have_text("Đồng hồ chỉ đi tới, không lùi lại.")
    await here.tool("clock-downtime").fill("2")
    await here.tool("clock-down").click()
    await expect(clock).to_have_attribute("data-now", "2026-11-04T01:30:00+00:00")

    await here.tool("faults").locator("summary").click()
    await here.tool("fault-kind").select_option("500")
    await here.tool("fault-add").click()
    await expect(here.tool("fault-list").locator("li")).to_have_count(1)
    assert (await village.call("sendMessage", chat_id=7, text="x"))[0] == 500
    await here.tool("limits").check()
    await village.until(lambda: village.simulator.limits.on)


async def test_several_phones_and_a_narrow_screen(village: World, browser: Browser) -> None:
    here = await opened(browser, village, "7,8", width=360)
    phones = here.tool("phone")
    await expect(phones.filter(visible=True)).to_have_count(1)
    await here.tool("tab").filter(has_text="Triệu Thị Mùi").click()
    await expect(phones.filter(visible=True)).to_have_attribute("data-user", "8")
    assert await here.page.evaluate("document.documentElement.scrollWidth") == 360

    await here.page.set_viewport_size({"width": 1400, "height": 900})
    await expect(phones.filter(visible=True)).to_have_count(2)
    await here.tool("people").locator("summary").click()
    await here.tool("person").filter(has_text="Hoàng Văn Lâm").click()
    await expect(phones).to_have_count(3)


async def test_a_page_opened_before_the_bot_has_called(world: World, browser: Browser) -> None:
    await world.sim("user", user=7, name="Ma Văn Tình")
    here = await opened(browser, world, "7")
    await expect(here.hook("bot-name")).to_have_text("Chưa có trợ lý nào nối vào")

    await world.sim("bot", token=TOKEN, name="Trợ lý chi bộ")
    await expect(here.hook("bot-name")).to_have_text("Trợ lý chi bộ")
    await expect(here.hook("start")).to_be_visible()
