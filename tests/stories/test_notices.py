"""An official sends a notice: who it reaches, what they see, who knows, and what is never sent."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import Connection

from db import addresses, notices, people, units
from simulator.faults import Fault
from tests.stories.test_joining import joins, paper
from tests.stories.village import GONE, Phone, Village, at

TEXT = (
    "Việc gì: tiêm phòng dại cho chó, mèo.\n7 giờ sáng thứ Ba, nhà văn hóa thôn.\nCần làm: mang chó đến & đeo <rọ mõm>."
)


@dataclass
class Commune:
    """Hương writes; Tình and Lâm can be reached, Sùng has no phone."""

    huong: Phone
    tinh: Phone
    lam: Phone


@pytest.fixture
async def commune(village: Village) -> Commune:
    huong = await village.join(await village.add("Nguyễn Thị Hương", role="official"))
    lam = await village.join(await village.add("Hoàng Văn Lâm", role="secretary", phone="+84900000012"))
    tinh = await village.join(await village.add("Ma Văn Tình", "bác", phone="+84900000045"))
    await village.add("Vàng A Sùng")
    return Commune(huong, tinh, lam)


async def write(huong: Phone, text: str = TEXT) -> str:
    await huong.says("0")
    assert "Xin nhắn nội dung thông báo" in await huong.picks("Gửi thông báo")
    return await huong.says(text)


async def choose_cell(huong: Phone) -> str:
    await huong.picks("Một chi bộ")
    return await huong.picks("Thôn Khe Đào")


async def send(huong: Phone, people_: int = 2) -> str:
    await write(huong)
    await choose_cell(huong)
    return await huong.picks(f"Gửi cho {people_} người")


async def watched(village: Village, huong: Phone) -> str:
    """How the last notice stands: on the screen that follows it, or asked for where nothing can be edited."""
    if village.buttons:
        return huong.last
    await huong.says("thông báo đã gửi")
    return await huong.picks(huong.choices[0])


async def test_a_notice_goes_to_one_cell_and_who_knows_is_counted(village: Village, commune: Commune) -> None:
    assert "Gửi cho ai?" in await write(commune.huong)
    commune.huong.new()
    await choose_cell(commune.huong)
    *_, preview, check = commune.huong.new()
    assert preview.startswith("Thông báo của Đảng ủy xã Suối Trong\nViệc gì: tiêm phòng dại")
    assert "mang chó đến & đeo <rọ mõm>" in preview
    assert "• Gửi được: 2 người" in check
    assert "• Không gửi được: 1 người. Chưa tham gia 1." in check
    sending = "Đang gửi: 0/2 người" if village.buttons else "Đang gửi cho 2 người"
    assert sending in await commune.huong.picks("Gửi cho 2 người")
    for phone in (commune.tinh, commune.lam):
        [heard] = phone.new()
        assert heard.startswith(preview)
        assert phone.choices == ["Tôi đã nắm"]
    await village.forward(seconds=5)
    assert "• Đã gửi tới máy: 2/2 người\n• Đã nắm: 0" in commune.huong.last
    assert "• Trợ lý chưa nhắn được: 1 người, cần báo miệng" in commune.huong.last
    assert "✅ Đã ghi: bác Tình đã nắm thông báo của xã." in await commune.tinh.picks("Tôi đã nắm")
    await village.forward(seconds=5)
    assert "• Đã nắm: 1" in await watched(village, commune.huong)
    if village.buttons:
        assert sum("Đã gửi tới máy" in heard for heard in commune.huong.heard) == 1


async def test_a_second_tap_on_known_changes_nothing(village: Village, commune: Commune) -> None:
    await send(commune.huong)
    await commune.tinh.picks("Tôi đã nắm")
    before = len(commune.tinh.heard)
    said = await commune.tinh.picks("Tôi đã nắm") if village.buttons else await commune.tinh.says("1")
    if village.buttons:
        assert len(commune.tinh.heard) == before
    else:
        assert "Đã ghi rồi: bác đã nắm thông báo này." in said
    await village.forward(seconds=5)
    assert "• Đã nắm: 1" in await watched(village, commune.huong)


async def test_names_of_those_who_do_not_know_yet_with_their_numbers(village: Village, commune: Commune) -> None:
    await send(commune.huong)
    await commune.tinh.picks("Tôi đã nắm")
    await village.forward(minutes=2)
    said = await commune.huong.picks("Xem ai chưa nắm")
    assert "Còn 2 người chưa nắm" in said
    assert "• Hoàng Văn Lâm, thôn Khe Đào: 0900 000 012" in said
    assert "• Vàng A Sùng, thôn Khe Đào: chưa có số" in said
    assert "Ma Văn Tình" not in said
    await commune.huong.picks("Về thông báo")
    assert "• Vàng A Sùng, thôn Khe Đào: chưa có số, chưa tham gia" in await commune.huong.picks("Xem 1 người vướng")


async def test_one_message_counts_up(village: Village, commune: Commune) -> None:
    slow = commune.tinh.handset.user.id
    village.simulator.faults.waiting.append(Fault("sendMessage", "429", retry_after=60, user=slow))
    await send(commune.huong)
    assert commune.tinh.new() == []
    await village.forward(seconds=10)
    assert commune.tinh.new() == []
    await village.forward(seconds=60)
    assert "• Đã gửi tới máy: 2/2 người" in commune.huong.last
    assert len(commune.tinh.new()) == 1


async def test_secretaries_alone_can_be_meant(village: Village, commune: Commune) -> None:
    await write(commune.huong)
    await commune.huong.picks("Các bí thư chi bộ")
    await commune.huong.picks("Gửi cho 1 người")
    assert len(commune.lam.new()) == 1
    assert commune.tinh.new() == []


async def test_the_night_holds_a_notice_until_six(village: Village, commune: Commune) -> None:
    await village.forward(at(25, 11, 21))
    said = await send(commune.huong)
    assert "Bây giờ là 9 giờ tối, giờ bà con nghỉ." in said
    assert "6 giờ sáng thứ Năm, ngày 26 tháng 11, trợ lý gửi cho 2 người." in said
    assert "Chờ đến sáng: gửi cho 2 người" in await commune.huong.picks("Để sáng mai gửi")
    await village.forward(at(26, 11, 5, 59))
    assert commune.tinh.new() == []
    await village.forward(at(26, 11, 6, 1))
    assert len(commune.tinh.new()) == 1
    assert "• Đã gửi tới máy: 2/2 người" in commune.huong.last


async def test_a_held_notice_can_be_taken_back(village: Village, commune: Commune) -> None:
    await village.forward(at(25, 11, 21))
    await send(commune.huong)
    await commune.huong.picks("Để sáng mai gửi")
    await commune.huong.picks("Thôi, không gửi")
    await village.forward(at(26, 11, 12))
    assert commune.tinh.new() == []
    assert "Đã dừng gửi." in commune.huong.last


@pytest.mark.parametrize("text", ["Công văn MẬT số 5", "Phương án TỐI MẬT", "TUYỆT MẬT", "Công văn M Ậ T"])
async def test_classified_papers_are_refused(village: Village, commune: Commune, text: str) -> None:
    said = await write(commune.huong, text)
    assert "Trợ lý chưa gửi: nội dung có chữ “" in said
    assert "MẬT”" in said
    assert await village.write(lambda c: notices.get(c, 1)) is None


async def test_honey_may_be_announced(village: Village, commune: Commune) -> None:
    assert "Gửi cho ai?" in await write(commune.huong, "Chợ bán mật ong sáng thứ Bảy")


async def test_a_text_that_is_too_long_is_asked_for_again(village: Village, commune: Commune) -> None:
    said = await write(commune.huong, "Mời bà con. " * 150)
    assert "Nội dung dài 1.799 chữ cái, nhiều nhất 1.500." in said
    assert "Gửi cho ai?" in await commune.huong.says(TEXT)


async def test_a_long_sentence_is_pointed_out_and_sent_all_the_same(village: Village, commune: Commune) -> None:
    await write(commune.huong, "Mời " + "các đồng chí " * 8 + "đến.")
    assert "• Xem lại: một câu dài 26 tiếng, bà con khó đọc." in await choose_cell(commune.huong)
    await commune.huong.picks("Gửi cho 2 người")
    assert len(commune.tinh.new()) == 1


async def test_the_author_thinks_again_before_sending(village: Village, commune: Commune) -> None:
    await write(commune.huong)
    await choose_cell(commune.huong)
    assert "Gửi cho ai?" in await commune.huong.picks("Đổi người nhận")
    assert "• Người nhận: tất cả đảng viên" in await commune.huong.picks("Tất cả đảng viên")
    assert "Xin nhắn nội dung thông báo" in await commune.huong.picks("Sửa nội dung")
    await commune.huong.says("Họp sáng thứ Bảy.")
    await commune.huong.picks("Tất cả đảng viên")
    assert "Chưa gửi gì cho ai." in await commune.huong.picks("Thôi, không gửi")
    await village.forward(hours=1)
    assert commune.tinh.new() == []


async def test_old_buttons_send_nothing_twice(village: Village, commune: Commune) -> None:
    await send(commune.huong)
    assert len(commune.tinh.new()) == 1
    if village.buttons:
        message = max(commune.huong.handset.conversation.messages)
        for action in ("notice_send 1 members 0", "notice_hold 1 cell 2", "notice_to 1 members 0"):
            await commune.huong.taps(message, action)
    await village.forward(seconds=30)
    assert commune.tinh.new() == []
    assert commune.lam.new()[1:] == []


async def test_others_neither_write_nor_watch(village: Village, commune: Commune) -> None:
    await send(commune.huong)

    def elsewhere(connection: Connection) -> people.Person:
        other = units.add(connection, "commune", "xã Khác")
        official = people.add(connection, other, "Lò Văn Khác")
        people.give_role(connection, official, other, "official")
        return official

    khac = await village.join(await village.write(elsewhere))
    assert "Chưa có thông báo nào." in await khac.says("xem thông báo")
    if village.buttons:
        for action in ("notice_see 1", "notice_silent 1 0", "notice_stuck 1 0", "notice_stop 1", "notice_again 1"):
            assert "Bản thông báo này không còn nữa." in await khac.taps(1, action)
            assert "Việc này do bí thư làm." in await commune.tinh.taps(1, action)
        assert "không thấy thông báo này gửi cho" in await khac.taps(1, "noticed 1")
    assert "Việc này do bí thư làm." in await commune.tinh.says("gửi thông báo")


async def test_what_the_network_left_open_is_the_authors_to_decide(village: Village, commune: Commune) -> None:
    lost = commune.tinh.handset.user.id
    village.simulator.faults.waiting.append(Fault("sendMessage", "reset_after", user=lost))
    await send(commune.huong)
    await village.forward(seconds=5)
    assert "• Đã gửi tới máy: 1/2 người" in commune.huong.last
    assert "• Chưa biết tới hay chưa: 1" in commune.huong.last
    assert len(commune.tinh.new()) == 1
    assert "• Chưa rõ: Ma Văn Tình, gửi lúc 12 giờ trưa" in commune.huong.last
    await commune.huong.picks("Gửi lại 1 người")
    await village.forward(seconds=10)
    assert len(commune.tinh.new()) == 1
    assert len(commune.lam.new()) == 1
    assert "• Đã gửi tới máy: 2/2 người" in commune.huong.last


async def lose(village: Village, *phones: Phone) -> None:
    """The network breaks off after it has carried the next message to each of these."""
    for phone in phones:
        village.simulator.faults.waiting.append(Fault("sendMessage", "reset_after", user=phone.handset.user.id))


async def test_each_of_whom_nobody_knows_is_named_and_decided_by_himself(village: Village, commune: Commune) -> None:
    await lose(village, commune.tinh, commune.lam)
    await send(commune.huong)
    await village.forward(seconds=5)
    for phone in (commune.tinh, commune.lam):
        assert len(phone.new()) == 1
    said = await commune.huong.picks("Xem người chưa rõ")
    assert "Chưa biết tới hay chưa: 2 người" in said
    assert "• Ma Văn Tình, thôn Khe Đào: 0900 000 045, gửi lúc 12 giờ trưa" in said
    said = await commune.huong.picks("Ma Văn Tình")
    assert "📞 0900 000 045" in said
    assert "Trợ lý gửi lúc 12 giờ trưa thứ Tư, ngày 25 tháng 11, chưa biết tới hay chưa." in said
    assert "2 người" in await commune.huong.picks("Về danh sách")
    await commune.huong.picks("Ma Văn Tình")
    said = await commune.huong.picks("Coi như đã nhận")
    assert "Chưa biết tới hay chưa: 1 người" in said
    assert "Ma Văn Tình" not in said
    await commune.huong.picks("Hoàng Văn Lâm")
    await commune.huong.picks("Gửi lại")
    await village.forward(seconds=10)
    assert (len(commune.tinh.new()), len(commune.lam.new())) == (0, 1)
    assert "• Đã gửi tới máy: 2/2 người" in commune.huong.last
    assert "Chưa rõ" not in commune.huong.last


async def test_a_person_in_doubt_who_says_that_he_knows_is_in_doubt_no_more(village: Village, commune: Commune) -> None:
    await lose(village, commune.tinh)
    await send(commune.huong)
    await village.forward(seconds=5)
    await commune.huong.picks("Xem người chưa rõ")
    await commune.tinh.picks("Tôi đã nắm")
    assert "• Đã gửi tới máy: 2/2 người\n• Đã nắm: 1" in await commune.huong.picks("Ma Văn Tình")
    await village.forward(minutes=5)
    assert len(commune.lam.new()) == 1


async def test_whoever_has_blocked_the_bot_is_named_as_not_reached(village: Village, commune: Commune) -> None:
    gone = commune.tinh.handset.user.id
    village.simulator.faults.waiting.append(Fault("sendMessage", GONE[village.channel], user=gone))
    await send(commune.huong)
    await village.forward(seconds=10)
    assert "• Không tới: 1" in commune.huong.last
    said = await commune.huong.picks("Xem 2 người vướng")
    assert "• Ma Văn Tình, thôn Khe Đào: 0900 000 045, máy không nhận" in said


async def test_a_household_gets_one_message_and_each_may_say_that_he_knows(village: Village) -> None:
    huong = await village.join(await village.add("Nguyễn Thị Hương", role="official"))
    both = await village.join(await village.add("Ma Văn Tình", "bác"), await village.add("Triệu Thị Mùi", "bà"))
    await send(huong)
    [heard] = both.new()
    assert "Gửi bà Triệu Thị Mùi, bác Ma Văn Tình" in heard
    await village.forward(seconds=5)
    assert "• Đã gửi tới máy: 2/2 người" in huong.last
    assert "Ai đang trả lời ạ?" in await both.picks("Tôi đã nắm")
    assert "bà Triệu Thị Mùi đã nắm" in await both.picks("Triệu Thị Mùi")
    await village.forward(seconds=5)
    assert "• Đã nắm: 1" in await watched(village, huong)


async def test_someone_who_joins_the_same_day_still_hears_it(village: Village, commune: Commune) -> None:
    await send(commune.huong)
    sinh = await village.add("Lý Văn Sinh", "anh")  # on the roster since, so that it was not meant for him
    sung = await village.write(lambda c: next(p for p in people.of_cell(c, village.cell.id) if p.name == "Vàng A Sùng"))
    for user, person, notices_heard in ((7001, sung, 1), (7002, sinh, 0)):
        phone = village.phone(user)
        await joins(phone, await paper(village, person))
        await village.forward(hours=1)
        assert sum("tiêm phòng dại" in heard for heard in phone.heard) == notices_heard


async def test_whoever_had_stopped_or_blocked_hears_it_when_he_is_back(village: Village, commune: Commune) -> None:
    await commune.lam.says("dừng nhận tin")
    gone = commune.tinh.handset.user.id
    await village.write(lambda c: addresses.mark_dead(c, addresses.find(c, 1, str(gone)), "blocked", village.now))
    await village.add("Ma Văn Tư", "bác")
    tu = await village.join(await village.add("Nông Văn Thắng", "bác"))
    await send(commune.huong, 1)
    assert len(tu.new()) == 1
    await village.forward(hours=2)
    commune.tinh.new()
    commune.lam.new()
    await commune.tinh.says("0")
    await commune.lam.says("nhận tin")
    await village.forward(seconds=10)
    for phone in (commune.tinh, commune.lam):
        assert sum("Thông báo của Đảng ủy" in heard for heard in phone.new()) == 1
    await commune.huong.says("xem thông báo")
    assert "• Đã gửi tới máy: 3/3 người" in await commune.huong.picks("Tiêm phòng dại cho…")


async def test_sent_notices_are_listed_and_opened_again(village: Village, commune: Commune) -> None:
    await send(commune.huong)
    await village.forward(at(26, 11, 12))
    said = await commune.huong.says("xem thông báo")
    assert "• Thứ Tư, ngày 25 tháng 11: “Tiêm phòng dại cho chó, mèo”" in said
    before = len(commune.huong.heard)
    [label] = commune.huong.choices
    assert "• Đã gửi tới máy: 2/2 người" in await commune.huong.picks(label)
    assert len(commune.huong.heard) == before + 1
