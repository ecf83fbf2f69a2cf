"""What a reply says by rules alone: evidence collected clause by clause, and what it comes to.

A wrong promise is the one mistake that matters: "sẽ dự" for someone who will be absent, or the reverse. So evidence is
collected clause by clause (negation before keyword), and where it points both ways the answer is to ask back.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from vietnamese import reply_evidence as heard
from vietnamese import reply_requests as requests
from vietnamese.patterns import has, pattern
from vietnamese.reply_reasons import REASONS
from vietnamese.text import word_number
from vietnamese.typed import spoken

# The numbers of the attendance question never change (voice.md, principle 11).
_NUMBERS = {1: "present", 2: "absent", 3: "unsure", 4: "late"}
_YES_SIGNS = frozenset("👍👌✅☑✔🙋🆗")
_NO_SIGNS = frozenset("👎❌🙅✖")
_LINK = re.compile(r"https?://|www\.|\.(com|vn|net)\b", re.IGNORECASE)
# A word that is more than a form of address or a tail of politeness.
_SAYS = re.compile(r"(?<![^ ])(?!(?:ạ|a|nhé|nha|hỉ|ơi|bác|cháu|em|anh|chị|ông|bà|chú|cô|đồng|chí)(?: |$))[^\W\d_]")
_CLAUSE_END = frozenset(",.;!:()…–")
_CLAUSE_BEGIN = frozenset(("nhưng", "nhung", "còn"))


@dataclass(frozen=True)
class Understanding:
    """What a reply means.

    `intent`: present, absent, late, leave_early, unsure, ambiguous, ack, proxy, correct, question, help, call, opt_out
    or other. `reason`, only with absent: health, work, family, away, official, exempt, moved or none. `ask_back`:
    nothing may be recorded before the person has been asked once more. `needs` is "lift" where a ride is asked for.
    """

    intent: str
    reason: str | None = None
    ask_back: bool = False
    needs: str | None = None


# What is looked for in a clause, in this order.
_STEPS = (
    ("yes_against_no", heard.YES_AGAINST_NO),
    ("no_against_yes", heard.NO_AGAINST_YES),
    ("early", heard.EARLY),
    ("late", heard.LATE),
    ("leaning", heard.LEANING),
    ("unsure", heard.UNSURE),
    ("absent", heard.ABSENT),
    ("elsewhere", heard.ELSEWHERE),
    ("present", heard.PRESENT),
)
_SHORT = (("yes", heard.YES), ("no", heard.NO), ("unclear", heard.UNCLEAR))

_COMING = {"present", "yes_against_no"}
_STAYING = {"absent", "no_against_yes"}
_DOUBT = {"unsure", "leaning"}
_OUTRIGHT = _COMING | _STAYING | {"late", "early"}
# What comes before any promise, unless one of the marks beside it was found.
_NO_ANSWERS: tuple[tuple[tuple[str, ...], Understanding, set[str]], ...] = (
    (requests.OPT_OUT, Understanding("opt_out"), set()),
    (requests.LIFT, Understanding("call", needs="lift"), set()),
    (requests.PROXY, Understanding("proxy", ask_back=True), set()),
    (requests.HELP, Understanding("help"), _COMING),
    (requests.NO_TRANSPORT, Understanding("unsure", ask_back=True, needs="lift"), set()),
    (requests.CALL, Understanding("call"), _OUTRIGHT),
    (requests.MISTAKE, Understanding("correct", ask_back=True), _OUTRIGHT),
)
_AMBIGUOUS = Understanding("ambiguous", ask_back=True)
_OTHER = Understanding("other")


@dataclass(frozen=True)
class Evidence:
    """What the rules make of a reply: `marks` are the kinds of evidence found, `first` and `last` those of its ends.

    `certain`: a number, a sign, a bare "vang", an advertisement: there is nothing to learn about these.
    `clauses`: the words, in one spelling and without politeness.
    """

    meaning: Understanding
    certain: bool = False
    clauses: tuple[str, ...] = ()
    marks: frozenset[str] = frozenset()
    first: frozenset[str] = frozenset()
    last: frozenset[str] = frozenset()


def weigh(text: str, attendance: bool) -> Evidence:
    """Reads a reply; without the attendance question a bare "có", "1" or "vâng" answers something else."""
    clauses = _clauses(text)
    whole = " ".join(clauses).replace(" ?", "")
    if (number := word_number(whole)) is not None:
        return Evidence(_of_number(number) if attendance else _OTHER, certain=True)
    if not _SAYS.search(whole):
        return Evidence(_of_signs(text) if attendance else _OTHER, certain=True)
    if _LINK.search(text) or has(whole, *requests.SPAM):
        return Evidence(_OTHER, certain=True)
    if has(" ".join(clauses), heard.BOTH):
        return Evidence(_AMBIGUOUS if attendance else _OTHER, certain=True)
    marks = _marks_of(clauses, attendance)
    ends = [frozenset(_marks(clause, attendance)) for clause in (clauses[0], clauses[-1])]
    meaning = _no_answer(whole, marks) or _answer(whole, marks) or (_of_signs(text) if attendance else _OTHER)
    return Evidence(meaning, marks == {"unclear"}, tuple(clauses), frozenset(marks), *ends)


def _of_number(number: int) -> Understanding:
    intent = _NUMBERS.get(number)
    if intent is None:
        return _AMBIGUOUS
    return Understanding(intent, "none" if intent == "absent" else None)


def _of_signs(text: str) -> Understanding:
    # A plus is a yes alone, and the beginning of a phone number otherwise.
    yes, no = bool(_YES_SIGNS & set(text)) or text.strip() == "+", bool(_NO_SIGNS & set(text))
    if yes and no:
        return _AMBIGUOUS
    if yes:
        return Understanding("present")
    return Understanding("absent", "none") if no else _OTHER


def _clauses(text: str) -> list[str]:
    """The clauses of a text in one spelling, without politeness; a question keeps its mark as its last word."""
    clauses: list[list[str]] = [[]]
    for word in spoken(text.replace("\n", " , ")):
        if word in _CLAUSE_END:
            clauses.append([])
        elif word == "?":
            clauses[-1].append(word)
            clauses.append([])
        elif word in _CLAUSE_BEGIN:
            clauses.append([word])
        elif word[0].isalnum():
            clauses[-1].append(word)
    plain = [trimmed for clause in clauses if (trimmed := _without_manners(" ".join(clause)))]
    # "Cảm ơn" is an answer only where nothing else is said.
    return [clause for clause in plain if not has(clause, *heard.ONLY_MANNERS)] or plain


def _without_manners(clause: str) -> str:
    """The clause without what is said for politeness before and after it; never quite empty."""
    for spelling in (heard.MANNERS_AFTER, heard.MANNERS_BEFORE):
        clause = pattern(spelling).sub("", clause).strip() or clause
    return clause


def _marks_of(clauses: list[str], attendance: bool) -> set[str]:
    """The kinds of evidence in all clauses; what is said of another time counts only where nothing else is said."""
    now, before = set[str](), set[str]()
    for clause in clauses:
        marks = _marks(clause, attendance)
        marks = {"question"} if _asks(clause, marks) else marks
        (before if has(clause, *heard.PAST) else now).update(marks)
    return now if now - {"reason", "question"} else now | before


def _asks(clause: str, marks: set[str]) -> bool:
    if marks & {"yes_against_no", *_DOUBT}:
        return False
    return clause.endswith("?") or any(has(form, *requests.QUESTION) for form in (clause, _core(clause)))


def _marks(clause: str, attendance: bool) -> set[str]:
    """The kinds of evidence in one clause; what one kind has used is out of sight for the next."""
    left = _without(clause, heard.IDLE)
    marks = {"reason"} if _reason(left) else set[str]()
    for mark, spellings in _STEPS:
        rest = _without(left, spellings)
        if rest != left:
            marks.add(mark)
        left = rest
    # A bare yes or no answers only the question put last.
    return marks | ({mark for mark, spelling in _SHORT if has(_core(clause), spelling)} if attendance else set())


def _without(clause: str, spellings: Sequence[str]) -> str:
    for spelling in spellings:
        clause = pattern(spelling).sub("|", clause)
    return clause


def _core(clause: str) -> str:
    """The clause without polite words at either end."""
    row = pattern(heard.TITLE).sub("", clause.removesuffix("?")).split() or [clause]
    filler = pattern(heard.FILLER)
    while len(row) > 1 and filler.fullmatch(row[-1]):
        row.pop()
    while len(row) > 1 and filler.fullmatch(row[0]):
        row.pop(0)
    return " ".join(row)


def _reason(text: str) -> str | None:
    return next((kind for kind, spellings in REASONS if has(text, *spellings)), None)


def _no_answer(whole: str, marks: set[str]) -> Understanding | None:
    """Requests and reports; None when the text is about the person's own coming."""
    for spellings, meaning, overruling in _NO_ANSWERS:
        if not marks & overruling and has(whole, *spellings):
            return meaning
    return None


def _answer(whole: str, marks: set[str]) -> Understanding | None:
    if marks & _DOUBT:
        return Understanding("unsure", ask_back=bool(marks & {"leaning", *_OUTRIGHT}))
    if marks & _OUTRIGHT:
        return _outright_answer(whole, marks)
    if "question" in marks:
        return Understanding("question", ask_back="reason" in marks)
    return _weak_answer(whole, marks)


def _outright_answer(whole: str, marks: set[str]) -> Understanding:
    partly = "late" if "late" in marks else "leave_early" if "early" in marks else None
    if marks & _STAYING:
        clear = not partly and not marks & _COMING
        return Understanding("absent", _reason(whole) or "none") if clear else _AMBIGUOUS
    if partly:
        return Understanding(partly)
    if "no" in marks:
        return _AMBIGUOUS
    # "Không vắng" alone is heard too easily as its contrary.
    return Understanding("present", ask_back="present" not in marks)


def _weak_answer(whole: str, marks: set[str]) -> Understanding | None:
    """What is left when nothing is said outright: a reason, a bare yes or no, a receipt."""
    if "yes" in marks and marks & {"reason", "no"}:
        return _AMBIGUOUS
    if marks & {"reason", "no"}:
        return Understanding("absent", _reason(whole) or "none")
    if has(whole, *requests.ACK):
        return Understanding("ack")
    if "unclear" in marks:
        return _AMBIGUOUS
    return Understanding("present") if "yes" in marks else None
