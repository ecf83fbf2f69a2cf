"""Going on with what was being put together when something else came in between; home says that it waits."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from content import Message
from db import people
from handlers import cancel, home, move, notice, oneoff, plan, publish, reply, settle
from handlers.router import Router, Turn, Who

on = Router()

_FLOWS: Mapping[str, Callable[[Turn], Message]] = {
    "plan": plan.go_on,
    "oneoff": oneoff.go_on,
    "move": move.go_on,
    "cancel": cancel.go_on,
    "settle": settle.go_on,
    "notice": notice.go_on,
    "reply": reply.go_on,
    "publish": publish.go_on,
}
_OFFICIALS = frozenset({"notice", "reply", "publish"})


@on.action("go_on", who=Who.STAFF, words=("lam tiep", "soan tiep", "tiep tuc", "tiep", "lam not"))
def go_on(turn: Turn) -> Message:
    """Whoever of a shared phone began it goes on, if he still may."""
    flow = home.unfinished(turn)
    beginner = next((person for person in turn.people if person.id == turn.draft.get("began_by")), None)
    go = _FLOWS.get(flow or "")
    if go is None or beginner is None or not _may(turn, flow in _OFFICIALS, beginner.id):
        return home.home(turn)
    turn.persons = (beginner,)
    return go(turn)


def _may(turn: Turn, as_official: bool, person_id: int) -> bool:
    held = {role for role, _ in people.roles_of(turn.connection, person_id)}
    return bool(held & ({"official"} if as_official else set(people.SECRETARIES)))
