"""Papers to print: the sheet by which a cell's people join, and the black-and-white square of one link."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

from vietnamese.dates import lunar_words, weekday_words
from vietnamese.text import capital

TEMPLATE = Path(__file__).with_name("join.typ")
TITLE = "Giấy mời tham gia trợ lý chi bộ"


@dataclass(frozen=True, slots=True)
class JoinLine:
    """One invitation: number on the sheet, names (several in a household), digits "482 913 057", deep link if any."""

    number: int
    names: tuple[str, ...]
    digits: str
    link: str | None


@dataclass(frozen=True, slots=True)
class Assistant:
    """The names to look for: "@SuoiTrongBot" in Telegram, "Bot Trợ lý Suối Trong" in Zalo; "" where it is not there."""

    telegram: str
    zalo: str


def join_sheet(
    cell_name: str,
    commune_name: str,
    office_phone: str,
    people: Sequence[JoinLine],
    valid_until: date,
    *,
    assistant: Assistant,
) -> bytes:
    """A PDF, A4, one strip a person with dotted lines to cut along; no strip is broken across pages.

    `cell_name` is "chi bộ thôn Khe Đào", `commune_name` "xã Suối Trong", `office_phone` as it is to be read
    ("0900 000 001"), `valid_until` the last local day on which the codes work, `assistant` what to look for, without
    which nobody could send the digits anywhere.
    """
    import typst  # noqa: PLC0415 -- 60 MB of machinery that only this paper needs

    inputs = sheet_inputs(cell_name, commune_name, office_phone, people, valid_until, assistant=assistant)
    pdf: bytes = typst.compile(TEMPLATE.read_bytes(), format="pdf", sys_inputs=inputs, ignore_system_fonts=True)
    return pdf


def sheet_inputs(
    cell_name: str,
    commune_name: str,
    office_phone: str,
    people: Sequence[JoinLine],
    valid_until: date,
    *,
    assistant: Assistant,
) -> dict[str, str]:
    """What the template is given: one JSON text, so that no name can be read as markup."""
    sheet = {
        "title": TITLE,
        "cell": capital(cell_name),
        "commune": commune_name,
        "phone": office_phone,
        "telegram": assistant.telegram,
        "zalo": assistant.zalo,
        "valid_until": _whole_date(valid_until),
        "last_day": f"{valid_until.day} tháng {valid_until.month}",
        "people": [
            {
                "number": line.number,
                "names": line.names,
                "digits": line.digits,
                "square": _square_svg(line.link) if line.link else "",
            }
            for line in people
        ],
    }
    return {"sheet": json.dumps(sheet)}


def qr_png(link: str) -> bytes:
    """The square of a link as a picture to send: about 400 pixels wide, with the white border that readers need."""
    return _square(link, kind="png", scale=10, border=4)


def _square_svg(link: str) -> str:
    return _square(link, kind="svg", border=2, xmldecl=False).decode()


def _square(link: str, **form: Any) -> bytes:
    import segno  # noqa: PLC0415 -- only invitations are drawn

    picture = BytesIO()
    # Level M is read though an eighth of the square is smudged or folded.
    segno.make(link, error="m", micro=False).save(picture, **form)
    return picture.getvalue()


def _whole_date(day: date) -> str:
    """With the year, because a paper may lie about for long."""
    return f"{weekday_words(day)}, ngày {day.day} tháng {day.month} năm {day.year} ({lunar_words(day)})"
