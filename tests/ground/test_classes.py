"""The names of classes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referee.ground.classes import TIME_CLASSES, CompetitionClass, parse_class
from referee.ground.errors import InputError

quick = settings(deadline=None, max_examples=100, derandomize=True)
WORDS = st.from_regex(r"[a-z0-9]{1,6}(-[a-z0-9]{1,6}){0,3}", fullmatch=True)
MODELS = st.from_regex(r"[a-z0-9]{1,6}(-[a-z0-9]{1,6}){0,2}-[0-9a-f]{8}", fullmatch=True)


@quick
@given(WORDS, st.sampled_from(sorted(TIME_CLASSES)), st.none() | MODELS)
def test_a_class_is_what_its_name_says(hardware, time, pretrained):
    """Written and read back, whatever the hardware and the model are called."""
    played = CompetitionClass(hardware, TIME_CLASSES[time], pretrained)
    assert parse_class(str(played)) == played


@quick
@given(st.text(alphabet="abs-+019 \n_A", max_size=30))
def test_a_text_is_the_name_of_one_class_or_of_none(text):
    """No two spellings of a class: ranks could cross."""
    try:
        played = parse_class(text)
    except InputError:
        return
    assert str(played) == text


@pytest.mark.parametrize(
    ("name", "hardware", "time", "pretrained"),
    [
        ("laptop-ss", "laptop", "ss", None),
        ("single-gpu-a", "single-gpu", "a", None),
        ("tpu-pod-c", "tpu-pod", "c", None),
        ("laptop-ss+resnet18-1a2b3c4d", "laptop", "ss", "resnet18-1a2b3c4d"),
        ("single-gpu-s+vit-b-16-00ff00ff", "single-gpu", "s", "vit-b-16-00ff00ff"),
    ],
)
def test_classes_as_the_rules_write_them(name, hardware, time, pretrained):
    """Hardware, time, and the one model that may be started from."""
    assert parse_class(name) == CompetitionClass(hardware, TIME_CLASSES[time], pretrained)


@pytest.mark.parametrize(
    ("name", "seconds", "rounds", "confirmed"),
    [
        ("ss", 10 * 60, 3, True),
        ("s", 60 * 60, 3, True),
        ("a", 24 * 60 * 60, 1, False),
        ("b", 7 * 24 * 60 * 60, 1, False),
        ("c", 30 * 24 * 60 * 60, 1, False),
    ],
)
def test_the_time_classes_are_those_of_the_game(name, seconds, rounds, confirmed):
    """Ten minutes, an hour, a day, a week, a month; luck is confirmed away where rounds are cheap."""
    time = TIME_CLASSES[name]
    assert (time.name, time.seconds, time.rounds, time.confirmed) == (name, seconds, rounds, confirmed)
    assert len(TIME_CLASSES) == 5


@pytest.mark.parametrize(
    "name",
    ["", "laptop", "Laptop-ss", "laptop_ss", "laptop-SS", "-ss", "laptop--ss", "laptop-ss ", "laptop-ss\n", "laptop-s2",
     "laptop-ss+", "laptop-ss+resnet18", "laptop-ss+resnet18-1A2B3C4D", "laptop-ss+resnet18-1a2b3c4", "läptop-ss"],
)  # fmt: skip
def test_what_is_no_class_is_told_how_one_is_written(name):
    """With an example to follow."""
    with pytest.raises(InputError) as refusal:
        parse_class(name)
    assert refusal.value.faults[0].message == f'"{name}" is no class; write hardware-time, for example laptop-ss'


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("laptop-sss", '"laptop-sss": unknown time class "sss"; did you mean "ss"?'),
        ("single-gpu-x", '"single-gpu-x": unknown time class "x"; known: a, b, c, s, ss'),
        ("single-gpu", '"single-gpu": unknown time class "gpu"; known: a, b, c, s, ss'),
    ],
)
def test_an_unknown_time_class_names_the_nearest(name, said):
    """Or all of them, where none is near."""
    with pytest.raises(InputError) as refusal:
        parse_class(name)
    assert str(refusal.value) == said
