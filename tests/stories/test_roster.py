"""An official brings the list in by sending it; whoever keeps a list sees who has joined and prints papers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Connection, select

from channels.base import SendError
from commands.roster import bring_in
from db import joining, people, roster, units
from db.people import Person
from db.tables import audit, offers
from files import Opener
from makebelieve.phones import Phone
from sheets.example import PATH, PEOPLE
from sheets.export import roster_xlsx
from sheets.roster import RosterRow, read_roster
from simulator.params import Upload
from tests.stories.village import Village, only_on

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EXAMPLE = PATH.read_bytes()


async def sends(phone: Phone, data: bytes, name: str = "danh-sach.xlsx") -> str:
    phone.handset.send_document(Upload(name, XLSX, data))
    await phone.village.settle()
    return phone.last


async def brings_the_list(village: Village, phone: Phone) -> None:
    """By sending it; where that cannot be, whoever runs the machine does it for her."""
    if phone.buttons:
        await sends(phone, EXAMPLE)
        await phone.picks("Cập nhật 39 người")
    else:
        await bring_in(village.app.settings, read_roster(EXAMPLE, PATH.name), dry_run=False)


def newest(phone: Phone) -> int:
    """The number of the newest message."""
    return max(phone.handset.conversation.messages)


async def confirming(village: Village, phone: Phone) -> tuple[int, str]:
    """The preview just shown, and what its first choice does: a button may be tapped again at any time."""
    found = select(offers.c.choices).order_by(offers.c.id.desc())
    choices = await village.write(lambda c: c.execute(found).scalars().first())
    return newest(phone), choices[0]["action"]


async def official(village: Village) -> Phone:
    return await village.join(
        await village.add("Nguyễn Thị Hương", role="official", phone="+84900000002", smartphone=True)
    )


async def everybody(village: Village) -> dict[str, Person]:
    known = await village.write(lambda c: roster.known(c, village.commune))
    return {person.name: person for person in known.people}


@only_on("telegram", "files")
async def test_the_first_list_comes_in_and_papers_go_out(village: Village) -> None:
    huong = await official(village)
    preview = await sends(huong, EXAMPLE)
    assert "Danh sách có 40 người, 3 chi bộ" in preview and "Chưa có gì thay đổi" in preview
    assert "• Thêm mới: 39" in preview and "• Giữ nguyên: 1" in preview
    assert "• Chi bộ mới: 2 (thôn Nà Lừa, thôn Khuổi Phầy)" in preview
    assert "• Chức vụ mới: 8" in preview
    assert len(await everybody(village)) == 1
    page = await huong.picks("Xem từng người")
    assert "• Chức vụ mới, bí thư: Hoàng Văn Lâm, thôn Khe Đào" in page
    assert len(await everybody(village)) == 1
    done = await huong.picks("Cập nhật 39 người")
    assert "✅ Đã cập nhật 39 người. Danh sách có 40 người." in done and "Chưa tham gia: 39 người" in done
    found = await everybody(village)
    assert found["Ma Văn Tình"].phone == "+84900000045" and found["Ma Văn Tình"].form == "bác"

    await huong.picks("In giấy mời tham gia")
    assert huong.choices[:3] == ["Thôn Khe Đào", "Thôn Khuổi Phầy", "Thôn Nà Lừa"]
    await huong.picks("Thôn Khe Đào")
    [paper] = await huong.papers()
    assert paper.name == "giay-moi-thon-khe-dao.pdf" and paper.content.startswith(b"%PDF")
    assert "Giấy mời tham gia, chi bộ thôn Khe Đào: 23 tờ." in huong.last  # two share a phone and a paper
    made = (village.cell, village.app.rules.secret, village.now, "bot")
    papers = {line.names: line.digits for line in await village.write(lambda c: joining.join_lines(c, *made))}
    assert "Mã đúng. Đây là mã của bác Sinh" in await village.phone(999).says(papers[("Lý Văn Sinh",)])


@only_on("telegram", "files")
async def test_the_same_list_again_changes_nothing(village: Village) -> None:
    huong = await official(village)
    await sends(huong, EXAMPLE)
    await huong.picks("Cập nhật 39 người")
    before = await everybody(village)
    assert "Danh sách này giống hệt lần trước. Không có gì thay đổi." in await sends(huong, EXAMPLE)
    assert await everybody(village) == before


@only_on("telegram", "files")
async def test_our_own_list_is_corrected_and_sent_back(village: Village) -> None:
    huong = await official(village)
    await sends(huong, EXAMPLE)
    await huong.picks("Cập nhật 39 người")
    await huong.says("Xem các chi bộ")
    await huong.picks("Danh sách cả xã")
    [paper] = await huong.papers()
    assert paper.name == "danh-sach-xa-suoi-trong.xlsx"
    rows = read_roster(paper.content, paper.name).rows
    assert len(rows) == 40 and {row.role for row in rows} == {row.role for row in PEOPLE}
    assert "giống hệt lần trước" in await sends(huong, roster_xlsx(rows))

    corrected = [_corrected(row) for row in rows if row.name != "Bàn Văn Út"]
    preview = await sends(huong, roster_xlsx(corrected))
    assert "• Thay đổi: 4 (2 chức vụ, 2 số điện thoại)" in preview
    assert "• Chức vụ mới: 1 (bí thư Nông Thị Hiền)" in preview
    assert "• Thôi chức vụ: 2" in preview
    assert "• Không còn trong danh sách: 1 (Bàn Văn Út). Trợ lý không tự xóa ai." in preview
    await huong.picks("Cập nhật 4 người")
    found = await everybody(village)
    assert found["Ma Văn Tình"].phone == "+84900000046" and "Bàn Văn Út" in found
    led = await village.write(lambda c: people.cells_of(c, found["Nông Thị Hiền"].id))
    assert [cell.name for cell in led] == ["thôn Khe Đào"]
    assert await village.write(lambda c: people.roles_of(c, found["Hoàng Văn Lâm"].id)) == []
    acts = await village.write(lambda c: c.execute(select(audit.c.act, audit.c.person_id)).all())
    assert ("roster.imported", found["Nguyễn Thị Hương"].id) in [tuple(line) for line in acts]


def _corrected(row: RosterRow) -> RosterRow:
    """Two new numbers; the deputy becomes secretary, and he nothing."""
    if row.name in ("Ma Văn Tình", "Lý Văn Sinh"):
        return replace(row, phone="+84900000046")
    roles = {"Nông Thị Hiền": "secretary", "Hoàng Văn Lâm": None}
    return replace(row, role=roles[row.name]) if row.name in roles else row


@only_on("telegram", "files")
async def test_what_has_changed_meanwhile_is_shown_before_it_is_done(village: Village) -> None:
    huong = await official(village)
    await sends(huong, EXAMPLE)
    await village.add("Ma Văn Tình", "bác", phone="+84900000045", smartphone=True)
    again = await huong.picks("Cập nhật 39 người")
    assert "⚠️ Danh sách của trợ lý vừa có thay đổi" in again and "• Thêm mới: 38" in again
    assert len(await everybody(village)) == 2
    assert "Đã cập nhật 38 người" in await huong.picks("Cập nhật 38 người")


@only_on("telegram", "files")
async def test_thinking_better_of_it(village: Village) -> None:
    huong = await official(village)
    await sends(huong, EXAMPLE)
    message_id, action = await confirming(village, huong)
    assert "Danh sách giữ nguyên như cũ" in await huong.picks("Thôi, không đổi gì")
    assert len(await everybody(village)) == 1
    again = await huong.taps(message_id, action)
    assert "Trợ lý không giữ lại bản danh sách này" in again
    assert len(await everybody(village)) == 1


@only_on("telegram", "files")
async def test_tapping_twice_is_harmless(village: Village) -> None:
    huong = await official(village)
    await sends(huong, EXAMPLE)
    message_id, action = await confirming(village, huong)
    await huong.picks("Cập nhật 39 người")
    before = await everybody(village)
    again = await huong.taps(message_id, action)
    assert "Trợ lý không giữ lại bản danh sách này" in again
    assert await everybody(village) == before


WRONG = [
    replace(PEOPLE[0], phone=None),
    replace(PEOPLE[1], row_number=0, name=""),
    *(replace(PEOPLE[n], standing="official", name="123") for n in range(2, 8)),
]


@only_on("telegram", "files")
async def test_every_wrong_line_is_named_and_nothing_is_done(village: Village) -> None:
    huong = await official(village)
    answer = await sends(huong, roster_xlsx(WRONG))
    assert "Chưa cập nhật gì: có 7 dòng cần sửa" in answer
    assert "• Dòng 6, họ tên: còn trống." in answer
    assert "• Dòng 7, họ tên “123”: chưa rõ là tên ai, cần ghi lại." in answer
    more = await huong.picks("Xem tiếp")
    assert "• Dòng 12, họ tên “123”" in more and "Dòng 6" not in more
    assert "Xem tiếp" not in huong.choices
    assert len(await everybody(village)) == 1
    await huong.picks("Xem bản mẫu")
    [paper] = await huong.papers()
    assert paper.name == "danh-sach-ban-mau.xlsx"
    assert "Danh sách này chưa có dòng nào" in await sends(huong, paper.content)


@only_on("telegram", "files")
@pytest.mark.parametrize(
    ("data", "name", "answer"),
    [
        (b"%PDF-1.7 \xff", "van-ban.pdf", "Trợ lý chưa mở được tờ này. Xin lưu lại bằng Excel rồi gửi lại."),
        ("STT;Ghi chú\n1;x\n".encode(), "danh-sach.csv", "Trợ lý chưa tìm thấy hàng tên cột"),
        (b"x" * 2_200_000, "to.xlsx", "Tờ này nặng quá, trợ lý chưa mở được. Xin gửi riêng bản danh sách."),
    ],
)
async def test_a_paper_that_is_no_list(village: Village, data: bytes, name: str, answer: str) -> None:
    huong = await official(village)
    assert answer in await sends(huong, data, name)


@only_on("telegram", "files")
async def test_a_csv_is_as_good(village: Village) -> None:
    huong = await official(village)
    text = "Họ tên;Chi bộ;SĐT\nMa Văn Tình;thôn Khe Đào;900000045\n"
    preview = await sends(huong, text.encode("utf-8-sig"), "danh sach.csv")
    assert "• Thêm mới: 1" in preview
    await huong.picks("Cập nhật 1 người")
    assert (await everybody(village))["Ma Văn Tình"].phone == "+84900000045"


@only_on("telegram", "files")
async def test_the_command_line_does_it_beside_the_running_bot(village: Village) -> None:
    huong = await official(village)
    await sends(huong, EXAMPLE)
    lines = await bring_in(village.app.settings, read_roster(EXAMPLE, PATH.name), dry_run=False)
    assert "Danh sách có 40 người, 3 chi bộ" in lines[0] and "Đã cập nhật 39 người" in lines[-1]
    assert "giống hệt lần trước" in await huong.picks("Cập nhật 39 người")
    assert len(await everybody(village)) == 40


@only_on("telegram", "files")
async def test_nobody_else_can_bring_a_list(village: Village) -> None:
    tinh = await village.join(await village.add("Ma Văn Tình", "bác"))
    assert "Trợ lý chưa nhận được giấy tờ bác gửi" in await sends(tinh, EXAMPLE)
    lam = await village.join(await village.add("Hoàng Văn Lâm", role="secretary"))
    assert "Trợ lý chưa nhận được giấy tờ đồng chí gửi" in await sends(lam, EXAMPLE)
    stranger = village.phone(999)
    stranger.handset.say("/start")
    assert "Đây là trợ lý chi bộ" in (await sends(stranger, EXAMPLE)).replace("<b>", "").replace("</b>", "")
    assert len(await everybody(village)) == 2


async def test_the_official_looks_through_the_cells(village: Village) -> None:
    huong = await official(village)
    await brings_the_list(village, huong)
    listed = await huong.says("Xem các chi bộ")
    assert "Xã Suối Trong: 3 chi bộ, 40 người" in listed
    assert "• Thôn Nà Lừa: 8 người, 8 chưa tham gia. Bí thư Quan Văn Tuyển." in listed
    assert "• Đảng ủy xã: 2 người, 1 chưa tham gia." in listed
    page = await huong.picks("Thôn Nà Lừa")
    assert "📞 Bí thư Quan Văn Tuyển: 0900 000 101" in page
    waiting = await huong.picks("Ai chưa tham gia")
    assert "Chi bộ thôn Nà Lừa: 8 người chưa tham gia" in waiting and "• Ma Văn Thụ: chưa có số" in waiting
    await huong.says("Xem các chi bộ")
    await huong.picks("Thôn Khe Đào")
    first = await huong.picks("Ai chưa tham gia")
    assert first.count("•") == 10
    assert "• Bàn Văn Út" not in first and "Tiếp" in huong.choices
    await huong.picks("Tiếp")
    assert (await huong.picks("Tiếp")).count("•") == 4


async def test_the_secretary_knows_who_has_joined_and_detaches_a_lost_phone(village: Village) -> None:
    lam = await village.join(await village.add("Hoàng Văn Lâm", role="secretary"))
    tinh = await village.join(await village.add("Ma Văn Tình", "bác"))
    await village.add("Vàng A Sùng", phone=None)
    assert "Chi bộ thôn Khe Đào: 1 người chưa tham gia" in await lam.says("ai chưa tham gia")
    assert "• Vàng A Sùng: chưa có số" in lam.last
    assert "Đọc mã cho ai?" in await lam.picks("Đọc mã cho ai đó")
    assert await lam.picks("Vàng A Sùng")
    await lam.says("0")
    assert "Đồng chí cần giúp việc gì?" in await lam.picks("Hỏi, nhờ giúp")
    assert "Chi bộ thôn Khe Đào: 2 người đã tham gia" in await lam.picks("Ai đã tham gia")
    await lam.picks("Gỡ máy mất")
    assert "Đã gỡ máy này khỏi tên đồng chí Ma Văn Tình" in await lam.picks("Ma Văn Tình")
    assert "trợ lý chi bộ" in await tinh.says("xin chào")  # a stranger's greeting
    await lam.says("0")
    await lam.picks("Hỏi, nhờ giúp")
    await lam.picks("In giấy mời tham gia")
    [paper] = await lam.papers()
    assert paper.name == "giay-moi-thon-khe-dao.pdf" and paper.content.startswith(b"%PDF")


@only_on("telegram", "buttons")
async def test_rights_end_at_the_cell_and_at_the_commune(village: Village) -> None:
    lam = await village.join(await village.add("Hoàng Văn Lâm", role="secretary"))
    huong = await official(village)

    def beyond(connection: Connection) -> tuple[int, int]:
        other = units.add(connection, "commune", "xã Bên Kia")
        far = units.add(connection, "cell", "thôn Xa", other)
        people.add(connection, far, "Người Lạ", phone="+84900000777")
        return far.id, units.add(connection, "cell", "thôn Nà Lừa", village.commune).id

    far, near = await village.write(beyond)
    for phone, unit_id in ((lam, far), (lam, near), (huong, far), (lam, 987654)):
        await phone.says("0")
        message_id = newest(phone)
        for action in (
            f"cell {unit_id}",
            f"not_joined {unit_id}",
            f"joined {unit_id} 0",
            f"lost_phone {unit_id} 0",
            f"read_code {unit_id} 0",
            f"join_sheet {unit_id}",
            f"roster_file {unit_id}",
        ):
            assert "Việc này do" in await phone.taps(message_id, action), action
        assert "Người Lạ" not in "".join(phone.heard) and await phone.papers() == []
    open_file = Opener(village.app.db, lambda: village.now, village.app.rules)
    for recipe in (("join_sheet", (far, 1, 1)), ("roster", (far, 2)), ("roster", (987654, 2)), ("minutes", ())):
        with pytest.raises(SendError) as refused:
            await open_file(*recipe)
        assert refused.value.outcome == "final"
    for action in ("cells", "roster_apply 0123456789abcdef", "roster_look 0", "pick_cell join_sheet 0", "roster_form"):
        assert "Việc này do" in await lam.taps(message_id, action), action
