"""Questions on their way to an official and back: who may be told what, and for how long the words are kept.

Whatever is asked and could become a question for a person is a row. Its words are forgotten after a day unless the
person has it passed on; then they are kept until some time after the answer. What of a month stays is figures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Connection, exists, func, select

from db import addresses, audit, outbox, people, units
from db.people import Person
from db.rules import Rules
from db.sql import insert, many, one
from db.tables import faq_marks, questions, roles
from db.tables import units as units_table
from db.units import Unit
from vietnamese.dates import working_day

LONGEST = 1000  # letters
KEPT_OPEN = timedelta(days=1)
KEPT_ANSWERED = timedelta(days=90)
WORTH = timedelta(days=30)  # so long it is of use to hear of a question, or of its answer
MORNING = time(8, 0)
TEXTS = ("question", "question_again")


@dataclass(frozen=True)
class Question:
    """`state`: open (an answer was shown or offered), asked (there was none), waiting (passed on), answered.

    `named`: the official sees who asks. `holder_id`: the one official to whom it was handed; else it is everybody's.
    """

    id: int
    unit_id: int
    address_id: int | None
    person_id: int | None
    text: str
    near: str | None
    named: bool
    state: str
    asked_at: datetime
    passed_at: datetime | None
    holder_id: int | None
    handed: int
    answer: str | None
    answered_by: int | None
    answered_at: datetime | None
    follows_id: int | None


# ---- the one who asks ----


def note(connection: Connection, address_id: int, unit_id: int, text: str, near: str | None, now: datetime) -> int:
    """Keep what was asked for as long as it may still be passed on; its number."""
    row = {"unit_id": unit_id, "address_id": address_id, "text": text[:LONGEST], "near": near}
    return insert(connection, questions, **row, state="open", asked_at=now)


def here(connection: Connection, question_id: int, address_id: int) -> Question | None:
    """A question that was asked at this address and may still be passed on."""
    mine = (questions.c.id == question_id) & (questions.c.address_id == address_id) & (questions.c.text != "")
    return one(Question, connection.execute(select(questions).where(mine, _may_pass_on())).first())


def _may_pass_on() -> ColumnElement[bool]:
    return questions.c.state.in_(["open", "asked"])


def unanswered(connection: Connection, question_id: int, now: datetime, rules: Rules) -> None:
    """There was no answer to it: the officials' list of the month counts it."""
    fresh = questions.update().where(questions.c.id == question_id, questions.c.state == "open")
    if connection.execute(fresh.values(state="asked").returning(questions.c.unit_id)).first():
        _list_of_month(connection, question_id, now, rules)


def _list_of_month(connection: Connection, question_id: int, now: datetime, rules: Rules) -> None:
    """On the first of the next month its officials hear what could not be answered in this one."""
    commune = commune_of(connection, question_id)
    month = rules.local(now).date().replace(day=1)
    due = rules.at((month + timedelta(days=31)).replace(day=1), MORNING)
    told = [person.id for person in people.holders(connection, ("official",), commune.id)]
    _due(connection, told, "questions_month", commune.id, due, now, revision=month.toordinal())


def _due(
    connection: Connection, told: list[int], kind: str, subject: int, at: datetime, now: datetime, revision: int = 1
) -> None:
    worth = at + WORTH
    outbox.due(connection, told, kind, subject, due_at=at, worthless_after=worth, now=now, revision=revision)


def commune_of(connection: Connection, question_id: int) -> Unit:
    asked_in = connection.execute(select(questions.c.unit_id).where(questions.c.id == question_id)).scalar_one()
    return units.commune_of(connection, units.get(connection, asked_in))


def answerers(connection: Connection, unit_id: int) -> list[Person]:
    """The officials whom a question of this cell would reach."""
    commune = units.commune_of(connection, units.get(connection, unit_id))
    held = people.holders(connection, ("official",), commune.id)
    ways = addresses.best_of(connection, [person.id for person in held])
    return [person for person in held if person.id in ways]


def pass_on(
    connection: Connection, asked: Question, person: Person, *, named: bool, now: datetime, rules: Rules
) -> bool:
    """Have the officials asked; False where that has been done, by an earlier tap."""
    values = {"state": "waiting", "person_id": person.id, "named": named, "passed_at": now, "address_id": None}
    mine = questions.update().where(questions.c.id == asked.id, questions.c.address_id == asked.address_id)
    if connection.execute(mine.where(_may_pass_on()).values(**values, unit_id=person.unit_id)).rowcount != 1:
        return False
    # Who has it is not written down with it: the line of the audit would name whoever wished to stay unnamed.
    audit.note(connection, None, "question.passed", now, unit_id=person.unit_id, subject=asked.id)
    _tell(connection, asked.id, person, now, rules)
    return True


def _tell(connection: Connection, question_id: int, asker: Person, now: datetime, rules: Rules) -> None:
    told = [official.id for official in _told(connection, question_id, asker)]
    _due(connection, told, "question", question_id, now, now)
    again = rules.at(working_day(rules.local(now).date(), rules.reply_days, rules.rest_days), MORNING)
    _due(connection, told, "question_again", question_id, again, now)
    _list_of_month(connection, question_id, now, rules)


def _told(connection: Connection, question_id: int, asker: Person) -> list[Person]:
    """The official who answered what came before, else all of the commune; never whoever asks."""
    before = questions.alias("before")
    joined = select(before.c.answered_by).join(questions, questions.c.follows_id == before.c.id)
    holder = connection.execute(joined.where(questions.c.id == question_id)).scalar()
    held = people.holders(connection, ("official",), commune_of(connection, question_id).id)
    its = [official for official in held if official.id == holder] or held
    return [official for official in its if official.id != asker.id]


def follow(connection: Connection, answered: Question, address_id: int, text: str, now: datetime) -> int:
    """A further question about an answer; its number."""
    number = note(connection, address_id, answered.unit_id, text, answered.near, now)
    holder = {"follows_id": answered.id, "holder_id": answered.answered_by}
    connection.execute(questions.update().where(questions.c.id == number).values(**holder))
    return number


def of_asker(connection: Connection, question_id: int, person_id: int) -> Question | None:
    """A question that this person has had passed on."""
    mine = (questions.c.id == question_id) & (questions.c.person_id == person_id)
    return one(Question, connection.execute(select(questions).where(mine, _passed_on())).first())


# ---- the officials ----


def get(connection: Connection, question_id: int) -> Question | None:
    return one(Question, connection.execute(select(questions).where(questions.c.id == question_id)).first())


def for_official(connection: Connection, question_id: int, person_id: int) -> Question | None:
    """A question that was passed on, of a cell below a unit on which this person is an official."""
    found = select(questions).where(questions.c.id == question_id, _passed_on(), _below(person_id))
    return one(Question, connection.execute(found).first())


def _passed_on() -> ColumnElement[bool]:
    return questions.c.state.in_(["waiting", "answered"]) & (questions.c.text != "")


def _below(person_id: int) -> ColumnElement[bool]:
    """The person is an official of the cell's unit or one above it, and did not ask himself."""
    cell, above = units_table.alias("cell"), units_table.alias("above")
    held = (roles.c.person_id == person_id) & (roles.c.role == "official") & (roles.c.unit_id == above.c.id)
    reaches = (cell.c.id == questions.c.unit_id) & cell.c.path.startswith(above.c.path)
    return exists().where(held, reaches) & (func.coalesce(questions.c.person_id, 0) != person_id)


def waiting(connection: Connection, person_id: int) -> list[Question]:
    """What waits for this official, the oldest first: whatever was not handed to another."""
    his = questions.c.holder_id.is_(None) | (questions.c.holder_id == person_id)
    found = select(questions).where(questions.c.state == "waiting", _below(person_id), his)
    return many(Question, connection.execute(found.order_by(questions.c.passed_at, questions.c.id)).all())


def answer(connection: Connection, asked: Question, person_id: int, text: str, now: datetime) -> bool:
    """Give the answer, once: False where somebody else has."""
    values = {"state": "answered", "answer": text, "answered_by": person_id, "answered_at": now}
    mine = questions.update().where(questions.c.id == asked.id, questions.c.state == "waiting", _below(person_id))
    if connection.execute(mine.values(**values)).rowcount != 1:
        return False
    audit.note(connection, person_id, "question.answered", now, unit_id=asked.unit_id, subject=asked.id)
    outbox.cancel_items(connection, TEXTS, asked.id)
    _due(connection, [asked.person_id] if asked.person_id else [], "reply", asked.id, now, now)
    return True


def colleagues(connection: Connection, asked: Question, person_id: int) -> list[Person]:
    """The other officials of the commune who can be reached, and did not ask it themselves."""
    found = answerers(connection, asked.unit_id)
    return [person for person in found if person.id not in (person_id, asked.person_id)]


def hand(connection: Connection, asked: Question, person_id: int, to: Person, now: datetime) -> bool:
    """Hand a question that waits to a colleague, who is told."""
    handed = questions.c.handed + 1
    mine = questions.update().where(questions.c.id == asked.id, questions.c.state == "waiting", _below(person_id))
    found = mine.values(holder_id=to.id, handed=handed).returning(questions.c.handed)
    turn = connection.execute(found).scalar()
    if turn is None:
        return False
    audit.note(connection, person_id, "question.handed", now, unit_id=asked.unit_id, subject=asked.id)
    _due(connection, [to.id], "question", asked.id, now, now, revision=turn + 1)
    return True


# ---- the month ----


@dataclass(frozen=True)
class Month:
    """What could not be answered at once: how many questions, of them passed on and answered by people.

    `near`: how many of those that nobody passed on lay nearest to each entry. `missed`: how often people said of an
    entry that it was not what they had asked for; `helped`: the contrary, of the few who were asked.
    """

    asked: int
    passed: int
    answered: int
    near: Sequence[tuple[str, int]]
    missed: Sequence[tuple[str, int]]
    helped: int


def month(connection: Connection, commune: Unit, first: date, rules: Rules) -> Month:
    """The figures of the month that begins on `first`, of all cells of a commune."""
    until = (first + timedelta(days=31)).replace(day=1)
    held = (questions.c.asked_at >= rules.at(first, time())) & (questions.c.asked_at < rules.at(until, time()))
    below = questions.c.unit_id.in_(select(units_table.c.id).where(units_table.c.path.startswith(commune.path)))
    found = connection.execute(select(questions.c.state, questions.c.near).where(held, below)).all()
    states = Counter(state for state, _ in found)
    near = Counter(slug for state, slug in found if state == "asked" and slug)
    marks = _marks(connection, commune, first)
    return Month(
        asked=states["asked"] + states["waiting"] + states["answered"],
        passed=states["waiting"] + states["answered"],
        answered=states["answered"],
        near=near.most_common(),
        missed=Counter({slug: missed for slug, _, missed in marks if missed}).most_common(),
        helped=sum(helped for _, helped, _ in marks),
    )


def _marks(connection: Connection, commune: Unit, first: date) -> Sequence[tuple[str, int, int]]:
    its = (faq_marks.c.unit_id == commune.id) & (faq_marks.c.month == f"{first:%Y-%m}")
    found = connection.execute(select(faq_marks.c.slug, faq_marks.c.helped, faq_marks.c.missed).where(its)).all()
    return [(slug, helped, missed) for slug, helped, missed in found]


def mark(connection: Connection, commune: Unit, slug: str, *, helped: bool, now: datetime, rules: Rules) -> None:
    """Count that an answer helped somebody, or was not what he had asked for; nobody's name goes with it."""
    keys = {"unit_id": commune.id, "month": f"{rules.local(now):%Y-%m}", "slug": slug}
    column = faq_marks.c.helped if helped else faq_marks.c.missed
    its = [faq_marks.c[name] == value for name, value in keys.items()]
    if connection.execute(faq_marks.update().where(*its).values({column: column + 1})).rowcount == 0:
        connection.execute(faq_marks.insert().values(**keys, **{column.name: 1}))


# ---- forgetting ----


def sweep(connection: Connection, now: datetime) -> None:
    """Forget the words of what nobody had passed on, and of what was answered long ago; figures of months stay."""
    old = questions.c.asked_at < now - KEPT_OPEN
    connection.execute(questions.delete().where(questions.c.state == "open", old))
    let_lie = (questions.c.state == "asked") & (questions.c.text != "")
    connection.execute(questions.update().where(let_lie, old).values(text="", address_id=None))
    done = (questions.c.state == "answered") & (questions.c.answered_at < now - KEPT_ANSWERED)
    forgotten = {"text": "", "answer": None, "person_id": None}
    connection.execute(questions.update().where(done, questions.c.text != "").values(**forgotten))


def forget(connection: Connection, person_id: int) -> None:
    """Whoever is erased has asked nothing: what still waits is taken back."""
    his = questions.c.person_id == person_id
    waits = select(questions.c.id).where(his, questions.c.state == "waiting")
    for question_id in connection.execute(waits).scalars().all():
        outbox.cancel_items(connection, TEXTS, question_id)
    connection.execute(questions.update().where(his).values(text="", answer=None, person_id=None, state="asked"))
