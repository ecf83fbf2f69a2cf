"""After a pick: it is named, taken back in words, and an older question is not lost (voice.md A14, A15)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from content import Choice, Message
from db.conversations import Offer
from handlers import answer, picking
from handlers.router import SILENCE, Turn
from vietnamese.text import fold, words

PICKED = "picked"  # in the draft, until the next message: [its menu's message, what it did]
TAKEN_BACK = frozenset(
    {"sua", "sua lai", "khong phai", "khong phai the", "khong dung", "sai", "sai roi", "chon lai", "nham", "nham roi"}
) | {f"{act} {word}" for act in ("bam", "chon", "nhan", "go") for word in ("nham", "nham roi", "sai")}
ABOUT_A_MEETING = frozenset({"answer", "absent", "reason"})
_TO_THE_QUESTION = ABOUT_A_MEETING | {"meeting", "change"}
_WAYS_BACK = frozenset({"thôi", "dừng", "sửa", "đổi"})
_ASKING = ("?", ":")
_SPEAKS_FOR_ITSELF = ("✅", "⚠️")  # a receipt, and why there is none


def keep(turn: Turn, action: str, menu: Offer | None = None) -> None:
    """Remember for the next message what was picked, and from which menu; no word of the menu is kept."""
    turn.draft[PICKED] = [_key(menu), action]


def take(turn: Turn) -> list[str] | None:
    """What the message before this one has picked."""
    kept: list[str] | None = turn.draft.pop(PICKED, None)
    return kept


def taken_back(turn: Turn, last: Sequence[str] | None, said: str, offers: Sequence[Offer]) -> Message | str | None:
    """What a "nhầm" right after a pick leads to: an action about a meeting, or a menu to choose from again."""
    if last is None or said not in TAKEN_BACK:
        return None
    key, action = last
    verb, *rest = _bare(action)
    if verb in ABOUT_A_MEETING:
        by = action.split()[:2] if action.startswith("as ") else []
        return " ".join([*by, "change", rest[0]])
    newest = offers[:1] if offers and _leads_back(offers[0].choices) else []
    menu = next(iter(newest), None) or next((o for o in offers if _key(o) == key), None)
    return turn.say("pick_again", choices=menu.choices) if menu else None


def at_the_end(turn: Turn, last: Sequence[str] | None, offers: Sequence[Offer]) -> Message | None:
    """What a "tiếp" behind the last page of a list leads to: the menu of that page stays the newest one."""
    if last is None or last[1] not in (picking.turned(menu.choices, turn.text) for menu in offers[1:]):
        return None
    keep(turn, last[1], offers[0])
    return turn.say("list_end")


def _key(menu: Offer | None) -> str:
    return str(menu.message_id) if menu else ""


def _leads_back(choices: Iterable[Mapping[str, str]]) -> bool:
    """Whether what was done can be stopped or changed by its own answer's choices."""
    return any(words(choice["label"])[:1] and words(choice["label"])[0] in _WAYS_BACK for choice in choices)


# ---- a number was typed ----


def named(turn: Turn, number: int, label: str, message: Message | None) -> Message | None:
    """The answer with what the number was taken for, where it does not say so itself; a question stays last."""
    if message is None or message is SILENCE or message.toast or message.text.startswith(_SPEAKS_FOR_ITSELF):
        return message
    core = words(fold(label))[1:]
    if not core or f" {' '.join(core)} " in f" {' '.join(words(fold(message.text)))} ":
        return message
    lines = message.text.split("\n")
    lines.insert(len(lines) - lines[-1].endswith(_ASKING), turn.say("picked", number=number, label=label).text)
    return replace(message, text="\n".join(lines))


def old_question(turn: Turn, offers: Sequence[Offer], number: int, label: str = "") -> Message | None:
    """The question about a meeting that stood before the newest menu, where this number answers that one too.

    `label`: what the number was taken for; "" where the newest menu has no such number. Whoever picks from a menu
    that he has asked for means it, unless it is the receipt of his own answer to that question.
    """
    before = offers[1].choices if len(offers) > 1 else []
    if number > len(before) or answer.asked_by(turn, offers[0].choices):
        return None
    meeting = answer.asked_by(turn, before)
    if meeting is None or (label and offers[0].solicited and not _is_receipt(offers[0].choices, meeting.id)):
        return None
    return answer.asks(turn, "number_old", meeting, number=number, label=label)


def _is_receipt(choices: Iterable[Mapping[str, str]], meeting_id: int) -> bool:
    return any(_bare(choice["action"]) == ["meeting", str(meeting_id)] for choice in choices)


def is_done(message: Message | None) -> bool:
    """Whether nothing more is asked by an answer, and it leads to no question about a meeting."""
    if message is None or message is SILENCE or message.expects or message.toast:
        return False
    return not any(_asks_more(choice) for choice in message.choices)


def _asks_more(choice: Choice) -> bool:
    return choice.action.startswith("as ") or _bare(choice.action)[0] in _TO_THE_QUESTION


def _bare(action: str) -> list[str]:
    """An action without whoever acts in front."""
    parts = action.split()
    return parts[2:] if parts[0] == "as" else parts
