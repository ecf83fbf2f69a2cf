"""The lists of a commune and its cells: who is there, who has joined, papers to print. For those who keep them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

from content import File, Message
from db import joining, roster
from db.roster import Cell
from db.units import Unit
from handlers import home
from handlers.router import Router, Turn, Who
from vietnamese.text import fold

on = Router()

T = TypeVar("T")

CELLS_A_PAGE = 5
NAMES_A_PAGE = 10


def page_of(items: Sequence[T], page: int, size: int) -> tuple[Sequence[T], int | None]:
    """One page of a list, counted from 0, and the number of the one after it; a page that never was is the first."""
    page = page if 0 <= page * size < len(items) else 0
    following = page + 1 if (page + 1) * size < len(items) else None
    return items[page * size : (page + 1) * size], following


# ---- the official's cells ----


@on.action("cells", who=Who.OFFICIAL, words=("cac chi bo", "xem cac chi bo"))
def cells_(turn: Turn) -> Message:
    return cells_page(turn, 0)


@on.action("cells_page", who=Who.OFFICIAL)
def cells_page(turn: Turn, page: int) -> Message:
    """Every cell with its people, how many have not joined, and who leads it."""
    commune = roster.commune_of_official(turn.connection, turn.person.id)
    if commune is None:
        return home.not_yours(turn)
    lines = roster.cells(turn.connection, commune)
    shown, following = page_of(lines, page, CELLS_A_PAGE)
    return turn.say("cells", commune=commune, lines=shown, following=following, total=_total(lines))


def _total(lines: Sequence[Cell]) -> dict[str, int]:
    counted = [line for line in lines if line.unit.kind == "cell"]
    return {"cells": len(counted), "listed": sum(line.listed for line in lines)}


@on.action("cell", who=Who.STAFF)
def cell(turn: Turn, unit_id: int) -> Message:
    """One cell with what can be done about it."""
    unit = _unit(turn, unit_id)
    if unit is None:
        return home.not_yours(turn)
    return turn.say("cell", line=roster.cell(turn.connection, unit), official=_is_official(turn))


@on.action("pick_cell", who=Who.OFFICIAL)
def pick_cell(turn: Turn, what: str, page: int) -> Message:
    """For which cell? `what` is the action that follows; only cells where somebody has not joined are named."""
    commune = roster.commune_of_official(turn.connection, turn.person.id)
    if commune is None or what not in _AFTER:
        return home.lost(turn)  # a forged button
    waiting = [line.unit for line in roster.cells(turn.connection, commune) if line.not_joined]
    if len(waiting) == 1:
        return _AFTER[what](turn, waiting[0].id)
    units, following = page_of(waiting, page, NAMES_A_PAGE)
    return turn.say("pick_cell", what=what, units=units, following=following)


# ---- who has joined, and who has not ----


@on.action("not_joined", who=Who.STAFF)
def not_joined(turn: Turn, unit_id: int) -> Message:
    return not_joined_page(turn, unit_id, 0)


@on.action("not_joined_page", who=Who.STAFF)
def not_joined_page(turn: Turn, unit_id: int, page: int) -> Message:
    """Names and numbers of those whom the assistant cannot reach yet."""
    unit = _unit(turn, unit_id)
    if unit is None:
        return home.not_yours(turn)
    waiting = joining.not_joined(turn.connection, unit)
    shown, following = page_of(waiting, page, NAMES_A_PAGE)
    return turn.say("not_joined", unit=unit, people=shown, count=len(waiting), following=following)


@on.action("not_joined_mine", who=Who.STAFF, words=("ai chua tham gia", "xem ai chua tham gia"))
def not_joined_mine(turn: Turn) -> Message:
    """A secretary's own cell; an official is asked which."""
    if home.acting(turn) == "official":
        return pick_cell(turn, "not_joined", 0)
    return not_joined(turn, home.cell_of(turn).id)


@on.action("joined", who=Who.STAFF)
def joined(turn: Turn, unit_id: int, page: int) -> Message:
    """Who of a unit has joined."""
    unit = _unit(turn, unit_id)
    if unit is None:
        return home.not_yours(turn)
    people = [way.person for way in roster.joined(turn.connection, unit) if way.nth == 1]
    shown, following = page_of(people, page, NAMES_A_PAGE)
    return turn.say("joined", unit=unit, people=shown, count=len(people), following=following)


@on.action("lost_phone", who=Who.STAFF)
def lost_phone(turn: Turn, unit_id: int, page: int) -> Message:
    """Whose phone is lost? Somebody with two phones stands there twice."""
    unit = _unit(turn, unit_id)
    if unit is None:
        return home.not_yours(turn)
    ways, following = page_of(roster.joined(turn.connection, unit), page, NAMES_A_PAGE)
    return turn.say("lost_phone", unit=unit, ways=ways, following=following)


@on.action("read_code", who=Who.STAFF)
def read_code(turn: Turn, unit_id: int, page: int) -> Message:
    """Who is to hear his digits by telephone, without a paper?"""
    unit = _unit(turn, unit_id)
    if unit is None:
        return home.not_yours(turn)
    people, following = page_of(joining.not_joined(turn.connection, unit), page, NAMES_A_PAGE)
    return turn.say("read_code", unit=unit, people=people, following=following)


# ---- papers ----


@on.action("join_sheet", who=Who.STAFF)
def join_sheet(turn: Turn, unit_id: int) -> Message:
    """The invitations of a unit, made when the paper is; the digits are in no message and in no queue."""
    unit = _unit(turn, unit_id)
    if unit is None:
        return home.not_yours(turn)
    strips = len(joining.households(joining.not_joined(turn.connection, unit)))
    if not strips:
        return turn.say("not_joined", unit=unit, people=[], count=0, following=None)
    recipe = (unit.id, turn.person.id, turn.address.bot_id)
    return turn.say(
        "join_sheet", unit=unit, strips=strips, files=(_file("join_sheet", recipe, "giay-moi", unit, "pdf"),)
    )


@on.action("roster_file", who=Who.OFFICIAL)
def roster_file(turn: Turn, unit_id: int) -> Message:
    """The list of a unit as a workbook that can be corrected and sent back."""
    unit = _unit(turn, unit_id)
    if unit is None:
        return home.not_yours(turn)
    files = (_file("roster", (unit.id, turn.person.id), "danh-sach", unit, "xlsx"),)
    return turn.say("roster_file", unit=unit, files=files)


def _file(kind: str, recipe: tuple[int, ...], what: str, unit: Unit, ending: str) -> File:
    """A file's name in plain letters, whatever the unit is called."""
    place = re.sub(r"[^a-z0-9]+", "-", fold(unit.name)).strip("-")
    return File(kind, recipe, f"{what}-{place}.{ending}")


# ---- help for secretaries ----


@on.action("help_secretary", who=Who.SECRETARY)
def help_secretary(turn: Turn) -> Message:
    several = len(home.roles(turn)) > 1
    return turn.say("help_secretary", unit=home.cell_of(turn), phone=home.office_phone(turn), several=several)


def _unit(turn: Turn, unit_id: int) -> Unit | None:
    return roster.unit_for(turn.connection, turn.person.id, unit_id)


def _is_official(turn: Turn) -> bool:
    return roster.commune_of_official(turn.connection, turn.person.id) is not None


_AFTER = {"join_sheet": join_sheet, "not_joined": not_joined}
