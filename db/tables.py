"""The tables. Times are aware UTC; personal words in queues live only as long as the work (design.md)."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Float, Index, Integer, String, Table, Text, UniqueConstraint, text

from db.columns import Key, Moment, key, metadata, to

installation = Table(
    "installation",
    metadata,
    key(),
    Column("claim_hash", String(64)),
    Column("claim_until", Moment),
    Column("claimed_at", Moment),
    Column("claim_wrong", Integer, nullable=False, server_default=text("0")),
)

lineage = Table(  # one row: which copy of the database this is, because a restored one does not know what has left
    "lineage",
    metadata,
    key(),
    Column("origin", String(80)),  # the server and database that it lay on
    Column("pulse", Integer, nullable=False, server_default=text("0")),  # grows while a bot runs on it
    Column("held_at", Moment),  # a copy was put in place: only answers leave until the operator has decided
)

workers = Table(  # the processes that share the work; whoever has no row here any more has lost what he held
    "workers",
    metadata,
    key(),
    Column("beat", Integer, nullable=False, server_default=text("0")),
    Column("begun_at", Moment, nullable=False),
    sqlite_autoincrement=True,  # no number twice: it says whose a row on the wire is
)

units = Table(
    "units",
    metadata,
    key(),
    Column("kind", String(10), nullable=False),  # province, commune, cell
    Column("name", String(120), nullable=False),  # "thôn Khe Đào", "xã Suối Trong"
    Column("folded", String(120), nullable=False),
    to("units", "parent_id", nullable=True),
    Column("path", String(60), nullable=False, server_default=""),  # "1.4.": a right on a unit reaches what begins so
    Column("phone", String(20)),
    UniqueConstraint("parent_id", "folded"),
)

people = Table(
    "people",
    metadata,
    key(),
    to("units", "unit_id"),
    Column("code", String(20), unique=True),
    Column("name", String(120), nullable=False),
    Column("folded", String(120), nullable=False),
    Column("sort_key", String(240), nullable=False),
    Column("phone", String(20), index=True),
    Column("form", String(12), nullable=False),
    Column("standing", String(14), nullable=False),  # official, probationary, temporary, exempt
    Column("smartphone", Boolean),
    Column("left_at", Moment),
    Column("erase_asked_at", Moment),
    Index("ix_people_unit_name", "unit_id", "folded"),
)

roles = Table(
    "roles",
    metadata,
    to("people", "person_id", primary_key=True),
    to("units", "unit_id", primary_key=True),
    Column("role", String(12), primary_key=True),  # secretary, deputy, recorder, official
    Index("ix_roles_unit", "unit_id", "role"),
)

bots = Table(
    "bots",
    metadata,
    key(),
    Column("channel", String(12), nullable=False),
    Column("external", String(40), nullable=False),
    Column("username", String(64), nullable=False),
    Column("poller_id", Key),  # the worker that asks the platform for news
    to("units", "unit_id", nullable=True),  # whose people it is for; empty: everybody's
    Column("most_people", Integer),  # that the platform lets it have; empty: any number
    Column("per_month", Integer),  # messages that the platform lets it send in a calendar month; empty: any number
    UniqueConstraint("channel", "external"),
)
quota = Table(  # how many messages a bot has sent in a month, where the platform counts them
    "quota",
    metadata,
    to("bots", "bot_id", primary_key=True),
    Column("month", String(7), primary_key=True),  # "2026-11", local
    Column("sent", Integer, nullable=False),
    Column("warned_at", Moment),  # when the operator was told that it will soon be used up
)

pacing = Table(  # how fast a bot may send, shared by all processes; seconds of the server's clock
    "pacing",
    metadata,
    to("bots", "bot_id", primary_key=True),
    Column("turn_at", Float, nullable=False, server_default=text("0")),  # the next turn
    Column("opens_at", Float, nullable=False, server_default=text("0")),  # the platform asked for a pause
    Column("share", Float, nullable=False, server_default=text("1")),  # of the configured speed, after a refusal
    Column("refused_at", Float, nullable=False, server_default=text("0")),
)

addresses = Table(
    "addresses",
    metadata,
    key(),
    to("bots", "bot_id"),
    Column("chat", String(64), nullable=False),
    Column("dead_at", Moment),
    Column("dead_why", String(20)),
    Column("last_in_at", Moment),
    Column("paced_until", Moment),  # when the chat has rested from what was sent to it
    UniqueConstraint("bot_id", "chat"),
)

links = Table(  # who stands behind an address, and whether he agreed to be written to
    "links",
    metadata,
    to("people", "person_id", primary_key=True),
    to("addresses", "address_id", primary_key=True),
    Column("consent", String(10), nullable=False),  # asked, agreed, declined, withdrawn
    Column("text_version", String(10)),
    Column("asked_at", Moment, nullable=False),
    Column("decided_at", Moment),
    Column("stopped_at", Moment),
    Index("ix_links_address", "address_id"),
)

invitations = Table(  # the digits themselves are never stored: they follow from the secret, the number and the attempt
    "invitations",
    metadata,
    key(),
    Column("attempt", Integer, nullable=False),
    Column("digits_hash", String(64), unique=True),
    Column("token_hash", String(64), unique=True),
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
    to("addresses", "address_id", nullable=True),
    Column("void_at", Moment),
)

invitation_people = Table(
    "invitation_people",
    metadata,
    to("invitations", "invitation_id", primary_key=True),
    to("people", "person_id", primary_key=True),
)

join_attempts = Table(
    "join_attempts",
    metadata,
    key(),
    to("addresses", "address_id"),
    Column("at", Moment, nullable=False, index=True),
    Column("right", Boolean, nullable=False),
)

series = Table(
    "series",
    metadata,
    key(),
    to("units", "unit_id"),
    Column("rule", JSON, nullable=False),
    Column("time", String(5), nullable=False),  # "19:30", in the unit's zone
    Column("place", String(120), nullable=False),
    Column("planned_until", String(10), nullable=False),  # the last local date up to which its occurrences exist
    Column("made_at", Moment, nullable=False),
    Column("ended_at", Moment),
)

meetings = Table(
    "meetings",
    metadata,
    key(),
    to("units", "unit_id"),
    to("series", "series_id", nullable=True),
    Column("occurrence", String(10)),  # the local date that the rule gave, whatever became of it
    Column("kind", String(14), nullable=False),  # ordinary, extraordinary
    Column("starts_at", Moment, nullable=False),
    Column("place", String(120), nullable=False),
    Column("state", String(10), nullable=False),  # asking (a rest day, unsettled), planned, cancelled
    Column("revision", Integer, nullable=False, server_default=text("1")),
    Column("old_starts_at", Moment),
    Column("old_place", String(120)),
    Column("reason", String(200)),
    Column("materials_at", Moment),
    Column("made_at", Moment, nullable=False),
    UniqueConstraint("series_id", "occurrence"),
    Index("ix_meetings_unit_starts", "unit_id", "starts_at"),
)

rungs = Table(  # the reminder ladder of a meeting: due work is a column and a query
    "rungs",
    metadata,
    to("meetings", "meeting_id", primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("name", String(20), primary_key=True),
    Column("due_at", Moment, nullable=False),
    Column("fired_at", Moment),
    Index(
        "ix_rungs_waiting",
        "due_at",
        sqlite_where=text("fired_at IS NULL"),
        postgresql_where=text("fired_at IS NULL"),
    ),
)

intentions = Table(  # advance notice, never the roll call
    "intentions",
    metadata,
    key(),
    to("meetings", "meeting_id"),
    to("people", "person_id"),
    Column("choice", String(8), nullable=False),  # yes, no, late, early, unsure
    Column("reason", String(10)),
    Column("revision", Integer, nullable=False),  # of the meeting that it answers
    Column("how", String(8), nullable=False),  # self, phone
    to("people", "recorded_by", nullable=True),
    Column("said_at", Moment, nullable=False),
    Column("before", String(8)),  # the choice that this one replaced
    Column("changes", Integer, nullable=False, server_default=text("0")),
    UniqueConstraint("meeting_id", "person_id"),
)

calls = Table(  # telephone calls of the secretary that reached nobody
    "calls",
    metadata,
    key(),
    to("meetings", "meeting_id"),
    to("people", "person_id"),
    to("people", "caller_id"),
    Column("at", Moment, nullable=False),
)

aware = Table(  # who is known to know of a change of a meeting, beside those who have answered since
    "aware",
    metadata,
    to("meetings", "meeting_id", primary_key=True),
    to("people", "person_id", primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("how", String(8), nullable=False),  # self, phone
    Column("at", Moment, nullable=False),
)

due_items = Table(  # what a person is to hear; belongs to a person, travels in a delivery
    "due_items",
    metadata,
    key(),
    to("people", "person_id"),
    Column("kind", String(20), nullable=False),
    Column("subject", Key, nullable=False),
    Column("revision", Integer, nullable=False, server_default=text("1")),
    Column("priority", Integer, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("worthless_after", Moment, nullable=False),
    Column("state", String(12), nullable=False),  # waiting, travelling, held, unreachable, expired, cancelled
    to("deliveries", "delivery_id", nullable=True),
    Column("made_at", Moment, nullable=False),
    UniqueConstraint("person_id", "kind", "subject", "revision"),
    Index(
        "ix_due_items_waiting",
        "priority",
        "due_at",
        "id",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
    Index("ix_due_items_delivery", "delivery_id"),
    Index("ix_due_items_subject", "kind", "subject", "person_id"),  # a notice walks through its people in slices
)

DOUBTFUL = text("(state = 'uncertain' OR (state = 'queued' AND resent))")

deliveries = Table(  # one message to one address
    "deliveries",
    metadata,
    key(),
    to("addresses", "address_id"),
    to("bots", "bot_id"),  # of the address, so that a bot's queue is one range of an index
    Column("kind", String(10), nullable=False),  # answer, screen, items
    Column("priority", Integer, nullable=False),
    Column("send_after", Moment, nullable=False),
    Column("worthless_after", Moment),
    Column("state", String(10), nullable=False),  # queued, sending, sent, failed, uncertain, held, expired, cancelled
    Column("message", JSON(none_as_null=True)),  # an answer, rendered; emptied when final
    Column("screen", String(40)),
    Column("local_date", String(10)),  # set on automatic messages: at most one an address and date
    Column("resent", Boolean, nullable=False, server_default=text("false")),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("parts_sent", Integer, nullable=False, server_default=text("0")),
    Column("worker_id", Key),  # who has it on the wire
    Column("dispatched_at", Moment),
    Column("finished_at", Moment),
    Column("message_id", String(64)),
    Column("error", String(120)),
    Index(
        "ix_deliveries_queued",
        "bot_id",
        "priority",
        "send_after",
        "id",
        sqlite_where=text("state = 'queued'"),
        postgresql_where=text("state = 'queued'"),
    ),
    Index(
        "ix_deliveries_sending",  # at most one row a chat on the wire
        "address_id",
        unique=True,
        sqlite_where=text("state = 'sending'"),
        postgresql_where=text("state = 'sending'"),
    ),
    Index(
        "ix_deliveries_doubtful",  # of whom nobody knows whether it came
        "address_id",
        sqlite_where=DOUBTFUL,
        postgresql_where=DOUBTFUL,
    ),
    Index(
        "ix_deliveries_address_date",
        "address_id",
        "local_date",
        sqlite_where=text("local_date IS NOT NULL"),
        postgresql_where=text("local_date IS NOT NULL"),
    ),
)

received = Table(
    "received",
    metadata,
    key(),
    to("bots", "bot_id"),
    Column("event_key", String(64), nullable=False),
    Column("chat", String(64), nullable=False),
    Column("said_at", Moment, nullable=False),
    Column("arrived_at", Moment, nullable=False),
    Column("payload", JSON(none_as_null=True)),
    Column("state", String(10), nullable=False),  # waiting, done, poisoned
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("error", Text),
    UniqueConstraint("bot_id", "event_key"),
    Index(
        "ix_received_waiting", "id", sqlite_where=text("state = 'waiting'"), postgresql_where=text("state = 'waiting'")
    ),
    Index(
        "ix_received_chat",
        "bot_id",
        "chat",
        "id",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
)

conversations = Table(
    "conversations",
    metadata,
    to("addresses", "address_id", primary_key=True),
    Column("expects", String(40)),
    Column("expects_number", Boolean, nullable=False, server_default=text("false")),
    Column("expects_since", Moment),
    Column("draft", JSON, nullable=False),
    Column("acting", String(10)),  # the role that a person with several works in
    to("units", "cell_id", nullable=True),  # the cell that a secretary of several works for
    Column("lost", Integer, nullable=False, server_default=text("0")),
)

offers = Table(  # the choices that a chat has been shown, so that a number can be understood
    "offers",
    metadata,
    key(),
    to("addresses", "address_id"),
    Column("left_at", Moment, nullable=False),
    Column("message_id", String(64)),
    Column("solicited", Boolean, nullable=False),  # it answered something that the person had just written
    Column("choices", JSON, nullable=False),
    Index("ix_offers_address", "address_id", "left_at"),
)

screens = Table(  # which message shows a live screen at an address
    "screens",
    metadata,
    to("addresses", "address_id", primary_key=True),
    Column("name", String(40), primary_key=True),
    Column("message_id", String(64), nullable=False),
    Column("shown_at", Moment, nullable=False),
    Column("matters", String(200)),  # what of it is worth a message of its own where nothing can be edited
    Column("told_on", String(10)),  # the local day on which it was last sent by itself, and how often then
    Column("told", Integer, nullable=False, server_default="0"),
)

BUSY = text("(told_to < listed_end OR counting IS NOT NULL OR count_at IS NOT NULL)")

notices = Table(
    "notices",
    metadata,
    key(),
    to("units", "unit_id"),
    to("people", "author_id"),
    Column("text", Text, nullable=False),
    Column("audience", String(12)),  # secretaries, members, cell; none yet while it is a draft
    to("units", "cell_id", nullable=True),
    Column("state", String(10), nullable=False),  # draft, sending, paused, stopped
    Column("made_at", Moment, nullable=False),
    Column("send_after", Moment),
    Column("drawn", String(60)),  # the figures that its live screen shows
    # Its people are written down in slices, by their numbers: up to which, and up to which they will be.
    Column("listed_to", Key, nullable=False, server_default=text("0")),
    Column("listed_end", Key, nullable=False, server_default=text("0")),
    Column("told_to", Key, nullable=False, server_default=text("0")),  # up to which it has become due
    Column("refusals", Integer, nullable=False, server_default=text("0")),  # in a row
    # Its people are counted in slices too: the last figures, those of the count that is under way, and when to count.
    Column("figures", String(60)),
    Column("counting", String(60)),
    Column("counted_to", Key, nullable=False, server_default=text("0")),
    Column("count_at", Moment),
    Column("rests_until", Moment),
    Index("ix_notices_busy", "id", sqlite_where=BUSY, postgresql_where=BUSY),
)

notice_people = Table(
    "notice_people",
    metadata,
    to("notices", "notice_id", primary_key=True),
    to("people", "person_id", primary_key=True),
    Column("acknowledged_at", Moment),
    Column("standing", Integer),  # how far it came, once its rows of the outbox are gone
    sqlite_with_rowid=False,
)

questions = Table(  # asked and not answered at once: on its way to an official and back
    "questions",
    metadata,
    key(),
    to("units", "unit_id"),  # the cell of whoever asks
    to("addresses", "address_id", nullable=True),  # where it was asked, until it has been passed on or forgotten
    to("people", "person_id", nullable=True),  # who asks; nobody before he has it passed on
    Column("text", Text, nullable=False),
    Column("near", String(40)),  # the entry that lay nearest
    Column("named", Boolean, nullable=False, server_default=text("false")),  # whether the official may see who asks
    Column("state", String(10), nullable=False),  # open, asked, waiting, answered
    Column("asked_at", Moment, nullable=False),
    Column("passed_at", Moment),
    to("people", "holder_id", nullable=True),  # the one official to whom it was handed
    Column("handed", Integer, nullable=False, server_default=text("0")),
    Column("answer", Text),
    to("people", "answered_by", nullable=True),
    Column("answered_at", Moment),
    to("questions", "follows_id", nullable=True),  # the one whose answer it asks more about
    Index("ix_questions_unit", "unit_id", "state", "asked_at"),
)

faq_entries = Table(  # what an official has published of his answers, beside the entries in content/faq
    "faq_entries",
    metadata,
    key(),
    to("units", "unit_id"),  # for whose people it is good: those below
    Column("question", String(200), nullable=False),
    Column("label", String(20), nullable=False),
    Column("body", Text, nullable=False),
    Column("source", String(200)),  # the document that the official named
    to("people", "author_id"),
    Column("made_at", Moment, nullable=False),
    Column("withdrawn_at", Moment),
    Index("ix_faq_entries_unit", "unit_id"),
)

faq_phrasings = Table(  # one more way to ask for an entry, of either kind
    "faq_phrasings",
    metadata,
    key(),
    to("units", "unit_id"),
    Column("slug", String(40), nullable=False),
    Column("text", String(300), nullable=False),
    to("people", "author_id"),
    Column("made_at", Moment, nullable=False),
    Column("withdrawn_at", Moment),
    UniqueConstraint("unit_id", "slug", "text"),
)

faq_marks = Table(  # how often an answer helped, by the few who were asked
    "faq_marks",
    metadata,
    to("units", "unit_id", primary_key=True),
    Column("month", String(7), primary_key=True),  # "2026-11", local
    Column("slug", String(40), primary_key=True),
    Column("helped", Integer, nullable=False, server_default=text("0")),
    Column("missed", Integer, nullable=False, server_default=text("0")),
)

audit = Table(
    "audit",
    metadata,
    key(),
    Column("at", Moment, nullable=False),
    to("people", "person_id", nullable=True),
    Column("act", String(40), nullable=False),
    to("units", "unit_id", nullable=True),
    Column("subject", Key),
)
