"""From plain values to the frozen ones and back, strictly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referee.files import strict_yaml
from referee.files.decode import decode, encode, stated
from referee.ground.competition import Competition, CompetitionLimits
from referee.ground.errors import InputError
from referee.ground.result import Curve, CurvePoint, Pins, Result, Training
from referee.ground.submission import Submission

PATH = "competitions/digits/competition.yaml"
RULES = """
title: Digits, fewest weights
version: 1
summary: Classify them.
data: {draw: fresh, module: data.py}
fit: {loss: cross_entropy, at_most: 1.0e-3}
score: nonzero
architecture: {rule: fixed, reference: reference.onnx}
classes: [laptop-ss, single-gpu-ss]
rounds: 3
aggregate: median
limits: {entry_bytes: 65536, artifact_bytes: 1048576}
pretrained: null
par: null
"""


def faults(text: str, kind: type = Competition) -> list[str]:
    with pytest.raises(InputError) as refusal:
        decode(kind, strict_yaml.parse(text.encode(), PATH), PATH)
    return [str(fault) for fault in refusal.value.faults]


def test_the_competition_of_the_rules_is_read():
    """As DESIGN writes it."""
    rules = decode(Competition, strict_yaml.parse(RULES.encode(), PATH), PATH)
    assert (rules.fit.threshold, rules.limits.entry_bytes, rules.data.draw, rules.par) == (0.001, 65536, "fresh", None)
    assert rules.classes == ("laptop-ss", "single-gpu-ss")


def test_what_has_a_default_may_be_left_out():
    """Title, version, summary, fit, score, architecture and classes may not."""
    short = "title: t\nversion: 1\nsummary: s\nfit: {loss: cross_entropy}\nscore: l2\n"
    short += "architecture: {rule: fixed, reference: r.onnx}\nclasses: [laptop-ss]\n"
    rules = decode(Competition, strict_yaml.parse(short.encode(), PATH), PATH)
    assert (rules.aggregate, rules.data.module, rules.limits.entry_bytes) == ("median", "data.py", 65536)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("at_most: 1.0e-3", "at_most: tiny", 'fit.at_most: expected a number, got "tiny"'),
        ("at_most: 1.0e-3", "at_most: true", "fit.at_most: expected a number, got true"),
        ("at_most: 1.0e-3", "at_most: [1]", "fit.at_most: expected a number, got a list"),
        ("at_most: 1.0e-3", "at_least: 1.0", "fit.at_least: cross_entropy qualifies at or under its threshold; write at_most"),
        ("version: 1", "version: 1.5", "version: expected a whole number, got 1.5"),
        ("version: 1", "version: true", "version: expected a whole number, got true"),
        ("version: 1", "version: '1'", 'version: expected a whole number, got "1"'),
        ("version: 1", "version: 012", 'version: expected a whole number, got "012"'),
        ("version: 1", "version: 0", "version: expected 1 or more, got 0"),
        ("version: 1", "verison: 1", 'verison: unknown key; did you mean "version"?'),
        ("version: 1\n", "", "version: is missing; expected a whole number"),
        ("title: Digits, fewest weights", "title:", "title: expected text, got nothing"),
        ("title: Digits, fewest weights", "title: [a]", "title: expected text, got a list"),
        ("title: Digits, fewest weights", "title: {a: b}", "title: expected text, got keys and values"),
        ("title: Digits, fewest weights", "title: 2048", "title: expected text, got 2048"),
        ("title: Digits, fewest weights", "title: false", "title: expected text, got false"),
        ("title: Digits, fewest weights", "title: 1", "title: expected text, got 1"),
        ("title: Digits, fewest weights", "title: 0", "title: expected text, got 0"),
        ("title: Digits, fewest weights", "title: 1.0", "title: expected text, got 1.0"),
        ("draw: fresh", "draw: frehs", 'data.draw: expected one of fresh, fixed, got "frehs"'),
        ("draw: fresh", "draw: 1.5", "data.draw: expected one of fresh, fixed, got 1.5"),
        ("draw: fresh", "draws: fresh", 'data.draws: unknown key; did you mean "draw"?'),
        ("{draw: fresh, module: data.py}", "data.py", 'data: expected keys and values, got "data.py"'),
        ("{draw: fresh, module: data.py}", "[data.py]", "data: expected keys and values, got a list"),
        ("[laptop-ss, single-gpu-ss]", "laptop-ss", 'classes: expected a list, got "laptop-ss"'),
        ("[laptop-ss, single-gpu-ss]", "[laptop-ss, 7]", "classes[1]: expected text, got 7"),
        ("[laptop-ss, single-gpu-ss]", "[laptop-ss, null]", "classes[1]: expected text, got nothing"),
        ("rule: fixed", "rule: fixd", 'architecture.rule: unknown architecture rule "fixd"; did you mean "fixed"?'),
        ("pretrained: null", "pretrained: {name: r}", "pretrained.file: is missing; expected text"),
        ("par: null", "par: {score: 1, kind: guess, source: s}", 'par.kind: expected one of proof, reference, got "guess"'),
    ],
    ids=str,
)  # fmt: skip
def test_a_fault_has_its_place_what_was_expected_and_what_stands_there(old, new, said):
    """In one line: path, field, sentence."""
    assert old in RULES
    assert f"{PATH}: {said}" in faults(RULES.replace(old, new))


def test_all_faults_of_a_file_are_told_at_once():
    """From every depth, values' own faults included."""
    text = RULES.replace("1.0e-3", "tiny").replace("aggregate", "agregate").replace("rule: fixed", "rule: loose")
    text = text.replace("title: Digits, fewest weights\n", "").replace("entry_bytes: 65536", "entry_bytes: many")
    assert faults(text) == [
        f'{PATH}: agregate: unknown key; did you mean "aggregate"?',
        f"{PATH}: title: is missing; expected text",
        f'{PATH}: fit.at_most: expected a number, got "tiny"',
        f'{PATH}: architecture.rule: unknown architecture rule "loose"; known: fixed, free, homogeneous',
        f'{PATH}: limits.entry_bytes: expected a whole number, got "many"',
    ]


@dataclass(frozen=True, kw_only=True)
class Older:
    name: str
    inner: CompetitionLimits = field(default_factory=CompetitionLimits)
    words: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Newer(Older):
    added: int = 7
    added_below: CompetitionLimits = field(default_factory=CompetitionLimits)
    added_maybe: str | None = None


def test_what_is_stated_leaves_out_what_stands_at_its_default():
    """At every depth; what is needed is always there."""
    assert stated(Older(name="")) == {"name": ""}
    assert stated(Older(name="x", inner=CompetitionLimits(entry_bytes=1), words=("a",))) == {
        "name": "x", "inner": {"entry_bytes": 1}, "words": ["a"],
    }  # fmt: skip


def test_a_new_optional_field_changes_no_old_values_stated_form():
    """Only a value that uses it."""
    assert stated(Newer(name="x", words=("a",))) == stated(Older(name="x", words=("a",)))
    assert stated(Newer(name="x", added=8)) == {"name": "x", "added": 8}


def test_what_is_stated_is_read_back_as_it_was():
    """Defaults fill in the rest."""
    rules = decode(Competition, strict_yaml.parse(RULES.encode(), PATH), PATH)
    assert decode(Competition, stated(rules), PATH) == rules


@pytest.mark.parametrize("text", ["[]", "7", "a text", "true", "~"])
def test_a_file_that_is_no_table_is_told_so(text):
    """Whatever else it is."""
    (said,) = faults(text)
    assert said.startswith(f"{PATH}: expected keys and values, got ")


def test_a_long_value_is_quoted_in_part():
    """An error is a line, not a dump."""
    (said,) = faults(RULES.replace("version: 1", f"version: {'x' * 5000}"))
    assert len(said) < 200


def test_a_long_key_is_quoted_in_part():
    """For the same reason."""
    (said,) = faults(RULES + "? " + "k" * 5000 + "\n: 1\n")
    assert len(said) < 300


@pytest.mark.parametrize(
    "text",
    ['"x\\n::error::owned": 1', 'title: ["\\e[2J\\e]0;owned\\a"]\nauthors: "\\e[2J"\nclasses: "a\\n::set-output name=a::b"',
     'title: t\nauthors: ["\\u202egro.elpmaxe"]\nclasses: [l]'],
    ids=["command in a key", "escapes in values", "bidi override"],
)  # fmt: skip
def test_a_fault_is_one_harmless_line_whatever_a_contestant_wrote(text):
    """`referee check` prints it to terminals, and to logs where `::` at the start of a line is a command."""
    for said in faults(text, Submission):
        assert said.isprintable()


def test_a_key_that_is_a_python_keyword_has_no_underscore():
    """`class` in files, class_ in the code."""
    pins = Pins(competition="c", version=1, rules_sha256="r", entry="e", class_="laptop-ss", tree="t")
    assert encode(pins)["class"] == "laptop-ss" and "class_" not in encode(pins)
    assert 'class_: unknown key; did you mean "class"?' in str(_refused(Pins, encode(pins) | {"class_": "x"}))


def _refused(kind: type, plain: object) -> InputError:
    with pytest.raises(InputError) as refusal:
        decode(kind, plain, PATH)
    return refusal.value


PLAIN = {
    str: st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x85"), max_size=12) | st.just("012"),
    int: st.integers(1, 2**62),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
}


def values_of(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of a type, by its fields; only the schema is the one that is written today."""
    arguments = get_args(kind)
    if type(None) in arguments:
        return st.none() | values_of(arguments[0])
    if kind is Curve:
        points = st.builds(CurvePoint, PLAIN[int], PLAIN[float], PLAIN[float])
        return st.lists(points, max_size=3).map(Curve.of)
    if get_origin(kind) is tuple:
        return st.lists(values_of(arguments[0]), min_size=1, max_size=2).map(tuple)
    if get_origin(kind) is Mapping:
        return st.dictionaries(PLAIN[str], values_of(arguments[1]), max_size=2)
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return st.builds(kind, **{field.name: values_of(hints[field.name]) for field in fields(kind) if field.name != "schema"})
    return PLAIN[kind] if kind in PLAIN else st.sampled_from(list(kind))


def numbered(training: Training) -> Training:
    rounds = tuple(replace(one, number=number) for number, one in enumerate(training.rounds, start=1))
    return replace(training, rounds=rounds)


def is_sound(value: Any) -> bool:
    return not hasattr(value, "faults") or not list(value.faults())


RESULTS = values_of(Result).filter(is_sound)
TRAININGS = values_of(Training).map(numbered).filter(is_sound)


@settings(deadline=None, max_examples=100, derandomize=True)
@given(RESULTS | TRAININGS)
def test_results_and_trainings_survive_their_files(value):
    """Every number to the last bit, every text to the last character."""
    file = strict_yaml.write(encode(value))
    assert decode(type(value), strict_yaml.parse(file, PATH), PATH) == value


@settings(deadline=None, max_examples=100, derandomize=True)
@given(RESULTS)
def test_the_same_result_gives_the_same_file(value):
    """So that Git shows no change where there is none."""
    file = strict_yaml.write(encode(value))
    assert strict_yaml.write(encode(decode(Result, strict_yaml.parse(file, PATH), PATH))) == file
