"""Members say beforehand whether they come: by button, by number, in words, for themselves or for a household."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import Connection

from db import intentions, meetings, outbox
from db.meetings import Meeting
from tests.stories.village import Phone, Village, at

THURSDAY = at(3, 12, 19, 30)
INVITED = at(26, 11, 18, 31)
QUESTION = ["Tôi sẽ dự", "Tôi xin vắng", "Tôi chưa rõ", "Tôi đến muộn"]


async def tinh_is_invited(village: Village) -> Phone:
    """Bác Tình has a phone, Thursday's meeting is planned, and the invitation has come."""
    tinh = await village.join(await village.add("Ma Văn Tình", "bác"))
    await village.plan(THURSDAY)
    await village.forward(INVITED)
    return tinh


async def said(village: Village, name: str) -> str | None:
    """What is on record for somebody about the first meeting."""

    def look(connection: Connection) -> str | None:
        meeting = meetings.get(connection, 1)
        assert meeting is not None
        found = [line.said for line in intentions.status(connection, meeting).lines if line.person.name == name]
        return found[0].choice if found[0] else None

    answer: str | None = await village.write(look)
    return answer


async def test_he_answers_changes_his_mind_and_is_told_in_words(village: Village) -> None:
    tinh = await tinh_is_invited(village)
    assert tinh.last.startswith("Chi bộ thôn Khe Đào mời bác Tình họp tháng 12")
    assert "Chuyên đề: phòng chống ma túy" in tinh.last
    assert tinh.choices == QUESTION

    receipt = await tinh.picks("Tôi sẽ dự")
    assert receipt.startswith("✅ Đã ghi: bác Tình sẽ dự họp tối thứ Năm, ngày 3 tháng 12.")
    assert "Đây là báo trước; điểm danh vẫn làm tại buổi họp." in receipt

    assert "Bác đã báo: sẽ dự." in await tinh.picks("Đổi câu trả lời")
    changed = await tinh.picks("Tôi xin vắng")
    assert "Trước: sẽ dự. Bây giờ: xin vắng tối thứ Năm, ngày 3 tháng 12." in changed

    reason = await tinh.picks("Vì sức khỏe")
    assert "Lý do: sức khỏe. Chỉ bí thư, phó bí thư xem được.\nMong bác sớm khỏe." in reason
    assert await said(village, "Ma Văn Tình") == "no"


@pytest.mark.parametrize(
    "question",
    [
        "vang ba buoi lien thi co bi xoa ten khong",
        "đảng viên đi làm ăn xa không về họp được thì làm thế nào",
        "may tuoi thi duoc mien sinh hoat",
        "chi bộ vắng quá nửa thì có được họp không",
    ],
)
async def test_a_question_below_the_invitation_is_answered_and_recorded_as_nothing(
    village: Village, question: str
) -> None:
    tinh = await tinh_is_invited(village)
    assert "chưa rõ là dự hay vắng" not in await tinh.says(question)
    assert await said(village, "Ma Văn Tình") is None
    await tinh.says("tôi sẽ dự họp")
    await tinh.says(question)
    assert await said(village, "Ma Văn Tình") == "yes"


@pytest.mark.parametrize(
    ("words", "record", "receipt"),
    [
        ("co", "yes", "Đã ghi: bác Tình sẽ dự"),
        ("có ạ", "yes", "Đã ghi: bác Tình sẽ dự"),
        ("ko di dc", "no", "Bác vắng vì việc gì ạ?"),
        ("ốm quá, không đi được", "no", "Lý do: sức khỏe."),
        ("tôi đến muộn tí", "late", "sẽ dự, đến muộn, tối thứ Năm"),
        ("tôi xin về sớm", "early", "sẽ dự, xin về sớm, tối thứ Năm"),
        ("chưa biết", "unsure", "Đã ghi: bác Tình chưa rõ."),
        ("vang", None, "Chữ “vang” có hai nghĩa: vâng, hoặc vắng."),
        ("chắc không đi được", None, "bác có thể vắng, nhưng chưa chắc"),
        ("rõ", None, "Trợ lý xin hỏi rõ thêm: tối thứ Năm, ngày 3 tháng 12, bác có dự được không ạ?"),
        ("bấm nhầm", None, "Không sao. Trợ lý chưa ghi gì"),
    ],
)
async def test_plain_words_are_understood_or_asked_back(
    village: Village, words: str, record: str | None, receipt: str
) -> None:
    tinh = await tinh_is_invited(village)
    assert receipt in await tinh.says(words)
    assert await said(village, "Ma Văn Tình") == record


async def test_vang_is_asked_back_and_then_answered(village: Village) -> None:
    tinh = await tinh_is_invited(village)
    await tinh.says("vang")
    assert tinh.choices == ["Vâng, tôi sẽ dự", "Tôi xin vắng"]
    assert "Đã ghi: bác Tình sẽ dự" in await tinh.picks("Vâng, tôi sẽ dự")


async def test_a_leaning_is_not_a_promise(village: Village) -> None:
    tinh = await tinh_is_invited(village)
    await tinh.says("chắc không đi được")
    assert tinh.choices == ["Tôi sẽ dự", "Tôi xin vắng", "Tôi chưa rõ"]
    await tinh.picks("Tôi chưa rõ")
    assert await said(village, "Ma Văn Tình") == "unsure"


@pytest.mark.parametrize(
    ("moment", "promise"),
    [
        (INVITED, "Tối thứ Tư, ngày 2 tháng 12, trợ lý hỏi lại bác một lần."),
        (at(2, 12, 18, 31), "Sáng mai, thứ Năm, ngày 3 tháng 12, trợ lý hỏi lại bác một lần."),
        (at(3, 12, 6, 31), "Khi nào rõ, bác báo lại giúp."),
    ],
)
async def test_the_unsure_are_promised_a_question_only_if_it_will_come(
    village: Village, moment: datetime, promise: str
) -> None:
    tinh = await tinh_is_invited(village)
    await village.forward(moment)
    assert promise in await tinh.picks("Tôi chưa rõ")
    count = len(tinh.heard)
    await village.forward(at(3, 12, 6, 32))
    again = [words for words in tinh.heard[count:] if "Bây giờ bác đi được không ạ?" in words]
    assert bool(again) == ("hỏi lại" in promise)


async def test_the_same_answer_again_changes_nothing(village: Village) -> None:
    tinh = await tinh_is_invited(village)
    await tinh.says("tôi sẽ dự")
    count = len(tinh.heard)
    assert await tinh.says("tôi sẽ dự") == "Đã ghi rồi: bác sẽ dự. Không cần chọn lại."
    await tinh.says("tôi sẽ dự")
    assert len(tinh.heard) == count + 1, "further copies within a minute stay unanswered"
    await village.forward(minutes=2)
    await tinh.says("tôi sẽ dự")
    assert len(tinh.heard) == count + 2


async def test_a_button_tapped_twice_shows_over_the_chat_only(village: Village) -> None:
    tinh = await tinh_is_invited(village)
    if not village.buttons:
        await tinh.says("1")
        assert await said(village, "Ma Văn Tình") == "yes"
        return
    place, action = tinh.button("Tôi sẽ dự")
    await tinh.taps(place, action)
    count = len(tinh.heard)
    await tinh.taps(place, action)
    assert len(tinh.heard) == count
    assert await said(village, "Ma Văn Tình") == "yes"


async def test_a_mistaken_answer_is_taken_back(village: Village) -> None:
    tinh = await tinh_is_invited(village)
    await tinh.picks("Tôi xin vắng")
    corrected = await tinh.says("tôi bấm nhầm")
    assert "Không sao. Trợ lý đang ghi: bác xin vắng buổi họp tối thứ Năm, ngày 3 tháng 12." in corrected
    assert "Bây giờ: sẽ dự" in await tinh.picks("Tôi sẽ dự")


async def test_words_that_were_misunderstood_are_put_right_in_one_tap(village: Village) -> None:
    tinh = await tinh_is_invited(village)
    assert "xin vắng buổi họp" in await tinh.says("nhà tôi có đám cưới")  # … in the morning
    assert await said(village, "Ma Văn Tình") == "no"
    assert "Trước: xin vắng. Bây giờ: sẽ dự" in await tinh.picks("Không, tôi sẽ dự")
    assert await said(village, "Ma Văn Tình") == "yes"
    assert "Không, tôi xin vắng" not in tinh.choices  # a tap is no guess


async def test_a_receipt_of_words_asks_nothing(village: Village) -> None:
    tinh = await tinh_is_invited(village)
    await tinh.says("toi di duoc")
    assert "Không, tôi xin vắng" in tinh.choices
    await tinh.says("ok")
    assert await said(village, "Ma Văn Tình") == "yes"


async def test_a_reason_tapped_after_a_change_of_mind_does_not_bring_the_absence_back(village: Village) -> None:
    tinh = await tinh_is_invited(village)
    await tinh.picks("Tôi xin vắng")
    old = tinh.button("Vì việc nhà") if village.buttons else None
    await tinh.says("thôi tôi đi được")
    if old:
        assert "Trợ lý đang ghi: bác sẽ dự" in await tinh.taps(*old)
    assert await said(village, "Ma Văn Tình") == "yes"


async def test_thanks_after_an_answer_are_only_thanks(village: Village) -> None:
    tinh = await tinh_is_invited(village)
    await tinh.picks("Tôi sẽ dự")
    assert await said(village, "Ma Văn Tình") == "yes"
    thanked = await tinh.says("đã nhận")
    assert thanked.startswith("Cảm ơn bác đã xem tin.\nBác đã báo: sẽ dự, họp tối thứ Năm")


async def test_read_and_understood_is_a_receipt_where_one_is_asked_for(village: Village) -> None:
    tinh = await tinh_is_invited(village)

    def cancel(connection: Connection) -> None:
        meeting = meetings.get(connection, 1)
        assert meeting is not None
        gone = meetings.change(connection, meeting, state="cancelled", reason="Mưa bão")
        times = {"due_at": village.now, "worthless_after": THURSDAY, "now": village.now}
        outbox.due(connection, [1], "cancelled", 1, revision=gone.revision, **times)

    await village.write(cancel)
    await village.settle()
    assert tinh.choices == ["Tôi đã nắm"]
    assert "bác Tình đã nắm" in await tinh.says("đã rõ")


# ---- old buttons, answered kindly with the present state ----


async def change(village: Village, meeting_id: int, **values: object) -> None:
    def work(connection: Connection) -> Meeting:
        meeting = meetings.get(connection, meeting_id)
        assert meeting is not None
        return meetings.change(connection, meeting, **values)

    await village.write(work)


async def test_an_answer_to_an_old_date_is_asked_again_for_the_new_one(village: Village) -> None:
    tinh = await tinh_is_invited(village)
    await change(village, 1, starts_at=at(4, 12, 19, 30), old_starts_at=THURSDAY)
    moved = await tinh.picks("Tôi sẽ dự")
    assert moved.startswith("⚠️ Buổi họp này đã đổi ngày.\n📅 Ngày mới: 7 giờ rưỡi tối thứ Sáu, ngày 4 tháng 12")
    assert "Ngày mới bác có dự được không ạ?" in moved
    assert await said(village, "Ma Văn Tình") is None
    assert "sẽ dự họp tối thứ Sáu, ngày 4 tháng 12" in await tinh.picks("Tôi sẽ dự")


async def test_a_cancelled_meeting_needs_no_answer(village: Village) -> None:
    tinh = await tinh_is_invited(village)
    await change(village, 1, state="cancelled")
    cancelled = await tinh.picks("Tôi sẽ dự")
    assert "⚠️ Buổi họp tối thứ Năm, ngày 3 tháng 12 không họp nữa.\nBác không phải làm gì." in cancelled


async def test_after_the_meeting_the_secretary_is_to_be_called(village: Village) -> None:
    tinh = await tinh_is_invited(village)
    await village.add("Hoàng Văn Lâm", role="secretary", phone="+84900000012")
    await tinh.picks("Tôi sẽ dự")
    await tinh.picks("Đổi câu trả lời")
    await village.write(lambda c: meetings.set_materials_posted(c, meetings.get(c, 1), village.now))
    village.simulator.clock.move_to(at(3, 12, 22))
    over = await tinh.picks("Tôi xin vắng")
    assert "đã xong, nên trợ lý không ghi thêm.\nTrước đó bác báo: sẽ dự." in over
    assert "📞 Đồng chí Lâm: 0900 000 012" in over


async def test_a_meeting_of_another_cell_does_not_exist(village: Village) -> None:
    tinh = await tinh_is_invited(village)
    if village.buttons:
        place, _ = tinh.button("Tôi sẽ dự")
        assert "Trợ lý không thấy buổi họp này" in await tinh.taps(place, "answer 77 yes 1")
        assert "Trợ lý chưa hiểu" in await tinh.taps(place, "answer 1 perhaps 1")
    assert "Trợ lý không thấy" not in await tinh.says("buổi họp tới")
    assert "7 giờ rưỡi tối thứ Năm, ngày 3 tháng 12" in tinh.last


# ---- several meetings, several people ----


async def test_words_that_fit_two_meetings_are_asked_back(village: Village) -> None:
    tinh = await village.join(await village.add("Ma Văn Tình", "bác"))
    await village.plan(at(1, 12, 19, 30))
    await village.plan(THURSDAY)
    await village.forward(INVITED)
    await tinh.says("0")
    which = await tinh.says("tôi sẽ dự")
    assert "Bác đang được mời 2 buổi. Bác trả lời cho buổi nào ạ?" in which
    assert tinh.choices == ["Thứ Ba, ngày 1/12", "Thứ Năm, ngày 3/12"]
    assert "sẽ dự họp tối thứ Năm, ngày 3 tháng 12" in await tinh.picks("Thứ Năm, ngày 3/12")


async def test_a_household_is_invited_once_and_asked_who_answers(village: Village) -> None:
    tinh = await village.add("Ma Văn Tình", "bác")
    phone = await village.join(tinh, await village.add("Triệu Thị Mùi", "bà"))
    await village.plan(THURSDAY)
    await village.forward(INVITED)
    assert len(phone.heard) == 1
    assert "mời bà Triệu Thị Mùi, bác Ma Văn Tình họp tháng 12" in phone.last

    assert "Ai đang trả lời ạ?" in await phone.picks("Tôi xin vắng")
    assert "Đã ghi: bà Triệu Thị Mùi xin vắng" in await phone.picks("Triệu Thị Mùi")
    assert "Lý do: việc nhà" in await phone.picks("Vì việc nhà"), "who answers is not asked again for the reason"
    assert (await said(village, "Triệu Thị Mùi"), await said(village, "Ma Văn Tình")) == ("no", None)


async def test_a_household_answers_in_one_go(village: Village) -> None:
    tinh = await village.add("Ma Văn Tình", "bác")
    phone = await village.join(tinh, await village.add("Triệu Thị Mùi", "bà"))
    await village.plan(THURSDAY)
    await village.forward(INVITED)
    await phone.says("chúng tôi đi được")
    receipt = await phone.picks("Tất cả chúng tôi")
    assert "Đã ghi: bà Triệu Thị Mùi, bác Ma Văn Tình sẽ dự" in receipt
    assert (await said(village, "Triệu Thị Mùi"), await said(village, "Ma Văn Tình")) == ("yes", "yes")


async def test_words_for_somebody_else_go_to_the_secretary(village: Village) -> None:
    lam = await village.join(await village.add("Hoàng Văn Lâm", role="secretary", phone="+84900000012"))
    await village.add("Triệu Thị Mùi", "bà", phone="+84900000033")
    tinh = await tinh_is_invited(village)
    told = await tinh.says("bà Mùi xin vắng nhé")
    assert "Trợ lý đã nhờ bí thư hỏi lại đồng chí Triệu Thị Mùi." in told
    assert "Còn bác có dự được buổi tối thứ Năm, ngày 3 tháng 12 không ạ?" in told
    assert "📞 Đồng chí Triệu Thị Mùi: 0900 000 033" in lam.last
    assert (await said(village, "Triệu Thị Mùi"), await said(village, "Ma Văn Tình")) == (None, None)


async def test_the_secretary_is_a_member_too(village: Village) -> None:
    lam = await village.join(await village.add("Hoàng Văn Lâm", role="secretary", phone="+84900000012"))
    await tinh_is_invited(village)
    assert "Đã ghi: đồng chí Lâm sẽ dự" in await lam.says("tôi có dự")


async def test_home_is_never_far(village: Village) -> None:
    tinh = await village.join(await village.add("Ma Văn Tình", "bác"))
    assert "Bác Tình cần việc gì ạ?" in await tinh.says("0")
    assert "Trợ lý chưa hiểu câu này" in await tinh.says("asdf qwer")
    assert "Chi bộ chưa có buổi họp nào sắp tới." in await tinh.says("xem buổi họp tới")


@pytest.mark.parametrize("text", ["có ai đi qua cho tôi đi nhờ với", "xe hong roi khong ai cho di"])
async def test_whoever_has_no_way_to_come_is_passed_on_to_the_secretary(village: Village, text: str) -> None:
    lam = await village.join(await village.add("Hoàng Văn Lâm", role="secretary", phone="+84900000012"))
    person = await village.add("Ma Văn Tình", "bác", phone="+84900000045")
    tinh = await village.join(person)
    meeting = await village.plan(at(3, 12, 19, 30))
    await village.forward(at(26, 11, 18, 31))
    said = await tinh.says(text)
    assert "✅ Đã nhắn bí thư: bác Tình cần người đón" in said
    assert "Có người đón thì bác có dự được không ạ?" in said
    await village.settle()
    assert "Đồng chí Ma Văn Tình cần người đón đi họp" in "\n".join(lam.heard)
    assert await village.write(lambda c: intentions.current(c, meeting, person.id)) is None
    await village.forward(minutes=2)
    assert "sẽ dự" in await tinh.picks("Tôi sẽ dự")
