"""Nothing is sent to anyone who has not agreed, whatever happens in the cell."""

from __future__ import annotations

from sqlalchemy import Connection, select

from db import consent, joining, outbox
from db.tables import links, people
from tests.stories.village import Phone, Village, at


async def invited(village: Village, name: str, chat: int) -> Phone:
    """Somebody who holds his paper, has typed his digits and is asked whether he agrees."""
    person = await village.add(name, "bác")

    def paper(connection: Connection) -> str:
        made = joining.invite(connection, [person], village.now, village.app.rules.secret)
        return joining.digits_of(made, village.app.rules.secret)

    phone = village.phone(chat)
    await phone.says(await village.write(paper))
    await phone.picks("Đúng là tôi")
    assert "Bác có đồng ý không ạ?" in phone.last
    return phone


async def month(village: Village, lam: Phone, huong: Phone) -> None:
    """All that the bot says by itself: the ladder, a notice, a reminder by hand, a meeting that moves and is off."""
    meeting = await village.plan(at(3, 12, 19, 30))
    await village.forward(to=at(27, 11, 9, 0))
    await huong.says("gửi thông báo")
    await huong.says("Tiêm phòng dại cho chó, mèo")
    await huong.picks("Tất cả đảng viên")
    await huong.picks(next(label for label in huong.choices if label.startswith("Gửi cho")))
    await village.forward(to=at(30, 11, 19, 0))

    def told_to_all(connection: Connection) -> None:
        everybody = [row.person_id for row in connection.execute(links.select()).all()]
        times = {"due_at": village.now, "worthless_after": meeting.starts_at, "now": village.now}
        for kind in outbox.KINDS:
            if kind in ("nudge", "moved", "invite"):
                outbox.due(connection, everybody, kind, meeting.id, revision=meeting.revision, **times)

    await village.write(told_to_all)
    await village.forward(to=at(3, 12, 19, 0))


async def test_who_has_not_agreed_hears_nothing_by_itself(village: Village) -> None:
    lam = await village.join(await village.add("Hoàng Văn Lâm", role="secretary"))
    huong = await village.join(await village.add("Nguyễn Thị Hương", role="official"))
    agreed = await village.join(await village.add("Ma Văn Tình", "bác"))
    asked, declined, withdrew, stopped = [
        await invited(village, name, chat)
        for chat, name in enumerate(("Lý Văn Sinh", "Bàn Văn Út", "Ma Thị Lụa", "Nông Thị Hiền"), 901)
    ]
    await declined.picks("Tôi không đồng ý")
    for phone in (withdrew, stopped):
        await phone.picks("Tôi đồng ý")
    await stopped.says("dừng nhận tin")
    assert "Đã dừng" in stopped.last

    def withdraw(connection: Connection) -> None:
        lua = connection.execute(select(people.c.id).where(people.c.name == "Ma Thị Lụa")).scalar_one()
        assert consent.withdraw(connection, lua, village.now)

    await village.write(withdraw)
    silent = (asked, declined, withdrew, stopped)
    for phone in (*silent, agreed):
        phone.new()
    await month(village, lam, huong)
    assert [phone.new() for phone in silent] == [[], [], [], []]
    assert len(agreed.new()) > 3
    written_to = {row["chat"] for row in village.simulator.ledger.after(0)}
    assert written_to == {phone.handset.user.id for phone in (lam, huong, agreed, *silent)}
