"""Numbers and strangers' strings as people read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referee.ground.fits import Measure
from referee.presentation import words


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0 s"),
        (0.004, "0 s"),
        (4.312, "4.31 s"),
        (9.996, "10 s"),
        (42.4, "42 s"),
        (59.7, "1 min"),
        (125, "2 min 5 s"),
        (600, "10 min"),
        (3599.6, "1 h"),
        (11220, "3 h 7 min"),
        (86400, "1 d"),
        (187200, "2 d 4 h"),
        (2592000, "30 d"),
    ],
)
def test_durations(seconds, shown):
    assert words.seconds(seconds) == shown


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("nonzero", 116.0, "116"),
        ("nonzero", 116.5, "116.5"),
        ("l2", 55.40321, "55.403"),
        ("l2", 1e-5, "1e-05"),
        ("l1", None, "-"),
    ],
)
def test_scores(name, value, shown):
    assert words.score(name, value) == shown


@pytest.mark.parametrize(("share", "shown"), [(1, "100 %"), (0.999999, "99.99 %"), (0.96667, "96.67 %"), (0, "0.00 %")])
def test_only_all_is_a_hundred_percent(share, shown):
    assert words.percent(share) == shown


def test_a_measure_of_a_regression_has_no_accuracy():
    assert words.measured(Measure(loss=9.87e-4, rows=3), "mean_squared_error") == "mean squared error 9.87e-04"
    assert words.measured(Measure(loss=0.5, accuracy=0.25, rows=4), "cross_entropy") == "cross entropy 0.5, accuracy 25.00 %"
    assert words.measured(None, "margin") == "-"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("a\nb\tc", "a\\x0ab\\x09c"),
        ("abc\u202edef", "abc\\u202edef"),
        ("\u2028", "\\u2028"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("héllo ✓ 漢", "héllo ✓ 漢"),
    ],
)
def test_what_would_be_obeyed_is_shown(text, shown):
    assert words.plain(text) == shown


@given(st.text())
def test_a_strangers_text_is_one_printable_line(text):
    shown = words.plain(text)
    assert len(shown) <= 200
    assert shown.isprintable() or all(character.isprintable() or character.isspace() for character in shown)
    assert "\n" not in shown and "\x1b" not in shown


def test_the_last_lines_of_a_log_leave_out_empty_ones():
    assert words.plain_lines("one\r\n\n\ntwo\x07\n", 20) == ["one", "two\\x07"]
    assert words.plain_lines("\n".join(map(str, range(99))), 2) == ["97", "98"]
