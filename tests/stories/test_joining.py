"""People join from their phones: by paper, by link, by their own number; the secretary hears of it and can undo it."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from db import joining, people
from db.people import Person
from tests.stories.village import Phone, Village, at, only_on

PHONE = "+84900000045"
WAY = {"telegram": "Tin đi qua máy của Telegram ở nước ngoài.", "zalo": "Tin đi qua máy của Zalo."}


async def paper(village: Village, *persons: Person) -> str:
    """The digits on the paper of these people."""
    secret = village.app.rules.secret

    def work(connection: Connection) -> str:
        return joining.grouped(joining.digits_of(joining.invite(connection, persons, village.now, secret), secret))

    digits: str = await village.write(work)
    return digits


async def link(village: Village, person: Person) -> str:
    """What the square on the paper makes a phone send."""
    secret = village.app.rules.secret

    def work(connection: Connection) -> str:
        return joining.link_token_of(joining.invite(connection, [person], village.now, secret), secret)

    return f"/start {await village.write(work)}"


async def shares_number(village: Village, phone: Phone, number: str, owner: int | None = None) -> str:
    phone.handset.share_contact(number, owner)
    await village.settle()
    return phone.last


async def joins(phone: Phone, digits: str) -> str:
    await phone.says(digits)
    await phone.picks("Đúng là tôi")
    return await phone.picks("Tôi đồng ý")


# ---- the ways in ----


async def test_a_member_joins_by_the_digits_on_his_paper(village: Village) -> None:
    lam = await village.join(await village.add("Hoàng Văn Lâm", role="secretary"))
    tinh = await village.add("Ma Văn Tình", "bác", phone=PHONE)
    await village.plan(at(3, 12, 19, 30))
    phone = village.phone(7001)
    assert "nhắn mã 9 số trên tờ giấy" in await phone.says("xin chào")
    assert "Đây là mã của bác Tình, chi bộ thôn Khe Đào." in await phone.says(f"mã {await paper(village, tinh)} ạ")
    asked = await phone.picks("Đúng là tôi")
    assert "Xin bác nghe trước mấy điều" in asked
    assert "Người xem được: bí thư." in asked
    assert f"Đảng ủy xã Suối Trong chịu trách nhiệm. {WAY[village.channel]}" in asked
    assert "Bác im lặng nghĩa là chưa đồng ý" in await phone.picks("Xem nói rõ thêm")
    done = await phone.picks("Tôi đồng ý")
    assert "Cảm ơn bác Tình. Thế là xong." in done
    assert "📅 Buổi tới: 7 giờ rưỡi tối thứ Năm, ngày 3 tháng 12 (25 tháng 10 âm)" in done
    assert "có dự được không ạ?" in await phone.picks("Xem buổi họp tới")
    assert "Đồng chí Ma Văn Tình vừa tham gia trợ lý." in lam.last
    assert "Đã tham gia: 2/2 người." in lam.last


@only_on("telegram", "links")
async def test_a_link_joins_as_well_as_digits(village: Village) -> None:
    tinh = await village.add("Ma Văn Tình", "bác")
    phone = village.phone(7001)
    assert "Ô vuông vừa quét không còn dùng được" in await phone.says("/start khongcogi")
    assert "Đây là mã của bác Tình" in await phone.says(await link(village, tinh))
    await phone.picks("Đúng là tôi")
    # Where no meeting is planned the menu comes at once.
    assert "Có việc, trợ lý sẽ nhắn" in await phone.picks("Tôi đồng ý")
    assert "Bác không cần đọc" in await phone.picks("Nhờ giúp")
    assert "đã tham gia từ trước rồi" in await phone.says(await link(village, tinh))


@only_on("telegram", "contacts")
async def test_ones_own_number_shared_by_the_button_is_enough(village: Village) -> None:
    await village.add("Ma Văn Tình", "bác", phone=PHONE)
    phone = village.phone(7001)
    await phone.says("/start")
    assert "chưa có trong danh sách chi bộ" in await shares_number(village, phone, "84900000099")
    assert "Số điện thoại này có trong danh sách: bác Tình" in await shares_number(village, phone, "84900000045")
    await phone.picks("Đúng là tôi")
    assert "Cảm ơn bác Tình" in await phone.picks("Tôi đồng ý")
    assert "đã tham gia từ trước rồi" in await shares_number(village, phone, "84900000045")


async def test_another_persons_number_or_a_typed_one_identifies_nobody(village: Village) -> None:
    lam = await village.join(await village.add("Hoàng Văn Lâm", role="secretary"))
    await village.add("Ma Văn Tình", "bác", phone=PHONE)
    phone = village.phone(7001)
    await phone.says("/start")
    if village.buttons:
        assert "chỉ nhận số của chính máy này" in await shares_number(village, phone, "84900000045", owner=4242)
    known, unknown = await phone.says("0900 000 045"), await phone.says("0900 000 046")
    assert known == unknown.replace("046", "045")
    await phone.says("0900000045")
    assert sum("Có người nhắn số của đồng chí Ma Văn Tình" in text for text in lam.heard) == 1
    assert "Mã của đồng chí Ma Văn Tình:" in await lam.picks("Cấp mã mới")


async def test_two_people_on_one_paper_are_asked_each_by_name(village: Village) -> None:
    tinh = await village.add("Ma Văn Tình", "bác", phone=PHONE)
    mui = await village.add("Triệu Thị Mùi", "bà", phone=PHONE)
    await village.plan(at(3, 12, 19, 30))
    phone = village.phone(7001)
    assert "Đây là mã của bà Mùi, bác Tình, chi bộ thôn Khe Đào." in await phone.says(await paper(village, tinh, mui))
    first = await phone.picks("Đúng là chúng tôi")
    assert "Xin bà Triệu Thị Mùi nghe trước" in first
    second = await phone.picks("Tôi không đồng ý")
    assert "Trợ lý sẽ không nhắn cho bà Triệu Thị Mùi nữa" in phone.heard[-2]
    assert "Xin bác Ma Văn Tình nghe trước" in second
    assert "Cảm ơn bác Ma Văn Tình" in await phone.picks("Tôi đồng ý")
    # She thinks better of it: the paper is theirs, and good on this phone.
    assert "Đây là mã của bà Mùi, chi bộ" in await phone.says(await paper(village, tinh, mui))


async def test_a_household_that_joined_together_is_thanked_together(village: Village) -> None:
    tinh = await village.add("Ma Văn Tình", "bác", phone=PHONE)
    mui = await village.add("Triệu Thị Mùi", "bà", phone=PHONE)
    phone = village.phone(7001)
    await phone.says(await paper(village, tinh, mui))
    await phone.picks("Đúng là chúng tôi")
    await phone.picks("Tôi đồng ý")
    assert "Cảm ơn bà Triệu Thị Mùi, bác Ma Văn Tình." in await phone.picks("Tôi đồng ý")
    assert "đã tham gia từ trước rồi" in await phone.says(await paper(village, tinh, mui))


async def test_plain_words_do_as_well_as_choices(village: Village) -> None:
    tinh = await village.add("Ma Văn Tình", "bác")
    phone = village.phone(7001)
    await phone.says(await paper(village, tinh))
    assert "Xin bác nghe trước mấy điều" in await phone.says("dung roi")
    assert "Xin bác nghe trước mấy điều" in await phone.says("la cai gi the nay")
    assert "Cảm ơn bác Tình" in await phone.says("Đồng ý")


# ---- those who would rather not ----


async def test_who_declines_hears_nothing_and_may_come_back(village: Village) -> None:
    tinh = await village.add("Ma Văn Tình", "bác")
    digits = await paper(village, tinh)
    await village.plan(at(3, 12, 19, 30))
    phone = village.phone(7001)
    await phone.says(digits)
    await phone.picks("Đúng là tôi")
    assert "Quyền đi họp của bác không đổi" in await phone.picks("Tôi không đồng ý")
    phone.new()
    await village.forward(to=at(3, 12, 12, 0))
    assert phone.new() == []
    phone.new()
    await joins(phone, digits)
    assert any("Cảm ơn bác Tình" in text for text in phone.new())


async def test_silence_is_no_consent(village: Village) -> None:
    tinh = await village.add("Ma Văn Tình", "bác")
    await village.plan(at(3, 12, 19, 30))
    phone = village.phone(7001)
    await phone.says(await paper(village, tinh))
    await phone.picks("Đúng là tôi")
    phone.new()
    await village.forward(to=at(3, 12, 12, 0))
    assert phone.new() == []


async def test_a_paper_in_the_wrong_hands_changes_nothing(village: Village) -> None:
    tinh = await village.add("Ma Văn Tình", "bác")
    digits = await paper(village, tinh)
    wrong = village.phone(7001)
    await wrong.says(digits)
    assert "Có thể tờ giấy đã đưa nhầm người" in await wrong.picks("Không phải tôi")
    assert "Cảm ơn bác Tình" in await joins(village.phone(7002), digits)


# ---- digits that open nothing ----


async def test_digits_that_nobody_was_given_get_one_sentence_and_soon_a_wait(village: Village) -> None:
    tinh = await village.add("Ma Văn Tình", "bác")
    digits = await paper(village, tinh)
    phone = village.phone(7001)
    assert "chưa tìm thấy mã “482 913”" in await phone.says("482 913")
    assert "chỉ để làm ví dụ" in await phone.says("482 913 057")
    for code in ("111 111 111", "222222222", "333.333.333", "444-444-444"):
        assert "Mã có 9 số" in await phone.says(code)
    assert "xin chờ 15 phút" in await phone.says("555 555 555")
    assert "xin chờ 15 phút" in await phone.says(digits)
    await village.forward(minutes=16)
    assert "Cảm ơn bác Tình" in await joins(phone, digits)


async def test_nobody_tries_more_than_twenty_times_a_day(village: Village) -> None:
    phone = village.phone(7001)
    for number in range(100_000_000, 100_000_020):
        await phone.says(str(number))
        await village.forward(minutes=16)
    assert "xin chờ đến ngày mai" in await phone.says("100 000 021")
    await village.forward(to=at(26, 11, 7, 0))
    assert "Mã có 9 số" in await phone.says("100 000 021")


async def test_an_expired_paper_leads_to_a_new_one(village: Village) -> None:
    lam = await village.join(await village.add("Hoàng Văn Lâm", role="secretary"))
    tinh = await village.add("Ma Văn Tình", "bác", phone=PHONE)
    digits = await paper(village, tinh)
    await village.forward(to=at(28, 12, 8, 0))
    phone = village.phone(7001)
    assert "Mã này đã hết hạn hôm thứ Sáu, ngày 25 tháng 12" in await phone.says(digits)
    assert "Đã nhờ bí thư cấp mã mới" in await phone.picks("Xin mã mới")
    assert "xin mã mới" in lam.last
    fresh = (await lam.picks("Cấp mã mới")).partition(": ")[2].partition("\n")[0]
    assert fresh != digits
    assert "Mã này đã được thay bằng mã mới" in await phone.says(digits)
    assert "Cảm ơn bác Tình" in await joins(phone, fresh)


# ---- another phone, another person ----


async def test_a_new_phone_is_asked_about_and_takes_the_place_of_the_old(village: Village) -> None:
    lam = await village.join(await village.add("Hoàng Văn Lâm", role="secretary"))
    tinh = await village.add("Ma Văn Tình", "bác")
    digits = await paper(village, tinh)
    old, new = village.phone(7001), village.phone(7002)
    await joins(old, digits)
    assert "Mã này đã dùng trên một máy khác" in await new.says(digits)
    assert "Đã hỏi bí thư" in await new.picks("Tôi mới đổi máy")
    assert "báo là mới đổi máy" in lam.last
    await village.forward(minutes=2)
    assert "trên máy mới" in await lam.picks("Chuyển sang máy mới")
    assert "Xin bác nghe trước mấy điều" in new.last
    assert "Cảm ơn bác Tình" in await new.picks("Tôi đồng ý")
    assert "nhắn mã 9 số trên tờ giấy" in await old.says("toi di hop")


async def test_a_second_paper_on_one_phone_may_mean_that_it_is_shared(village: Village) -> None:
    tinh, mui = await village.add("Ma Văn Tình", "bác"), await village.add("Triệu Thị Mùi", "bà")
    phone = village.phone(7001)
    await joins(phone, await paper(village, tinh))
    assert "Máy này đang là của bác Tình" in await phone.says(await paper(village, mui))
    assert "Không có gì thay đổi" in await phone.picks("Tôi nhắn nhầm mã")
    await phone.says(await paper(village, mui))
    assert "Đây là mã của bà Mùi" in await phone.picks("Chúng tôi dùng chung")
    assert "Xin bà Triệu Thị Mùi nghe trước" in await phone.picks("Đúng là tôi")
    assert "Cảm ơn bà Triệu Thị Mùi." in await phone.picks("Tôi đồng ý")


async def test_a_phone_that_changed_hands_speaks_for_its_new_owner_alone(village: Village) -> None:
    lam = await village.join(await village.add("Hoàng Văn Lâm", role="secretary"))
    tinh, mui = await village.add("Ma Văn Tình", "bác"), await village.add("Triệu Thị Mùi", "bà")
    phone = village.phone(7001)
    await joins(phone, await paper(village, tinh))
    await phone.says(await paper(village, mui))
    await phone.picks("Máy đã đổi chủ")
    assert "Máy của đồng chí Ma Văn Tình đã đổi chủ" in lam.last
    await phone.picks("Đúng là tôi")
    assert "Cảm ơn bà Mùi." in await phone.picks("Tôi đồng ý")
    assert await village.write(lambda c: joining.not_joined(c, village.cell)) == [tinh]


async def test_the_secretary_undoes_a_joining_with_one_tap(village: Village) -> None:
    lam = await village.join(await village.add("Hoàng Văn Lâm", role="secretary"))
    tinh = await village.add("Ma Văn Tình", "bác")
    digits = await paper(village, tinh)
    phone = village.phone(7001)
    await joins(phone, digits)
    assert "Đã gỡ máy này khỏi tên đồng chí Ma Văn Tình" in await lam.picks("Không phải người này")
    assert "Mã này đã được thay" in await phone.says(digits)
    fresh = (await lam.picks("Cấp mã mới")).partition(": ")[2].partition("\n")[0]
    assert "Cảm ơn bác Tình" in await joins(village.phone(7002), fresh)
    assert sum("vừa tham gia" in text for text in lam.heard) == 2


async def test_a_secretary_who_joins_is_told_to_the_officials(village: Village) -> None:
    huong = await village.join(await village.add("Nguyễn Thị Hương", role="official"))
    lam = await village.add("Hoàng Văn Lâm", role="secretary")
    await joins(village.phone(7001), await paper(village, lam))
    assert "Đồng chí Hoàng Văn Lâm vừa tham gia" in huong.last


# ---- the meeting that is under way ----


@pytest.mark.parametrize(
    ("joined_at", "invited_at"), [(at(28, 11, 9, 0), at(28, 11, 9, 1)), (at(28, 11, 21, 0), at(29, 11, 6, 1))]
)
async def test_who_joins_late_is_invited_at_the_next_allowed_moment(village: Village, joined_at, invited_at) -> None:
    tinh = await village.add("Ma Văn Tình", "bác")
    await village.plan(at(3, 12, 19, 30))
    await village.forward(to=joined_at)
    phone = village.phone(7001)
    await joins(phone, await paper(village, tinh))
    await village.forward(to=invited_at)
    assert "mời bác Tình họp tháng 12" in phone.last


# ---- buttons that were never given ----


@only_on("telegram", "buttons")
async def test_forged_buttons_open_nothing(village: Village) -> None:
    tinh = await village.add("Ma Văn Tình", "bác")
    mui = await village.join(await village.add("Triệu Thị Mùi", "bà"))
    stranger = village.phone(7001)
    await stranger.says("alo")
    for action in (
        f"agree {tinh.id}",
        "it_is_me",
        "we_share",
        "new_phone",
        f"erase_me {tinh.id}",
        f"detach {tinh.id} 1",
    ):
        assert "nhắn mã 9 số trên tờ giấy" in await stranger.taps(1, action)
    await mui.says("0")
    for action in (f"detach {tinh.id} 1", f"new_code {tinh.id}", f"move_phone {tinh.id} 1", f"erase {tinh.id}"):
        assert "Việc này do" in await mui.taps(1, action)
    joined = await village.write(lambda c: [p.name for p in people.of_cell(c, village.cell.id)])
    assert joined == ["Triệu Thị Mùi", "Ma Văn Tình"]
    assert await village.write(lambda c: joining.not_joined(c, village.cell)) == [tinh]


# ---- the first official ----


async def test_the_first_official_claims_the_installation(village: Village) -> None:
    secret = village.app.rules.secret
    code = await village.write(lambda c: joining.new_claim_code(c, secret, village.now))
    phone, other = village.phone(7001), village.phone(7002)
    assert "Đây là mã của cán bộ xã" in await phone.says(joining.grouped(code))
    assert "Xin nhắn đủ họ và tên" in await phone.says("Hương")
    assert "Xin đồng chí nghe trước mấy điều" in await phone.says("nguyễn thị hương")
    assert "Cảm ơn đồng chí Hương" in await phone.picks("Tôi đồng ý")
    assert "Xã Suối Trong" in await phone.says("0")
    assert "đã được dùng rồi" in await other.says(code)


async def test_a_claim_code_is_good_for_a_week(village: Village) -> None:
    secret = village.app.rules.secret
    code = await village.write(lambda c: joining.new_claim_code(c, secret, village.now))
    await village.forward(to=at(3, 12, 12, 0))
    assert "đã hết hạn" in await village.phone(7001).says(code)
