"""Numbers and strangers' strings as people read them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referee.ground.competition import Architecture, Competition, FitRule, OwnScore
from referee.ground.fits import Measure
from referee.ground.machine import Machine
from referee.ground.result import JudgedRound, Pins, Result, TrainedRound
from referee.ground.scores import SCORES
from referee.ground.soundness import UNSOUND
from referee.ground.verdict import Verdict
from referee.presentation import words


@pytest.fixture
def sample():
    """Four rounds; two of the models have a path norm, none has flops, one was not measured."""
    scores = [{"path_norm": 4.0, "l2": 1.0}, {"l2": 1.0}, None, {"path_norm": 2.5, "l2": 1.0}]
    return Result(
        pins=Pins(competition="c", version=1, rules_sha256="f" * 64, entry="e", class_="laptop-ss", tree="e" * 40),
        referee="0.1.0",
        recorded_at="2026-11-21T06:00:00Z",
        attempt=1,
        verdict=Verdict.DID_NOT_FIT,
        ranked_by="l2",
        seconds=1,
        sandbox="bubblewrap",
        machine=Machine(cpu="A CPU", cores=2, memory_gib=8, gpus=(), os="Linux", python="3.11.7", libraries={}),
        rounds=tuple(JudgedRound(trained=TRAINED, verdict=Verdict.DID_NOT_FIT, scores=one) for one in scores),
    )


TRAINED = TrainedRound(number=1, draw_seed=1, train_seed=1, draw_sha256="d" * 64, seconds=1, joules_at_most=45)


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
        ("flops", 99_999_999.0, "99999999"),
        ("path_norm", 209513.99, "209514"),
        ("path_norm", 1234567.8, "1234568"),
        ("path_norm", 1.2e9, "1.2e+09"),
        ("path_norm", 1.0, "1"),
        ("nobody-knows", 125831.0, "125831"),
        ("nobody-knows", 1258314159.0, "1258314159"),
        ("nobody-knows", 12.345678, "12.346"),
        ("nobody-knows", -250000.5, "-250000"),
        ("nobody-knows", 1e300, "1e+300"),
    ],
)
def test_scores(name, value, shown):
    assert words.score(name, value) == shown


@pytest.mark.parametrize(
    ("whole", "value", "shown"),
    [(True, 125831.0, "125831"), (True, 125830.5, "125830.5"), (False, 125831.0, "125831"), (False, 0.123456789, "0.12346")],
)
def test_an_own_score_says_whether_it_counts(whole, value, shown):
    own = OwnScore(sentence="rows that meet", whole=whole)
    assert words.score("meetings", value, own) == shown


@given(st.floats(-1e300, 1e300))
def test_a_score_of_any_name_keeps_to_four_digits_and_to_a_column(value):
    for name in (*SCORES, "nobody-knows"):
        shown = words.score(name, value)
        assert float(shown) == pytest.approx(value, rel=1e-4, abs=0.05 if name not in SCORES or SCORES[name].whole else 0)
        assert len(shown) <= 18


def test_rounds_without_the_score_are_left_out(sample):
    assert words.round_scores(sample, "path_norm") == [2.5, 4.0]
    assert words.spread(sample, "path_norm") == "2.5 4"
    assert words.extent(sample, "path_norm") == "2.5–4"
    assert words.spread(sample, "flops") == words.extent(sample, "flops") == ""


# What a board has to say about its score


def rules(**changes):
    stated = {
        "title": "t",
        "version": 1,
        "summary": "s",
        "fit": FitRule(loss="cross_entropy"),
        "score": "l2",
        "architecture": Architecture(rule="free"),
        "classes": ("laptop-ss",),
    }
    return Competition(**stated | changes)


REASON = "The host reads every graph before it plays."


def test_a_sound_score_needs_no_words():
    assert words.reservations(rules(score="bytes")) == []


def test_an_objection_and_the_hosts_answer_are_told():
    (table, objection), host = words.reservations(rules(sound_because=REASON))
    assert table == "The referee's table refuses l2 under free"
    assert objection == str(UNSOUND["l2", "free"])
    assert host == ("The host plays it all the same", REASON)


def test_the_hosts_own_score_is_told_with_the_reason():
    said = words.reservations(rules(score="meetings", own_score=OwnScore(sentence="rows that meet"), sound_because=REASON))
    assert said == [
        ("The host's own score", "the referee's table of sound scores does not know it"),
        ("The host holds meetings sound here", REASON),
    ]


def test_a_reason_without_an_objection_is_told():
    """It answers for a normalisation in the host's graph."""
    fixed = Architecture(rule="fixed", reference="reference.onnx")
    assert words.reservations(rules(architecture=fixed, sound_because=REASON)) == [("The host holds l2 sound here", REASON)]


@pytest.mark.parametrize(("pair", "word"), [(("bytes", "free"), "sound"), (("nonzero", "free"), "refused")])
def test_a_pair_in_a_word(pair, word):
    assert words.soundness(UNSOUND.get(pair)) == word


def test_a_reason_is_one_line_and_whole():
    said = words.reservations(rules(sound_because="a\n\x1b[31m" + 480 * "b"))[1][1]
    assert said == "a\\x0a\\x1b[31m" + 480 * "b"


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


@pytest.mark.parametrize(
    ("score", "label_bytes", "said"), [("bytes", 596.7, "597 bytes"), ("l2", 596.7, ""), ("bytes", None, "")]
)
def test_a_board_of_bytes_says_what_the_labels_take(score, label_bytes, said):
    """Whoever is above that may have written a list."""
    trained = TrainedRound(
        number=1, draw_seed=1, train_seed=2, draw_sha256="d" * 64, seconds=1, joules_at_most=1, verdict=None, artifact=None
    )
    judged = JudgedRound(trained=trained, verdict=Verdict.QUALIFIED, label_bytes=label_bytes)
    told = words.labels_alone(rules(score=score), [SimpleNamespace(rounds=(judged,))])
    assert (said in told) if said else told == ""
