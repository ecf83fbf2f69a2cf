"""Lists longer than a screen go on by words, on phones without buttons as on those with."""

from __future__ import annotations

import inspect
from datetime import timedelta

import pytest

from content import voice
from content.samples import SAMPLES
from db.conversations import Offer
from handlers import on, picking
from tests.stories.village import Village, at

ON = ("tiếp", "Tiếp ạ", "xem tiep", "xem tiếp đi", "nữa", "nua", "xem thêm", "trang sau", "tiếp theo")
BACK = ("trước", "xem trước", "phần trước", "trang truoc a")


def offers() -> list[Offer]:
    """The choices of every sample, as a chat would have been shown them."""
    shown = (voice.rendered(sample).choices for sample in SAMPLES)
    return [Offer(at(25), None, True, [vars(choice) for choice in choices]) for choices in shown if choices]


def paging() -> set[str]:
    """The actions whose last argument is the page of a list."""
    names = {name: list(inspect.signature(entry.handler).parameters) for name, entry in on.actions.items()}
    return {name for name, parameters in names.items() if parameters[-1] in ("page", "part")}


def test_every_list_that_has_pages_is_led_on_by_words() -> None:
    led = set()
    for offer in offers():
        onward = picking.picked([offer], "tiếp")
        if onward is not None:
            assert {picking.picked([offer], word) for word in ON} == {onward}
            led.add(onward.split()[0])
    assert led >= paging() and len(paging()) > 10


def test_a_word_for_what_was_before_goes_back_where_there_is_a_way() -> None:
    back = {action for offer in offers() for word in BACK if (action := picking.picked([offer], word))}
    assert {action.split()[0] for action in back} == {"agenda"}


@pytest.mark.parametrize("words", ["tiếp đón", "nữa thì sao", "họp tiếp không", "trước mấy giờ"])
def test_other_words_turn_no_page(words: str) -> None:
    assert [picking.picked([offer], words) for offer in offers()] == [None] * len(offers())


async def test_a_secretary_reads_a_long_list_to_its_end(village: Village) -> None:
    lam = await village.join(await village.add("Hoàng Văn Lâm", role="secretary"))
    for number in range(1, 24):
        await village.add(f"Bàn Văn {chr(64 + number)}", phone=f"+8490000{number:04}")
    await village.plan(at(3, 12, 19, 30))
    await village.forward(village.now + timedelta(minutes=5))
    first = await lam.says("ai chưa tham gia")
    assert "23 người chưa tham gia" in first and "Bàn Văn A" in first
    second = await lam.says("tiếp")
    assert "Bàn Văn K" in second and "Bàn Văn A:" not in second
    third = await lam.says("nữa")
    assert "Bàn Văn W" in third and "Tiếp" not in lam.choices
    for word in ("nữa", "tiếp"):
        assert await lam.says(word) == "Danh sách đến đây là hết."
    assert "In giấy mời" in lam.choices
