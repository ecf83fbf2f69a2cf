"""A reply as the grams that are learned from: its words, its letters, the kinds of its words in a row, its evidence."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from vietnamese.reply_rules import Evidence
from vietnamese.text import fold

LONG = 14  # words; of a longer reply the last ones are looked at once more
LAST = 7
# Words that may stand for each other: what is learned of "mẹ tôi" is learned of "chồng em" as well.
_KINDS = {
    "GO": "đi dự họp ra đến tới qua sang tham gia về lên vô xuống",
    "STAY": "vắng nghỉ kiếu khất lỗi hẹn cáo",
    "NEG": "không chẳng chả nỏ chưa đâu đừng khỏi hổng hết thôi",
    "I": "tôi em cháu bác bà ông mình tui anh chị cô chú cụ tao choa con",
    "KIN": "bố mẹ chồng vợ thằng mệ thím cậu dâu rể nội ngoại hàng xóm nó họ ổng bả ảnh",
    "LATE": "muộn trễ chậm sau",
    "EARLY": "sớm trước giữa",
    "GUESS": "chắc khéo lẽ may hình xem tính tùy nếu đợi chờ biết",
    "ANIMAL": "lợn bò trâu gà chó dê ngựa vịt nái heo",
    "SICK": "ốm đau sốt viện mổ khám bệnh mệt cúm khớp",
    "ASK": "gì nào mấy sao ai bao nhiêu hả nhỉ chi răng mô",
    "CAN": "được kịp nổi xong",
    "BUT": "nhưng mà còn chứ tuy thế",
    "HAVE": "có sẽ vẫn cứ cũng phải",
    "TELL": "báo nhắn hộ giúp thay nhờ bảo gửi lời dặn",
    "TIME": "giờ rưỡi phút tiếng tám chín bảy",
    "TAP": "bấm nhấn ấn chọn gõ nút máy tin",
    "WRONG": "nhầm lộn sai lại sửa đổi",
    "STOP": "dừng xóa bỏ ngừng rút gạch",
    "ACK": "rõ nhận thấy đọc hiểu cảm ơn",
    "YES": "vâng dạ ừ ok",
    "PAST": "nãy rồi",
}
_KIND: dict[str, str] = {}
for _name, _words in _KINDS.items():
    for _word in _words.split():
        _KIND.setdefault(_word, _name)
        _KIND.setdefault(fold(_word), _name)


def grams(text: str, evidence: Evidence) -> Counter[str]:
    """What a reply has in common with others, and how often; politeness has no part in it."""
    said = " , ".join(evidence.clauses).split()
    bare = [fold(word) for word in said]
    kinds = [_KIND.get(word) or _KIND.get(plain) or plain for word, plain in zip(said, bare, strict=True)]
    return Counter(
        chain(
            (f"w {word}" for word in said),
            (f"f {word}" for word in bare),
            _runs("f", ["^", *bare, "$"], (2, 3)),
            _letters(f" {' '.join(bare)} "),
            _runs("m", [kind for kind in kinds if kind[0].isalnum()], (2, 3)),
            _runs("k", ["^", *_skeleton(kinds), "$"], (1, 2, 3, 4)),
            (f"e {sign}" for sign in text if ord(sign) > 0x2190),
            (f"last {word}" for word in bare[-LAST:]) if len(bare) > LONG else (),
            (f"length {len(bare)}",) if len(bare) <= 3 else (),
        )
    )


def _runs(mark: str, row: Sequence[str], lengths: Iterable[int]) -> Iterator[str]:
    for length in lengths:
        yield from (f"{mark} {' '.join(row[at : at + length])}" for at in range(len(row) - length + 1))


def _letters(text: str) -> Iterator[str]:
    for length in (3, 4, 5):
        yield from (text[at : at + length] for at in range(len(text) - length + 1))


def _skeleton(kinds: Sequence[str]) -> list[str]:
    """The kinds of words alone, in their order, none twice in a row: "em thì em không đi" is I NEG GO."""
    row: list[str] = []
    for kind in kinds:
        shown = "#" if kind.isdigit() else "|" if kind in ",.;!" else kind if kind.isupper() or kind == "?" else ""
        if shown and row[-1:] != [shown]:
            row.append(shown)
    return row


def marks(evidence: Evidence) -> list[str]:
    """What the rules found, as grams of their own."""
    meaning = evidence.meaning
    found = [f"intent {meaning.intent}", f"intent {meaning.intent} {meaning.ask_back}"]
    found += [f"reason {meaning.reason}"] if meaning.reason else []
    found += [f"mark {mark}" for mark in evidence.marks]
    found += [f"first {mark}" for mark in evidence.first]
    return found + [f"last {mark}" for mark in evidence.last]
