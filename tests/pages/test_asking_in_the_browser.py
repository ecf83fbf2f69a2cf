"""A question nobody has an answer to, on the page: asked, passed on, answered, published, and answered by itself."""

from __future__ import annotations

import pytest

from makebelieve import World
from makebelieve.month import OFFICIAL, papers
from tests.pages.phones import PhonesPage
from tests.pages.test_month_in_the_browser import brings_the_list, joins
from tests.pages.test_month_on_zalo import everybody_joins

HUONG, SINH, THANG = 99, 102, 103
PEOPLE = (
    (HUONG, "telegram", OFFICIAL, "Cán bộ xã"),
    (SINH, "zalo", "Lý Văn Sinh", "Đảng viên"),
    (THANG, "telegram", "Nông Văn Thắng", "Đảng viên"),
)
ASKED = "bao giờ xã sửa cái cầu treo đầu bản hả cháu"
ANSWER = "Tháng 3 sang năm thì làm. Bí thư sẽ nói ở buổi họp tới."


@pytest.fixture
def people(world: World) -> None:
    """Who has a phone; the bot has heard of none of them."""
    for person in PEOPLE:
        world.new_phone(*person)


@pytest.mark.usefixtures("people")
async def test_a_question_makes_its_way_to_everybody(world: World, page: PhonesPage, claim_code: str) -> None:
    [huong] = await page.opens([HUONG])
    await brings_the_list(huong, claim_code)
    sinh, thang = await page.opens([SINH, THANG])
    await everybody_joins(world, {"Lý Văn Sinh": sinh})
    await joins(thang, (await papers(world))["Nông Văn Thắng"])
    await page.moves_clock("2026-11-26T09:00")

    await sinh.says("hỏi về thủ tục")
    await sinh.reads("Xin nhắn câu hỏi")
    await sinh.says(ASKED)
    await sinh.reads("Bác hỏi về việc nào ạ?")
    await sinh.picks("Không đúng câu nào")
    await sinh.reads("Câu này trợ lý chưa có câu trả lời.", "người trả lời sẽ thấy tên bác")
    await sinh.picks("Chuyển, giấu tên")
    await sinh.reads("✅ Đã chuyển câu hỏi của bác cho Đảng ủy xã, không kèm tên.")

    await page.moves_clock("2026-11-26T09:05")
    await page.opens([HUONG])
    await huong.reads("Một đảng viên chi bộ thôn Khe Đào hỏi:", ASKED)
    await huong.picks("Trả lời ngay")
    await huong.reads("Xin nhắn câu trả lời, bằng chữ.")
    await huong.says(ANSWER)
    await huong.reads("Người hỏi sẽ thấy câu trả lời này")
    await huong.picks("Gửi câu trả lời")
    await huong.reads("✅ Đã gửi câu trả lời.")

    await huong.picks("Đưa vào hỏi đáp")
    await huong.picks("Chưa có, thêm mới")
    await huong.says("Bao giờ xã sửa cầu treo?")
    await huong.picks("Dùng tên ấy")
    await huong.picks("Dùng câu trả lời ấy")
    await huong.picks("Không có văn bản")
    await huong.reads("Chữ chọn: “Bao giờ xã sửa cầu”.")
    await huong.picks("Đưa vào hỏi đáp")
    await huong.reads("✅ Đã đưa vào hỏi đáp")

    await page.moves_clock("2026-11-26T09:10")
    await page.opens([SINH, THANG])
    await sinh.reads("Đảng ủy xã trả lời bác Sinh", ANSWER, "Người trả lời: đồng chí Nguyễn Thị Hương.")
    await thang.says("bao gio xa sua cau treo")
    await thang.reads(ANSWER, "Nguồn: xã Suối Trong trả lời tháng 11/2026, chưa dẫn văn bản.")
