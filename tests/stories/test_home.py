"""The way back: the menu of each role, several roles on one phone, and words that nobody understands."""

from __future__ import annotations

from tests.stories.village import Village, at


async def test_home_is_reached_from_everywhere(village: Village) -> None:
    tinh = await village.join(await village.add("Ma Văn Tình", "bác"))
    for words in ("0", "menu", "thôi", "về đầu", "Quay lại"):
        assert "Bác Tình cần việc gì ạ?" in await tinh.says(words)
        assert tinh.choices == ["Xem buổi họp tới", "Xem đề cương", "Hỏi về thủ tục", "Nhờ giúp"]


async def test_every_entry_of_every_menu_leads_somewhere(village: Village) -> None:
    await village.plan(at(3, 12, 19, 30))
    for name, role in (("Ma Văn Tình", ""), ("Hoàng Văn Lâm", "secretary"), ("Nguyễn Thị Hương", "official")):
        phone = await village.join(await village.add(name, role=role))
        await phone.says("0")
        for label in phone.choices:
            await phone.says("0")
            answer = await phone.picks(label)
            assert "chưa hiểu" not in answer, label
            assert "trục trặc" not in answer, label


async def test_whoever_has_several_roles_goes_from_one_to_the_other(village: Village) -> None:
    huong = await village.add("Nguyễn Thị Hương", role="official")
    await village.give(huong, "secretary")
    phone = await village.join(huong)
    assert "Xã Suối Trong" in await phone.says("0")
    assert "Đồng chí cần giúp việc gì?" in await phone.says("giúp")
    assert "phần việc của cán bộ xã" in await phone.picks("Đổi phần việc")
    assert "Chi bộ thôn Khe Đào" in await phone.picks("Sang phần bí thư")
    assert "phần việc của bí thư" in await phone.says("đổi vai")
    assert "Xã Suối Trong" in await phone.picks("Sang phần cán bộ xã")


async def test_words_that_nobody_understands_lead_to_a_person(village: Village) -> None:
    lam = await village.join(await village.add("Hoàng Văn Lâm", role="secretary", phone="+84900000012"))
    tinh = await village.join(await village.add("Ma Văn Tình", "bác", phone="+84900000045"))
    assert "Trợ lý chưa hiểu câu này" in await tinh.says("xyz bla bla")
    assert "0900 000 012" in await tinh.says("bla xyz xyz")
    assert "Đã nhắn bí thư gọi cho bác Tình, số 0900 000 045" in await tinh.picks("Nhờ bí thư gọi tôi")
    assert "Ma Văn Tình" in lam.last
    assert "0900 000 045" in lam.last


async def test_a_number_without_a_choice_is_asked_back(village: Village) -> None:
    tinh = await village.join(await village.add("Ma Văn Tình", "bác"))
    await village.plan(at(3, 12, 19, 30))
    await village.forward(to=at(26, 11, 18, 31))
    assert "Số này không có trong các câu vừa rồi" in await tinh.says("7")
    assert "Đã ghi: bác Tình sẽ dự" in await tinh.says("1")


async def test_a_number_typed_while_another_message_came_is_asked_back(village: Village) -> None:
    """A reminder left within the minute before "2" was written: nobody knows which menu was meant."""
    tinh = await village.join(await village.add("Ma Văn Tình", "bác"))
    await village.plan(at(3, 12, 19, 30))
    await village.forward(to=at(26, 11, 18, 29, 45))
    await tinh.says("0")
    await village.forward(to=at(26, 11, 18, 30, 20))
    assert "chưa rõ số 2 là câu nào" in await tinh.says("2")
    assert "Đã ghi: bác Tình" in await tinh.picks("Tôi xin vắng")
