"""People stop the messages, come back, look at what is kept, and are forgotten when they ask for it."""

from __future__ import annotations

from sqlalchemy import Connection, select

from db import consent, joining, people
from db.people import Person
from db.tables import addresses, intentions, links
from tests.stories.village import Phone, Village, at, only_on

PHONE = "+84900000045"


async def cell_with(village: Village) -> tuple[Phone, Phone, Person]:
    """The secretary's phone, that of bác Tình, and bác Tình; a meeting on 3 December."""
    lam = await village.join(await village.add("Hoàng Văn Lâm", role="secretary", phone="+84900000012"))
    person = await village.add("Ma Văn Tình", "bác", phone=PHONE)
    tinh = await village.join(person)
    await village.plan(at(3, 12, 19, 30))
    return lam, tinh, person


# ---- stop and come back ----


async def test_who_stops_hears_nothing_by_itself_and_may_come_back(village: Village) -> None:
    lam, tinh, _ = await cell_with(village)
    assert "Đã dừng" in await tinh.says("Dừng")
    assert "Đồng chí Ma Văn Tình đã dừng nhận tin." in lam.last
    assert "0900 000 045" in lam.last
    tinh.new()
    await village.forward(to=at(28, 11, 9, 0))
    assert tinh.new() == []
    await tinh.picks("Nhận tin lại")
    back, invited = tinh.new()
    assert "Bác Tình lại nhận tin như trước" in back
    assert "mời bác Tình họp tháng 12" in invited
    assert "Đồng chí Ma Văn Tình lại nhận tin như trước." in lam.last


async def test_stopping_twice_is_told_once(village: Village) -> None:
    lam, tinh, _ = await cell_with(village)
    await tinh.says("ngừng nhận tin")
    assert "Đã dừng" in await tinh.says("dừng nhận tin")
    assert sum("đã dừng nhận tin" in text for text in lam.heard) == 1


async def test_a_bare_dung_is_asked_back_and_a_sentence_too(village: Village) -> None:
    _, tinh, _ = await cell_with(village)
    assert "Chữ “dung” có hai nghĩa" in await tinh.says("dung")
    assert "Bác Tình cần việc gì ạ?" in await tinh.picks("Không, tôi nói đúng")
    assert "muốn dừng nhận tin phải không ạ?" in await tinh.says("thoi dung nhan tin cho toi nua")
    assert "Đã dừng" in await tinh.picks("Dừng nhận tin")


async def test_who_stopped_and_writes_again_is_asked_once(village: Village) -> None:
    _, tinh, _ = await cell_with(village)
    await tinh.says("dừng nhận tin")
    assert "Bác có muốn nhận lại không ạ?" in await tinh.says("alo qwer")
    assert "vẫn đang dừng nhận tin" in await tinh.picks("Vẫn dừng")
    assert "Trợ lý chưa hiểu câu này" in await tinh.says("alo qwer")
    assert "Bác Tình cần việc gì ạ?" in await tinh.says("0")


async def test_one_of_a_household_stops_and_the_other_goes_on(village: Village) -> None:
    tinh, mui = await village.add("Ma Văn Tình", "bác"), await village.add("Triệu Thị Mùi", "bà")
    phone = await village.join(tinh, mui)
    await village.plan(at(3, 12, 19, 30))
    assert "Ai đang trả lời ạ?" in await phone.says("ngừng nhận tin")
    assert "không tự nhắn cho bác Ma Văn Tình nữa" in await phone.picks("Ma Văn Tình")
    await village.forward(to=at(26, 11, 18, 31))
    assert "mời bà Triệu Thị Mùi họp" in phone.last
    assert "Ma Văn Tình" not in phone.last


async def test_what_waits_for_the_morning_is_not_sent_to_who_stops_at_night(village: Village) -> None:
    _, tinh, person = await cell_with(village)
    await village.forward(to=at(28, 11, 21, 0))
    await village.write(lambda c: consent.withdraw(c, person.id, village.now))
    digits = await village.write(lambda c: _digits(c, village, person))
    await tinh.says(digits)
    await tinh.picks("Đúng là tôi")
    await tinh.picks("Tôi đồng ý")
    await tinh.says("dừng")
    tinh.new()
    await village.forward(to=at(29, 11, 12, 0))
    assert tinh.new() == []


def _digits(connection: Connection, village: Village, person: Person) -> str:
    secret = village.app.rules.secret
    return joining.digits_of(joining.invite(connection, [person], village.now, secret), secret)


# ---- consent taken back ----


async def test_consent_is_taken_back_and_given_again(village: Village) -> None:
    lam, tinh, person = await cell_with(village)
    assert "Đã rút lại đồng ý" in await tinh.says("rút lại đồng ý")
    assert "đã rút lại đồng ý" in lam.last
    tinh.new()
    await village.forward(to=at(1, 12, 9, 0))
    assert tinh.new() == []
    assert "nhắn mã 9 số trên tờ giấy" in await tinh.says("0")
    await tinh.says(await village.write(lambda c: _digits(c, village, person)))
    await tinh.picks("Đúng là tôi")
    await tinh.picks("Tôi đồng ý")
    assert "Bác Tình cần việc gì ạ?" in await tinh.says("0")


@only_on("telegram", "buttons")
async def test_an_old_refusal_tapped_after_agreeing_takes_the_consent_back(village: Village) -> None:
    _, tinh, person = await cell_with(village)
    await tinh.says("0")
    assert "Đã rút lại đồng ý" in await tinh.taps(1, f"decline {person.id}")
    assert "Cảm ơn bác Tình" in await tinh.taps(1, f"agree {person.id}")


# ---- what is kept ----


async def test_everybody_may_see_what_is_kept_about_him(village: Village) -> None:
    lam, tinh, person = await cell_with(village)
    await village.add("Nguyễn Thị Hương", role="official")
    seen = await tinh.says("Xem dữ liệu của tôi")
    assert "• Họ tên: Ma Văn Tình" in seen
    assert "• Số điện thoại: 0900 000 045" in seen
    assert "• Chi bộ thôn Khe Đào, đảng viên chính thức" in seen
    assert "• Dự hay vắng: 0 buổi họp. Đồng ý từ: thứ Tư, ngày 25 tháng 11" in seen
    assert "Người xem được: bí thư, cán bộ xã được giao." in seen
    assert "📞 Đồng chí Lâm: 0900 000 012" in await tinh.picks("Báo sửa chỗ sai")
    assert "Đã nhắn bí thư gọi" in await tinh.picks("Nhờ bí thư gọi tôi")
    assert "Đồng chí Ma Văn Tình nhờ đồng chí gọi lại." in lam.last
    assert person.phone == PHONE


# ---- to be forgotten ----


async def test_a_wish_to_be_forgotten_is_kept_to_its_deadline_and_carried_out(village: Village) -> None:
    huong = await village.join(await village.add("Nguyễn Thị Hương", role="official"))
    lam, tinh, person = await cell_with(village)
    await village.forward(to=at(27, 11, 9, 0))
    assert "Bác Tình" not in await tinh.says("xóa tôi")
    assert "Xóa hẳn tên bác khỏi trợ lý?" in tinh.last
    taken = await tinh.picks("Xóa hẳn tên tôi")
    assert "Đã nhận yêu cầu xóa của bác, số " in taken
    assert "trả lời chậm nhất thứ Ba, ngày 1 tháng 12" in taken
    assert "Cán bộ xã sẽ làm" in lam.last
    assert "Hạn trả lời: thứ Ba, ngày 1 tháng 12" in huong.last
    assert "Nên gọi báo đồng chí ấy trước" in await huong.picks("Xem và xóa")
    assert "Đã xóa xong" in await huong.picks("Xóa, không lấy lại")
    assert await village.write(lambda c: people.by_phone(c, PHONE)) == []
    assert await village.write(lambda c: _traces(c, person.id)) == 0
    tinh.new()
    await village.forward(to=at(3, 12, 12, 0))
    assert tinh.new() == []
    assert "nhắn mã 9 số trên tờ giấy" in await tinh.says("0")


def _traces(connection: Connection, person_id: int) -> int:
    mine = [select(table).where(table.c.person_id == person_id) for table in (links, intentions)]
    erased = select(addresses).where(addresses.c.dead_why == "erased", addresses.c.chat.not_like("erased %"))
    return sum(len(connection.execute(query).all()) for query in [*mine, erased])


async def test_who_thinks_better_of_it_is_kept(village: Village) -> None:
    huong = await village.join(await village.add("Nguyễn Thị Hương", role="official"))
    _, tinh, person = await cell_with(village)
    await tinh.says("xoa toi")
    await tinh.picks("Xóa hẳn tên tôi")
    assert "đã xin xóa tên, xã đang làm" in await tinh.says("nhận tin")
    assert "Đã giữ lại tên bác Tình" in await tinh.picks("Thôi, giữ lại")
    assert "Không có yêu cầu xóa nào đang chờ" in await huong.picks("Xem và xóa")
    await village.forward(to=at(26, 11, 18, 31))
    assert "mời bác Tình họp tháng 12" in tinh.last
    if village.buttons:
        assert "Không có yêu cầu xóa nào" in await huong.taps(1, f"erase {person.id}")


async def test_who_took_back_his_consent_may_still_ask_to_be_forgotten(village: Village) -> None:
    _, tinh, person = await cell_with(village)
    await tinh.says("rút đồng ý")
    assert "Xóa hẳn tên bác khỏi trợ lý?" in await tinh.says("xóa tôi")
    assert "Đã nhận yêu cầu xóa" in await tinh.picks("Xóa hẳn tên tôi")
    asked = await village.write(lambda c: people.get(c, person.id).erase_asked_at)
    assert asked == village.now


# ---- what a phone does by itself ----


async def test_a_blocked_chat_is_dead_until_its_person_comes_back(village: Village) -> None:
    _, tinh, _ = await cell_with(village)
    await tinh.says("0")
    tinh.handset.block(True)
    await village.settle()
    tinh.new()
    await village.forward(to=at(28, 11, 9, 0))
    assert tinh.new() == []
    assert "Bác Tình cần việc gì ạ?" in await tinh.says("0")
