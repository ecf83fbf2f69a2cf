"""A question that the assistant cannot answer goes to an official and comes back, and may then be everybody's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

from db import erasure, people, questions, units
from db.people import Person
from db.tables import audit
from db.tables import questions as rows
from tests.stories.village import Phone, Village, at

ASKED = "bao gio xa sua cai cau treo dau ban, toi hoi mai"
ANSWER = "Tháng 3 sang năm thì làm. Bí thư sẽ nói ở buổi họp tới."


@dataclass
class Commune:
    """Hương answers; Tình asks, Lâm leads the cell. `people`: the same three as persons."""

    huong: Phone
    tinh: Phone
    lam: Phone
    asker: Person


@pytest.fixture
async def commune(village: Village) -> Commune:
    huong = await village.join(await village.add("Nguyễn Thị Hương", role="official"))
    lam = await village.join(await village.add("Hoàng Văn Lâm", role="secretary", phone="+84900000012"))
    asker = await village.add("Ma Văn Tình", "bác", phone="+84900000045")
    return Commune(huong, await village.join(asker), lam, asker)


async def ask(tinh: Phone) -> str:
    """Asked so that no entry answers it, whatever the nearest is."""
    await tinh.says("hỏi về thủ tục")
    said = await tinh.says(ASKED)
    return await tinh.picks("Không đúng câu nào") if "về việc nào" in said else said


async def pass_on(village: Village, commune: Commune, choice: str = "Chuyển câu hỏi giúp") -> str:
    await ask(commune.tinh)
    said = await commune.tinh.picks(choice)
    await village.settle()
    await village.forward(minutes=2)  # a number that is typed sooner is asked back
    return said


async def answered(village: Village, commune: Commune, text: str = ANSWER) -> str:
    await commune.huong.picks("Trả lời ngay")
    await commune.huong.says(text)
    said = await commune.huong.picks("Gửi câu trả lời")
    await village.settle()
    await village.forward(minutes=2)
    return said


# ---- there and back ----


async def test_a_question_goes_to_the_official_and_its_answer_comes_back(village: Village, commune: Commune) -> None:
    said = await ask(commune.tinh)
    assert "Câu này trợ lý chưa có câu trả lời." in said
    assert "người trả lời sẽ thấy tên bác" in said
    said = await commune.tinh.picks("Chuyển câu hỏi giúp")
    assert "✅ Đã chuyển câu hỏi của bác cho Đảng ủy xã." in said
    assert "Thường có trả lời trong 2 ngày làm việc." in said
    assert "0900 000 001, từ 7 giờ rưỡi sáng đến 5 giờ chiều" in said
    await village.settle()
    assert "Đồng chí Ma Văn Tình, chi bộ thôn Khe Đào, hỏi:" in commune.huong.last
    assert ASKED in commune.huong.last
    await village.forward(minutes=2)
    await commune.huong.picks("Trả lời ngay")
    said = await commune.huong.says(ANSWER)
    assert "Đồng chí Ma Văn Tình sẽ thấy câu trả lời này" in said
    assert commune.tinh.last.startswith("✅ Đã chuyển"), "nothing has been sent yet"
    assert "✅ Đã gửi câu trả lời." in await commune.huong.picks("Gửi câu trả lời")
    await village.settle()
    assert "Đảng ủy xã trả lời bác Tình" in commune.tinh.last
    assert f"“{ASKED}”" in commune.tinh.last
    assert f"Trả lời: {ANSWER}" in commune.tinh.last
    assert "Người trả lời: đồng chí Nguyễn Thị Hương." in commune.tinh.last
    await village.forward(minutes=2)
    assert "cứ nhắn vào đây" in await commune.tinh.picks("Tôi đã rõ")


async def test_whoever_hides_his_name_is_not_named_anywhere(village: Village, commune: Commune) -> None:
    assert "không kèm tên" in await pass_on(village, commune, "Chuyển, giấu tên")
    assert "Một đảng viên chi bộ thôn Khe Đào hỏi:" in commune.huong.last
    await commune.huong.picks("Trả lời ngay")
    assert "Tình" not in await commune.huong.says(ANSWER)
    await commune.huong.picks("Gửi câu trả lời")
    await village.settle()
    assert "Đảng ủy xã trả lời bác Tình" in commune.tinh.last
    assert "Tình" not in commune.huong.last
    passed = select(audit.c.person_id).where(audit.c.act == "question.passed")
    assert await village.write(lambda connection: connection.execute(passed).scalars().all()) == [None]


async def test_whoever_does_not_want_it_passed_on_is_left_alone(village: Village, commune: Commune) -> None:
    await ask(commune.tinh)
    assert "đã thôi" in await commune.tinh.picks("Thôi, không chuyển")
    await village.settle()
    assert commune.huong.heard == []
    await village.forward(days=2)
    kept = await village.write(lambda connection: connection.execute(select(rows.c.text)).scalars().all())
    assert set(kept) <= {""}, "its words are forgotten after a day"


async def test_a_second_tap_passes_nothing_on_again(village: Village, commune: Commune) -> None:
    await ask(commune.tinh)
    where, action = commune.tinh.button("Chuyển câu hỏi giúp") if village.buttons else (0, "")
    await commune.tinh.picks("Chuyển câu hỏi giúp")
    if village.buttons:
        assert "✅ Đã chuyển" in await commune.tinh.taps(where, action)
    await village.settle()
    assert sum("hỏi:" in text for text in commune.huong.heard) == 1


async def test_an_official_may_hand_it_to_a_colleague_or_leave_it_for_later(village: Village, commune: Commune) -> None:
    quang = await village.join(await village.add("Nông Văn Quang", role="official"))
    await pass_on(village, commune)
    assert "Câu hỏi đang chờ: 1" in await commune.huong.picks("Để sau")
    assert ASKED in await commune.huong.picks("Xem câu 1")
    assert "cho đồng chí nào" in await commune.huong.picks("Chuyển người khác")
    assert "Đã chuyển câu hỏi cho đồng chí Nông Văn Quang" in await commune.huong.picks("Nông Văn Quang")
    await village.settle()
    assert "Có câu hỏi được chuyển cho đồng chí" in quang.last
    assert "Không có câu hỏi nào đang chờ" in await commune.huong.says("câu hỏi đang chờ")
    await quang.picks("Trả lời ngay")
    await quang.says(ANSWER)
    await quang.picks("Gửi câu trả lời")
    await village.settle()
    assert "Người trả lời: đồng chí Nông Văn Quang." in commune.tinh.last


async def test_of_two_officials_the_second_sees_that_it_is_answered(village: Village, commune: Commune) -> None:
    quang = await village.join(await village.add("Nông Văn Quang", role="official"))
    await pass_on(village, commune)
    await answered(village, commune)
    assert "Câu này đã có trả lời, của đồng chí Nguyễn Thị Hương." in await quang.picks("Trả lời ngay")


async def test_an_open_question_is_remembered_after_two_working_days(village: Village, commune: Commune) -> None:
    await pass_on(village, commune)  # Wednesday evening
    await village.forward(at(27, 11, 9))
    assert "chưa có trả lời" in commune.huong.last
    assert "Câu hỏi đang chờ: 1." in await commune.huong.says("0")


async def test_more_can_be_asked_about_the_answer(village: Village, commune: Commune) -> None:
    await pass_on(village, commune, "Chuyển, giấu tên")
    await answered(village, commune)
    await commune.tinh.picks("Tôi hỏi thêm")
    assert "✅ Đã chuyển câu hỏi của bác" in await commune.tinh.says("Mẫu ấy bác lên văn phòng lấy trước được không")
    await village.settle()
    assert "Mẫu ấy bác lên văn phòng lấy trước được không" in commune.huong.last
    assert f"Hỏi thêm sau câu: “{ASKED}”" in commune.huong.last
    assert "Tình" not in commune.huong.last


async def test_the_answer_may_be_written_anew_before_it_goes(village: Village, commune: Commune) -> None:
    await pass_on(village, commune)
    await commune.huong.picks("Trả lời ngay")
    await commune.huong.says("Chưa có.")
    await commune.huong.picks("Viết lại")
    assert ANSWER in await commune.huong.says(ANSWER)
    assert "✅ Đã gửi" in await commune.huong.says("gửi đi")
    await village.settle()
    assert f"Trả lời: {ANSWER}" in commune.tinh.last
    assert "Chưa có." not in "\n".join(commune.tinh.heard)


async def test_a_half_written_answer_waits(village: Village, commune: Commune) -> None:
    await pass_on(village, commune)
    await commune.huong.picks("Trả lời ngay")
    assert "Đang soạn dở: câu trả lời" in await commune.huong.says("0")
    assert ASKED in await commune.huong.says("làm tiếp")
    assert "sẽ thấy câu trả lời này" in await commune.huong.says(ANSWER)


@pytest.mark.parametrize("text", ["MẬT\nDanh sách kèm theo", "tài liệu TỐI MẬT"])
async def test_secret_papers_go_neither_way(village: Village, commune: Commune, text: str) -> None:
    await pass_on(village, commune)
    await commune.huong.picks("Trả lời ngay")
    assert "dấu của tài liệu mật" in await commune.huong.says(text)
    await village.settle()
    assert "Trả lời:" not in commune.tinh.last


async def test_nobody_but_the_officials_of_the_commune_sees_it(village: Village, commune: Commune) -> None:
    await pass_on(village, commune)
    assert commune.lam.heard == []

    def seen(connection: Connection) -> list[bool]:
        everybody = [person.id for person in people.of_cell(connection, commune.asker.unit_id)]
        number = connection.execute(select(rows.c.id).where(rows.c.state == "waiting")).scalar_one()
        return [questions.for_official(connection, number, person) is not None for person in everybody]

    assert not any(await village.write(seen))


async def test_whoever_is_erased_has_asked_nothing(village: Village, commune: Commune) -> None:
    await pass_on(village, commune)

    def erase(connection: Connection) -> None:
        erasure.request(connection, commune.asker, village.now)
        erasure.erase(connection, commune.asker, village.now)

    await village.write(erase)
    assert "Không có câu hỏi nào đang chờ" in await commune.huong.says("câu hỏi đang chờ")
    kept = await village.write(lambda connection: connection.execute(select(rows.c.text, rows.c.person_id)).all())
    assert all(text == "" and person is None for text, person in kept if person != commune.asker.id)
    assert commune.asker.id not in [person for _, person in kept]


async def test_what_was_answered_is_forgotten_after_three_months(village: Village, commune: Commune) -> None:
    await pass_on(village, commune)
    await answered(village, commune)
    await village.write(lambda connection: questions.sweep(connection, village.now + timedelta(days=91)))
    kept = await village.write(lambda connection: connection.execute(select(rows.c.text, rows.c.answer)).all())
    assert [row for row in kept if row[1]] == []


async def test_without_anybody_to_answer_the_telephone_is_named(village: Village) -> None:
    await village.add("Hoàng Văn Lâm", role="secretary", phone="+84900000012")
    tinh = await village.join(await village.add("Ma Văn Tình", "bác"))
    said = await ask(tinh)
    assert "Văn phòng Đảng ủy xã: 0900 000 001" in said
    assert "Chuyển câu hỏi giúp" not in tinh.choices


async def test_an_answer_without_a_sure_basis_offers_to_ask(village: Village, commune: Commune) -> None:
    said = await commune.tinh.says("phải có bao nhiêu đảng viên mới được họp")
    said = await commune.tinh.picks("Số người để họp") if "về việc nào" in said else said
    assert "Trợ lý chuyển câu này cho Đảng ủy xã giúp bác được không ạ?" in said
    assert "Bác có muốn chuyển câu hỏi không ạ?" in await commune.tinh.picks("Chuyển câu hỏi giúp")
    await commune.tinh.picks("Chuyển câu hỏi giúp")
    await village.settle()
    assert "phải có bao nhiêu đảng viên mới được họp" in commune.huong.last


# ---- everybody's ----


async def publish(commune: Commune) -> str:
    """A new entry, taking what is proposed, but for a question without "tôi"."""
    await commune.huong.picks("Đưa vào hỏi đáp")
    await commune.huong.picks("Chưa có, thêm mới")
    await commune.huong.says("Bao giờ xã sửa cầu treo?")
    await commune.huong.picks("Dùng tên ấy")
    await commune.huong.picks("Dùng câu trả lời ấy")
    return await commune.huong.picks("Không có văn bản")


async def test_a_published_answer_is_given_to_the_next_one_at_once(village: Village, commune: Commune) -> None:
    await pass_on(village, commune)
    await answered(village, commune)
    said = await publish(commune)
    assert "Chữ chọn: “Bao giờ xã sửa cầu”." in said
    assert "✅ Đã đưa vào hỏi đáp" in await commune.huong.picks("Đưa vào hỏi đáp")
    said = await commune.lam.says("bao gio xa sua cau treo")
    assert ANSWER in said
    assert "Nguồn: xã Suối Trong trả lời tháng 11/2026, chưa dẫn văn bản." in said
    assert "Gỡ câu này" not in commune.lam.choices


async def test_another_commune_hears_nothing_of_it(village: Village, commune: Commune) -> None:
    await pass_on(village, commune)
    await answered(village, commune)
    await publish(commune)
    await commune.huong.picks("Đưa vào hỏi đáp")

    def elsewhere(connection: Connection) -> Person:
        cell = units.add(connection, "cell", "thôn Xa", units.add(connection, "commune", "xã Khác"))
        return people.add(connection, cell, "Nông Văn Xa")

    far = await village.join(await village.write(elsewhere))
    assert ANSWER not in await far.says("bao gio xa sua cau treo")


async def test_what_was_published_can_be_taken_back(village: Village, commune: Commune) -> None:
    await pass_on(village, commune)
    await answered(village, commune)
    await publish(commune)
    await commune.huong.picks("Đưa vào hỏi đáp")
    assert ANSWER in await commune.huong.says("bao gio xa sua cau treo")
    assert "✅ Đã gỡ câu" in await commune.huong.picks("Gỡ câu này")
    assert ANSWER not in await commune.lam.says("bao gio xa sua cau treo")


async def test_a_question_becomes_one_more_way_to_ask_for_an_entry(village: Village, commune: Commune) -> None:
    asked = "ong bi thu bao nam mot tieng ruoi moi ve co phai vay khong"
    await commune.tinh.says("hỏi về thủ tục")
    said = await commune.tinh.says(asked)
    if "về việc nào" in said:
        await commune.tinh.picks("Không đúng câu nào")
    elif "Chưa đúng ý tôi hỏi" in commune.tinh.choices:
        await commune.tinh.picks("Chưa đúng ý tôi hỏi")
        await commune.tinh.picks("Không đúng câu nào")
    await commune.tinh.picks("Chuyển câu hỏi giúp")
    await village.settle()
    await answered(village, commune, "Đúng, ít nhất 90 phút.")
    await commune.huong.picks("Đưa vào hỏi đáp")
    entry = commune.huong.choices[0]
    said = await commune.huong.picks(entry)
    assert f"“{asked}”" in said
    assert "✅ Đã thêm cách hỏi" in await commune.huong.picks("Thêm cách hỏi này")
    headline = (await commune.lam.says(asked)).splitlines()[0]
    assert headline.rstrip("?") in said
    assert "✅ Đã bỏ cách hỏi" in await commune.huong.picks("Bỏ cách hỏi này")


async def test_the_month_is_told_in_figures_to_the_officials(village: Village, commune: Commune) -> None:
    await pass_on(village, commune)
    await ask(commune.tinh)
    await commune.tinh.picks("Thôi, không chuyển")
    await village.forward(at(1, 12, 9))
    said = next(text for text in commune.huong.heard if "Câu hỏi tháng 11" in text)
    assert "2 câu trợ lý chưa trả lời được" in said
    assert "Đã chuyển tới xã: 1, đã trả lời 0" in said
    assert "Người hỏi không chuyển: 1. Trợ lý không giữ lời của họ." in said
