from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vietnamese.dates import date_button, date_words, moment_words, time_words
from vietnamese.phrases import Reading, read_moment, read_time
from vietnamese.text import fold

HOME = ZoneInfo("Asia/Ho_Chi_Minh")
# Thursday morning, the 25th of the tenth lunar month; the month of Chạp and Tết (6 February) are ahead.
NOW = datetime(2026, 12, 3, 10, 0, tzinfo=HOME)


def _at(clock: str | None) -> time | None:
    return time.fromisoformat(clock) if clock else None


@pytest.mark.parametrize(
    ("typed", "day", "clock"),
    [
        ("tối mai 7 rưỡi", "2026-12-04", "19:30"),
        ("toi mai 7 ruoi", "2026-12-04", "19:30"),
        ("Tối Mai, 7 Rưỡi ạ", "2026-12-04", "19:30"),
        ("tối mai", "2026-12-04", None),
        ("tối thứ 7 tuần sau 7 rưỡi", "2026-12-12", "19:30"),
        ("toi thu 7 tuan sau 7 ruoi", "2026-12-12", "19:30"),
        ("7h30 tối thứ bảy tuần tới", "2026-12-12", "19:30"),
        ("tuần sau thứ 7 lúc 19h", "2026-12-12", "19:00"),
        ("thứ 7 tuần này", "2026-12-05", None),
        ("thu 7 tuan nay", "2026-12-05", None),
        ("thứ 7 tuần sau nữa", "2026-12-19", None),
        ("thứ bẩy này", "2026-12-05", None),
        ("thứ 7 tới", "2026-12-05", None),
        ("thu 7 toi", "2026-12-05", None),
        ("thứ năm tới", "2026-12-10", None),
        ("t7 19h", "2026-12-05", "19:00"),
        ("thu 7 toi 7h", "2026-12-05", "19:00"),
        ("thứ 7 tới 2h", "2026-12-05", "14:00"),
        ("chủ nhật này", "2026-12-06", None),
        ("cn", "2026-12-06", None),
        ("8h sáng CN", "2026-12-06", "08:00"),
        ("8h sang thu hai", "2026-12-07", "08:00"),
        ("thứ hai 2h chiều", "2026-12-07", "14:00"),
        ("thứ 5 7h sáng", "2026-12-10", "07:00"),
        ("hôm nay", "2026-12-03", None),
        ("chiều nay 4 giờ", "2026-12-03", "16:00"),
        ("tối nay", "2026-12-03", None),
        ("ngày mai", "2026-12-04", None),
        ("mai 12h", "2026-12-04", "12:00"),
        ("sáng mốt", "2026-12-05", None),
        ("sang mot 9h", "2026-12-05", "09:00"),
        ("ngày kia", "2026-12-05", None),
        ("3 ngày nữa", "2026-12-06", None),
        ("ba hôm nữa 7 giờ tối", "2026-12-06", "19:00"),
        ("1 tuần nữa", "2026-12-10", None),
        ("rằm", "2026-12-23", None),
        ("tối rằm 8h", "2026-12-23", "20:00"),
        ("rằm tháng 7", "2027-08-16", None),
        ("ram thang bay", "2027-08-16", None),
        ("rằm tháng sau", "2026-12-23", None),
        ("mùng 3 âm lịch", "2026-12-11", None),
        ("mung 3 am", "2026-12-11", None),
        ("mồng bốn tháng mười một âm lịch", "2026-12-12", None),
        ("25 âm", "2026-12-03", None),
        ("mùng 10 tháng Chạp", "2027-01-17", None),
        ("mùng 1 tháng giêng", "2027-02-06", None),
        ("mùng 4 tết", "2027-02-09", None),
        ("mùng 5 tháng 1 dương lịch", "2027-01-05", None),
        ("ngày 12/12", "2026-12-12", None),
        ("12/12 lúc 19h30", "2026-12-12", "19:30"),
        ("12-12-2026", "2026-12-12", None),
        ("12.12.26 19:30", "2026-12-12", "19:30"),
        ("2026-12-20 07:30", "2026-12-20", "07:30"),
        ("12 tháng 12", "2026-12-12", None),
        ("ngày mười hai tháng mười hai", "2026-12-12", None),
        ("ngày 3 tháng 1 năm 2027", "2027-01-03", None),
        ("ngày 3 tháng 1 năm sau", "2027-01-03", None),
        ("3/1", "2027-01-03", None),
        ("ngày 20/9", "2027-09-20", None),
        ("ngày 28", "2026-12-28", None),
        ("ngay 28 thang sau luc 8h", "2027-01-28", "20:00"),
        ("hôm thứ sáu 11/12", "2026-12-11", None),
        ("thứ Năm, ngày 3 tháng 12 (25 tháng 10 âm)", "2026-12-03", None),
        ("7 giờ kém 15", None, "18:45"),
        ("8h kém 10 tối thứ 6", "2026-12-04", "19:50"),
        ("19h30", None, "19:30"),
        ("7h tối", None, "19:00"),
        ("19 giờ 30 phút", None, "19:30"),
        ("7g30 tối", None, "19:30"),
        ("bảy giờ mười lăm sáng mai", "2026-12-04", "07:15"),
        ("7h 12/12", "2026-12-12", "19:00"),
        ("7 giờ 3 ngày nữa", "2026-12-06", "19:00"),
    ],
)
def test_ordinary_words_for_a_day_and_an_hour(typed: str, day: str | None, clock: str | None) -> None:
    expected = Reading(date=date.fromisoformat(day) if day else None, time=_at(clock))
    assert read_moment(typed, NOW) == expected


@pytest.mark.parametrize(
    ("typed", "clock"),
    [
        ("1h", "13:00"),
        ("6h", "18:00"),
        ("7h", "19:00"),
        ("8 rưỡi", "20:30"),
        ("9h", "09:00"),
        ("11h", "11:00"),
        ("12h", "12:00"),
        ("07h30", "07:30"),
        ("0h", "00:00"),
        ("13h", "13:00"),
        ("7h sáng", "07:00"),
    ],
)
def test_an_hour_without_a_part_of_day_is_a_cells_hour(typed: str, clock: str) -> None:
    assert read_moment(f"{typed} mai", NOW).time == _at(clock)


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("mùng 5 tháng sau", ["2027-01-05", "2026-12-13"]),
        ("mung 5 thang sau", ["2027-01-05", "2026-12-13"]),
        ("mùng 5", ["2026-12-05", "2026-12-13"]),
        ("mồng 10 tháng 1", ["2027-01-10", "2027-02-15"]),
        ("thứ 5", ["2026-12-03", "2026-12-10"]),
        ("thứ năm 7h tối", ["2026-12-03", "2026-12-10"]),
    ],
)
def test_what_may_mean_two_days_gives_both(typed: str, days: list[str]) -> None:
    reading = read_moment(typed, NOW)
    assert reading.date is None
    assert [day.isoformat() for day in reading.ambiguous] == days


@pytest.mark.parametrize(
    ("typed", "day", "suggest"),
    [
        ("ngày 2", "2026-12-02", "2027-01-02"),
        ("ngày 2/12", "2026-12-02", "2027-01-02"),
        ("thứ 2 tuần này", "2026-11-30", "2026-12-07"),
        ("hôm nay 7h sáng", "2026-12-03", "2026-12-04"),
        ("hôm qua", "2026-12-02", None),
        ("12/12/2025", "2025-12-12", "2026-12-12"),
        ("mùng 1 tháng 10 âm", "2026-11-09", "2026-12-09"),
        ("thứ tư tuần trước", "2026-11-25", "2026-12-09"),
    ],
)
def test_a_past_day_is_caught_and_the_next_sensible_one_offered(typed: str, day: str, suggest: str | None) -> None:
    reading = read_moment(typed, NOW)
    assert (reading.past, reading.date) == (True, date.fromisoformat(day))
    assert reading.suggest == (date.fromisoformat(suggest) if suggest else None)


@pytest.mark.parametrize(
    "typed",
    [
        "cuối tháng",
        "đầu tháng sau",
        "dau thang sau",
        "giữa tuần",
        "tuần sau",
        "cuối tuần",
        "thứ 7 hoặc chủ nhật",
        "thu 7 hay chu nhat",
        "thứ 7 chủ nhật",
        "từ 7h đến 9h tối mai",
        "trước thứ 7",
        "sau rằm",
        "đừng họp tối mai",
        "19h sáng mai",
        "2h tối mai",
        "25h mai",
        "30 tháng 2",
        "32/12",
        "thứ 8",
        "thứ sáu ngày 3/12",
        "mai 12/12",
        "tối mai họp 2 tiếng",
        "22 người",
        "sáng mai tối mai",
        "12/12/2999",
        "ngày kìa",
        "tối mai 7 rưỡi " + "họp chi bộ " * 30,
        "",
    ],
)
def test_what_is_not_wholly_understood_is_not_read_at_all(typed: str) -> None:
    assert read_moment(typed, NOW) == Reading(left_over=typed)


@pytest.mark.parametrize(
    ("typed", "rest"),
    [
        ("họp chi bộ tối mai 7 rưỡi ở nhà văn hóa", "họp chi bộ ở nhà văn hóa"),
        ("đổi sang tối mai 7 rưỡi", "đổi sang"),
        ("tôi muốn họp 7h tối mai", "tôi muốn họp"),
        ("Mời họp 7h tối mai, nhà bà Mai", "Mời họp nhà bà Mai"),
        ("7h tối mai ở nhà ông Nam", "ở nhà ông Nam"),
    ],
)
def test_the_other_words_are_left_over(typed: str, rest: str) -> None:
    reading = read_moment(typed, NOW)
    assert (reading.date, reading.left_over) == (date(2026, 12, 4), rest)


def test_small_words_without_marks_are_not_taken_for_parts_of_the_day() -> None:
    assert read_moment("toi muon hop 9h thu 7", NOW).time == time(9)
    assert read_moment("doi sang thu 7 2h", NOW).time == time(14)
    assert read_moment("tôi họp 9h mai", NOW).time == time(9)


def test_an_unsaid_hour_is_the_usual_one_unless_another_part_of_day_is_said() -> None:
    usual = time(19, 30)
    assert read_moment("thứ 7", NOW, default_time=usual).time == usual
    assert read_moment("tối thứ 7", NOW, default_time=usual).time == usual
    assert read_moment("sáng thứ 7", NOW, default_time=usual).time is None
    assert read_moment("sáng thứ 7", NOW, default_time=usual).date == date(2026, 12, 5)
    assert read_moment("8h", NOW, default_time=usual) == Reading(time=time(20))
    assert read_moment("họp chi bộ", NOW, default_time=usual) == Reading(left_over="họp chi bộ")


@given(
    today=st.dates(date(2000, 1, 1), date(2048, 12, 31)),
    ahead=st.integers(0, 800),
    clock=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
)
def test_whatever_the_assistant_says_it_reads_back(today: date, ahead: int, clock: time) -> None:
    now = datetime.combine(today, time(0), tzinfo=HOME) - timedelta(seconds=1)
    local = datetime.combine(today + timedelta(days=ahead), clock, tzinfo=HOME)
    said = moment_words(local, now.date())
    for text in (said, fold(said), said.upper()):
        assert read_moment(text, now) == Reading(date=local.date(), time=clock)
    assert read_moment(date_words(local.date(), now.date()), now).date == local.date()
    assert read_time(time_words(clock)) == read_time(fold(time_words(clock))) == clock


@given(st.integers(0, 300))
def test_a_button_typed_instead_of_chosen_is_read_back(ahead: int) -> None:
    day = NOW.date() + timedelta(days=ahead)
    assert read_moment(date_button(day), NOW).date == day


GRAMMAR = (
    "thứ t cn 7 12 0 31 2100 1901 / - . : h giờ rưỡi kém tối sang đêm mai kia nữa ngày tuần này sau tới trước "
    "tháng năm nay mùng rằm âm dương lịch nhuận chạp giêng tết mười hai mươi hăm họp"
)


@given(st.one_of(st.text(), st.lists(st.sampled_from(GRAMMAR.split()), max_size=9).map(" ".join)))
def test_no_text_breaks_the_reading(text: str) -> None:
    reading = read_moment(text, NOW)
    assert reading.date is None or not reading.ambiguous


@pytest.mark.parametrize(
    ("typed", "clock"),
    [
        ("2 giờ chiều", "14:00"),
        ("19h30", "19:30"),
        ("19.30", "19:30"),
        ("7 ruoi toi", "19:30"),
        ("7 rưỡi", "19:30"),
        ("7", "19:00"),
        ("lúc 8", "20:00"),
        ("20", "20:00"),
        ("toi 8h", "20:00"),
        ("bảy giờ rưỡi ạ", "19:30"),
        ("khoảng 8 giờ tối", "20:00"),
        ("hay 8h", None),
        ("7h hoặc 8h", None),
        ("25", None),
        ("tối", None),
        ("ngày mai", None),
        ("7h tối mai", None),
        ("chưa biết", None),
        ("7 giờ tối " * 40, None),
        ("", None),
    ],
)
def test_the_hour_asked_for(typed: str, clock: str | None) -> None:
    assert read_time(typed) == _at(clock)
