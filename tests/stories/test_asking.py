"""People ask: about the next meeting, about procedure, and things that only a person can answer."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from commands.ask import command
from tests.stories.village import Phone, Village, at


async def member(village: Village) -> Phone:
    await village.add("Hoàng Văn Lâm", role="secretary", phone="+84900000012")
    return await village.join(await village.add("Ma Văn Tình", "bác"))


async def test_a_question_without_diacritics_is_answered_with_its_source(village: Village) -> None:
    tinh = await member(village)
    said = await tinh.says("hop chi bo it nhat bao nhieu phut")
    assert "Họp chi bộ ít nhất bao nhiêu phút?" in said
    assert "Ít nhất 90 phút." in said
    assert "Nguồn: Hướng dẫn 42-HD/BTCTW, ngày 28/10/2025. Cập nhật tháng 11/2026." in said


async def test_a_wrong_answer_leads_to_the_next_best_and_then_to_a_person(village: Village) -> None:
    tinh = await member(village)
    await tinh.says("hop chi bo it nhat bao nhieu phut")
    assert "Bác hỏi về việc nào ạ?" in await tinh.picks("Chưa đúng ý tôi hỏi")
    assert len(tinh.choices) == 4
    assert "Họp bao nhiêu phút" not in tinh.choices
    said = await tinh.picks("Không đúng câu nào")
    assert "Câu này trợ lý chưa có câu trả lời." in said
    assert "Đồng chí Lâm, bí thư: 0900 000 012" in said
    assert "Văn phòng Đảng ủy xã: 0900 000 001" in said


async def test_an_unclear_question_is_given_three_choices(village: Village) -> None:
    tinh = await member(village)
    assert "Bác hỏi về việc nào ạ?" in await tinh.says("hop bao lau")
    assert tinh.choices[-1] == "Không đúng câu nào"
    assert "Họp bao nhiêu phút" in tinh.choices
    assert "Ít nhất 90 phút." in await tinh.picks("Họp bao nhiêu phút")


@pytest.mark.parametrize("text", ["thủ tục đăng ký kết hôn cần giấy gì", "giá vàng hôm nay bao nhiêu một chỉ"])
async def test_no_answer_is_said_honestly(village: Village, text: str) -> None:
    tinh = await member(village)
    said = await tinh.says(text)
    assert "Câu này trợ lý chưa có câu trả lời." in said
    assert "Văn phòng Đảng ủy xã: 0900 000 001" in said


@pytest.mark.parametrize("text", ["chào cháu", "họp", "đảng", "hihi", "con bò nhà tôi sắp đẻ", "mật"])
async def test_small_talk_and_single_words_are_not_answered_as_questions(village: Village, text: str) -> None:
    tinh = await member(village)
    said = await tinh.says(text)
    assert "Nguồn:" not in said
    assert "Trợ lý chưa hiểu câu này" in said


async def test_the_quorum_is_not_known_and_no_number_is_said(village: Village) -> None:
    tinh = await member(village)
    said = await tinh.says("phải có bao nhiêu đảng viên mới được họp")
    assert "Trợ lý chưa có căn cứ chắc chắn, nên không trả lời." in said
    assert "phần ba" not in said
    assert "một nửa" not in said


@pytest.mark.parametrize("text", ["hop luc may gio", "buổi họp tới ở đâu vậy", "tháng này họp chuyên đề gì"])
async def test_the_calendar_answers_when_where_and_what_about(village: Village, text: str) -> None:
    tinh = await member(village)
    await village.plan(at(3, 12, 19, 30))
    said = await tinh.says(text)
    assert "📅 Buổi họp tới: 7 giờ rưỡi tối thứ Năm, ngày 3 tháng 12" in said
    assert "📍 Nhà văn hóa thôn Khe Đào" in said
    assert "phòng chống ma túy" in said


async def test_whether_there_is_a_meeting_tomorrow(village: Village) -> None:
    tinh = await member(village)
    await village.plan(at(26, 11, 19, 30))
    await village.plan(at(3, 12, 19, 30))
    await village.settle()
    assert "Buổi họp tới: 7 giờ rưỡi tối thứ Năm, ngày 26 tháng 11" in await tinh.says("mai có họp không")
    await village.forward(at(30))
    said = await tinh.says("mai co hop khong chau")
    assert "Thứ Ba, ngày 1 tháng 12: không có buổi họp." in said
    assert "Buổi họp tới: 7 giờ rưỡi tối thứ Năm, ngày 3 tháng 12" in said


async def test_the_calendar_knows_what_the_person_has_answered(village: Village) -> None:
    tinh = await member(village)
    await village.plan(at(3, 12, 19, 30))
    await village.forward(at(26, 11, 18, 31))
    await tinh.picks("Tôi sẽ dự")
    assert "Bác đã báo: sẽ dự." in await tinh.says("hôm nào họp")


async def test_without_a_meeting_the_secretary_is_named(village: Village) -> None:
    tinh = await member(village)
    said = await tinh.says("mai có họp không")
    assert "Chi bộ chưa đặt lịch buổi họp tới." in said
    assert "0900 000 012" in said


async def test_what_a_past_meeting_decided_only_the_secretary_knows(village: Village) -> None:
    tinh = await member(village)
    await village.plan(at(26, 11, 19, 30))
    await village.plan(at(3, 12, 19, 30))
    await village.forward(at(28))
    said = await tinh.says("hom truoc hop quyet nhung gi")
    assert "Theo lịch, buổi họp trước: 7 giờ rưỡi tối thứ Năm, ngày 26 tháng 11" in said
    assert "Việc đã bàn, đã giao ở buổi họp, trợ lý không giữ." in said
    assert "0900 000 012" in said
    assert "Buổi họp tới: 7 giờ rưỡi tối thứ Năm, ngày 3 tháng 12" in await tinh.picks("Xem buổi họp tới")


async def test_before_the_first_meeting_there_is_none_to_look_back_at(village: Village) -> None:
    tinh = await member(village)
    said = await tinh.says("lần trước giao việc gì cho tôi")
    assert "Trong lịch của trợ lý chưa có buổi họp nào đã qua." in said
    assert "Chi bộ chưa đặt lịch buổi họp tới." in await tinh.picks("Xem buổi họp tới")


async def test_a_question_taken_for_one_about_the_meeting_is_put_right_in_one_tap(village: Village) -> None:
    tinh = await member(village)
    await village.plan(at(3, 12, 19, 30))
    assert "Buổi họp tới" in await tinh.says("bao giờ họp chi bộ tháng này")
    offered = await tinh.picks("Tôi hỏi việc khác")
    assert "Bác hỏi về việc nào ạ?" in offered
    assert tinh.choices[-1] == "Không đúng câu nào"
    assert "Buổi họp tới" not in offered


async def test_the_menu_offers_frequent_questions_and_takes_any_other(village: Village) -> None:
    tinh = await member(village)
    assert "Xin nhắn câu hỏi" in await tinh.says("hỏi về thủ tục")
    assert "Ngày 3 hằng tháng." in await tinh.picks("Họp ngày nào")
    assert "Xin nhắn câu hỏi" in await tinh.picks("Hỏi câu khác")
    assert "Câu này trợ lý chưa có câu trả lời." in await tinh.says("làm thơ về quê hương")


async def test_a_household_asks_without_saying_who(village: Village) -> None:
    await village.add("Hoàng Văn Lâm", role="secretary", phone="+84900000012")
    phone = await village.join(await village.add("Ma Văn Tình", "bác"), await village.add("Triệu Thị Mùi", "bà"))
    assert "Các đồng chí hỏi về việc nào ạ?" in await phone.says("hop bao lau")
    assert "Nguồn:" in await phone.picks("Họp bao nhiêu phút")


async def test_strangers_may_not_ask(village: Village) -> None:
    stranger = village.phone(999)
    await stranger.says("/start")
    said = await stranger.says("hop chi bo it nhat bao nhieu phut")
    assert "90 phút" not in said
    assert "mã 9 số" in said
    if village.buttons:
        await stranger.taps(1, "faq duration")
        assert not any("90 phút" in heard for heard in stranger.heard)


def test_the_command_line_says_what_would_be_done() -> None:
    lines = "họp ít nhất bao nhiêu phút\n\nmai có họp không\nbieu quyet the nao\nxổ số miền bắc hôm nay\n"
    done = CliRunner().invoke(command, ["--json"], input=lines)
    found = [json.loads(line) for line in done.output.splitlines()]
    assert [row["decision"] for row in found] == ["answer", "calendar", "choices", "handover"]
    assert [row["text"] for row in found] == [line for line in lines.splitlines() if line]
    assert found[0]["slug"] == "duration"
    assert found[2]["slugs"][0] == "card-vote"
    assert all(isinstance(row["score"], float) for row in found)
    columns = CliRunner().invoke(command, input="bieu quyet the nao\n").output
    assert columns.split("\t")[0] == "choices"


async def test_words_for_the_meeting_are_heard_even_where_a_question_was_expected(village: Village) -> None:
    tinh = await member(village)
    await village.plan(at(26, 11, 19, 30))
    await village.settle()
    await tinh.says("hỏi về thủ tục")
    assert "✅ Đã ghi: bác Tình" in await tinh.says("tôi sẽ dự")
