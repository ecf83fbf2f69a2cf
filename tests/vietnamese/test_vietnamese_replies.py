import csv
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vietnamese import reply_learning, reply_model
from vietnamese.replies import understand
from vietnamese.text import fold
from vietnamese.typed import spoken

# Invented sentences, and the seed list of the field notes, with what a careful reader takes them for.
with (Path(__file__).parent / "replies.tsv").open(encoding="utf-8") as table:
    SAID = [(row["text"], row["intent"]) for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)]

# Replies that nothing has been learned from and no rule was written on, by persons of many kinds.
with (Path(__file__).parent / "unseen.tsv").open(encoding="utf-8") as table:
    UNSEEN = [reply_learning.Reply(**row) for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)]

PROMISES = {"present", "absent"}


def test_nobody_who_comes_is_taken_for_absent_nor_the_reverse() -> None:
    wrong = [
        (text, meant, heard)
        for text, meant in SAID
        if (heard := understand(text).intent) != meant and {meant, heard} == PROMISES
    ]
    assert wrong == []


def test_nearly_all_sentences_are_understood() -> None:
    missed = [(text, meant, understand(text).intent) for text, meant in SAID if understand(text).intent != meant]
    assert len(SAID) > 500
    assert len(missed) <= len(SAID) * 0.03, missed


def test_unseen_replies_are_understood_and_promise_next_to_nothing_wrongly() -> None:
    right, wrong = 0, []
    for reply in UNSEEN:
        heard = understand(reply.text)
        right += heard.intent == reply.intent
        contrary = {reply.intent, heard.intent} == PROMISES
        promised = reply.intent in {"ambiguous", "ack"} and heard.intent in {*PROMISES, "late", "leave_early"}
        if (contrary or promised) and not heard.ask_back:
            wrong.append((reply.text, reply.intent, heard.intent))
    assert len(UNSEEN) > 500
    assert right / len(UNSEEN) >= 0.92
    assert len(wrong) / len(UNSEEN) <= 0.005, wrong


def test_what_is_learned_is_not_what_is_tested() -> None:
    learned = {fold(reply.text) for reply in reply_learning.read()}
    assert [reply.text for reply in UNSEEN if fold(reply.text) in learned] == []


def test_the_weights_were_made_from_the_replies_beside_them() -> None:
    import numpy as np

    with np.load(reply_model.WEIGHTS) as kept:
        assert bytes(kept["made_from"]).decode() == reply_learning.digest(), "run python -m vietnamese.reply_learning"
    assert reply_model.WEIGHTS.stat().st_size < 5_000_000


@pytest.mark.parametrize(
    "changed",
    [
        str.upper,
        str.lower,
        lambda text: unicodedata.normalize("NFD", text),
        lambda text: f"  {text.replace(' ', '   ')} ",
        lambda text: f"{text}.",
        lambda text: f"{text} ạ",
        lambda text: f"{text} nhé",
        lambda text: f"{text} bác ơi",
        lambda text: f"{text} đồng chí ơi",
        lambda text: f"Dạ {text}",
        lambda text: f"Báo cáo đồng chí bí thư, {text}",
        lambda text: f"{text}, cảm ơn cháu",
        fold,
        lambda text: f"{fold(text)} nhe",
    ],
    ids=[
        "upper",
        "lower",
        "nfd",
        "spaces",
        "stop",
        "ạ",
        "nhé",
        "ơi",
        "title",
        "dạ",
        "report",
        "thanks",
        "bare",
        "bare tail",
    ],
)
def test_manners_case_spacing_and_lost_marks_never_turn_a_promise_round(changed: Callable[[str], str]) -> None:
    promised = [(text, meant) for text, meant in SAID if meant in PROMISES]
    turned = [text for text, meant in promised if {meant, understand(changed(text)).intent} == PROMISES]
    assert turned == []


@pytest.mark.parametrize("tail", [" ạ", " nhé", " bác ơi", ".", "!"])
def test_a_polite_tail_changes_nothing(tail: str) -> None:
    assert [text for text, _ in SAID if understand(text + tail).intent != understand(text).intent] == []


def test_a_very_long_text_is_read_too() -> None:
    assert understand("Hôm ấy bận việc nhà lắm. " * 160 + "Tôi xin vắng.").intent == "absent"


@given(st.text())
def test_no_text_breaks_the_reading_of_replies(text: str) -> None:
    assert understand(text).intent


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Tôi ốm không đi được", "health"),
        ("tooi bij oosm xin vawngs", "health"),
        ("dau lung qua xin nghi", "health"),
        ("vợ ốm, xin vắng", "family"),
        ("nhà có đám cưới, không dự được", "family"),
        ("phải trông cháu nên tôi vắng", "family"),
        ("xin vắng vì đi làm ca đêm", "work"),
        ("dang gat lua khong di duoc", "work"),
        ("tôi đang ở Bắc Ninh, không về được", "away"),
        ("di lam xa, xin vang", "away"),
        ("đi công tác huyện, xin vắng", "official"),
        ("em đi tập huấn nên vắng ạ", "official"),
        ("tôi được miễn sinh hoạt rồi", "exempt"),
        ("toi chuyen sinh hoat ve noi khac roi", "moved"),
        ("xin vắng", "none"),
        ("có việc riêng, không đi được", "none"),
        ("2", "none"),
    ],
)
def test_only_the_kind_of_a_reason_is_heard(text: str, reason: str) -> None:
    heard = understand(text)
    assert (heard.intent, heard.reason) == ("absent", reason)


@pytest.mark.parametrize("text", ["vang", "Vang a", "da vang", "chau vang", "vang bac oi", "vang nhe", "VANG!"])
def test_vang_without_marks_is_always_asked_back(text: str) -> None:
    assert (understand(text).intent, understand(text).ask_back) == ("ambiguous", True)
    assert understand("vâng").intent == "present"
    assert understand("vắng").intent == "absent"


@pytest.mark.parametrize(
    "text",
    [
        "tôi đi, à mà không đi được",
        "không, tôi có đi",
        "vâng nhưng con ốm",
        "chắc không đi được",
        "không vắng đâu",
        "bấm nhầm rồi",
        "nhắn hộ bà Mùi: bà ấy xin vắng",
        "O Sâm nhờ tui nói là o không đi được",
        "đi / không đi",
        "có mặt / vắng mặt",
    ],
)
def test_what_points_both_ways_is_asked_back(text: str) -> None:
    assert understand(text).ask_back


@pytest.mark.parametrize(
    ("sign", "intent"),
    [
        ("👍", "present"),
        ("❌", "absent"),
        ("👍❌", "ambiguous"),
        ("🌹", "other"),
        ("+", "present"),
        ("+84 900 000 012", "other"),
    ],
)
def test_signs_answer_too(sign: str, intent: str) -> None:
    assert understand(sign).intent == intent


@pytest.mark.parametrize("text", ["có", "không", "vâng", "vang", "1", "2", "👍", "ok"])
def test_a_bare_yes_or_no_answers_only_the_question_put_last(text: str) -> None:
    assert understand(text, asked="consent").intent == "other"
    assert understand(text, asked=None).intent == "other"


def test_a_whole_sentence_needs_no_question() -> None:
    assert understand("tôi xin vắng buổi họp tối nay", asked=None).intent == "absent"
    assert understand("tôi sẽ đi họp", asked=None).intent == "present"


@pytest.mark.parametrize(
    "text",
    ["mất sóng cả bản không vào được sổ tay thì họp ra sao", "người già không đi họp được thì cử ai đến hỏi thăm"],
)
def test_what_was_not_asked_is_no_answer_where_the_weights_hear_a_question(text: str) -> None:
    assert understand(text, asked=None).intent == "question"


@pytest.mark.parametrize(
    ("earlier", "text", "intent"),
    [
        (["không"], "đi được", "absent"),
        (["tôi", "xin"], "vắng", "absent"),
        (["chắc"], "không đi được", "unsure"),
        (["tôi xin vắng buổi này"], "à nhầm, tôi đi được", "present"),
        (["Tôi sẽ đi họp"], "cháu nhé", "present"),
    ],
)
def test_a_sentence_in_pieces_is_read_as_one(earlier: list[str], text: str, intent: str) -> None:
    assert understand(text, earlier=earlier).intent == intent


def test_a_ride_is_noticed() -> None:
    assert understand("ai qua chở tôi đi họp với").needs == "lift"
    assert understand("xe hỏng không đi được").needs == "lift"
    assert understand("tôi đi").needs is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("tooi khoong dduwowcj khoer", "tôi không được khỏe"),
        ("tooi khoong dduwocj ddi", "tôi không được đi"),
        ("vangws mawtj", "vắng mặt"),
        ("kho6ng d9i d9u7o75c", "không đi được"),
        ("co1 ma85t", "có mặt"),
        ("đi nhung mụôn", "đi nhung muộn"),
        ("hoá khoẻ thuỷ", "hóa khỏe thủy"),
        ("dượccccc đii", "dược đi"),
        ("k đi đc r", "không đi được rồi"),
        ("t5 19h30 30p", "thứ 5 19 giờ 30 30 phút"),
        ("so1 50kg", "so 1 50 kg"),
        ("zalo facebook", "zalo facebook"),
    ],
)
def test_careless_typing_gets_one_spelling(typed: str, meant: str) -> None:
    assert " ".join(spoken(typed)) == meant
