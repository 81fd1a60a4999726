"""What a competition may ask, and what it says about what it may not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referee.files.decode import decode, encode
from referee.ground.classes import TIME_CLASSES, parse_class
from referee.ground.competition import AGGREGATES, Architecture, Competition, CompetitionLimits, FitRule, OwnScore, Pretrained
from referee.ground.errors import InputError
from referee.ground.fits import FITS
from referee.ground.scores import SCORES
from referee.ground.soundness import NORMS, RULES, UNSOUND, objection

MODEL = Pretrained(name="resnet18", file="resnet18.onnx", sha256="1a2b3c4d" + "0" * 56)
FIXED = Architecture(rule="fixed", reference="reference.onnx")
FREE = Architecture(rule="free")
ARCHITECTURES = {"fixed": FIXED, "homogeneous": Architecture(rule="homogeneous"), "free": FREE}
OWN = OwnScore(sentence="number of distinct weights")
REASON = "the entries are read by the host, one by one"
DECIDED = {
    "l1": "sound refused refused",
    "l2": "sound refused refused",
    "nuclear": "sound refused refused",
    "spectral": "sound refused refused",
    "nonzero": "sound refused refused",
    "parameters": "refused refused refused",
    "bytes": "sound sound sound",
    "bits": "sound refused refused",
    "path_norm": "sound sound refused",
    "flops": "refused refused refused",
    "active_nonzero": "sound refused refused",
}
"""score -> under the rules fixed, homogeneous, free"""


def competition(**changes) -> Competition:
    rules = {
        "title": "Digits",
        "version": 1,
        "summary": "Digits.",
        "fit": FitRule(loss="cross_entropy"),
        "score": "l2",
        "architecture": FIXED,
        "classes": ("laptop-ss",),
    }
    return Competition(**rules | changes)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"score": "nonzero"},
        {"score": "bytes", "architecture": FREE},
        {"classes": ("laptop-ss", "laptop-s", "single-gpu-ss")},
        {"classes": ("laptop-ss", "laptop-ss+resnet18-1a2b3c4d"), "pretrained": MODEL},
        {"rounds": 1},
        {"rounds": 20},
        {"aggregate": "worst"},
    ],
    ids=str,
)
def test_sound_rules_have_no_faults(changes):
    """Nothing is refused that could be played."""
    assert list(competition(**changes).faults()) == []


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"version": 0}, "version", "expected 1 or more, got 0"),
        ({"rounds": 0}, "rounds", "expected 1 to 20, got 0"),
        ({"rounds": 21}, "rounds", "expected 1 to 20, got 21"),
        ({"aggregate": "medain"}, "aggregate", 'unknown aggregate "medain"; did you mean "median"?'),
        ({"aggregate": "best"}, "aggregate", 'unknown aggregate "best"; known: mean, median, worst'),
        ({"score": "nuclar"}, "score", 'unknown score "nuclar"; did you mean "nuclear"?'),
        ({"classes": ()}, "classes", "expected at least one, for example [laptop-ss]"),
        ({"classes": ("laptop-ss", "laptop-ss")}, "classes[1]", '"laptop-ss" stands there twice'),
        ({"classes": ("laptop",)}, "classes[0]", '"laptop" is no class; write hardware-time, for example laptop-ss'),
        ({"classes": ("laptop-xs",)}, "classes[0]", '"laptop-xs": unknown time class "xs"; did you mean "s"?'),
        (
            {"classes": ("laptop-ss+resnet18-1a2b3c4d",)},
            "classes[0]",
            '"laptop-ss+resnet18-1a2b3c4d" names a model that `pretrained` does not (none)',
        ),
        (
            {"classes": ("laptop-ss+resnet18-ffffffff",), "pretrained": MODEL},
            "classes[0]",
            '"laptop-ss+resnet18-ffffffff" names a model that `pretrained` does not (resnet18-1a2b3c4d)',
        ),
    ],
)
def test_a_rule_that_cannot_be_names_its_field_and_the_way_out(changes, field, message):
    """One fault, one sentence."""
    assert list(competition(**changes).faults()) == [(field, message)]


def test_all_faults_of_a_competition_are_told_at_once():
    """Nobody mends a file one error at a time."""
    rules = competition(version=-1, rounds=99, aggregate="x", score="y", classes=("laptop", "laptop"))
    assert [field for field, _ in rules.faults()] == [
        "version", "rounds", "aggregate", "score", "classes[0]", "classes[1]", "classes[1]",
    ]  # fmt: skip


@pytest.mark.parametrize(("score", "rule"), UNSOUND)
def test_an_unsound_pair_of_score_and_architecture_is_refused_with_the_exploit(score, rule):
    """The host reads how the board would be gamed, and the two ways out."""
    (fault,) = competition(score=score, architecture=ARCHITECTURES[rule]).faults()
    assert fault == (
        "score",
        f"{score} is unsound where the architecture is {rule}: {UNSOUND[score, rule]}; take a score that is sound there, or "
        "give the board your reason in sound_because",
    )


def test_every_pair_of_score_and_architecture_is_decided():
    """A new score or rule has to be thought about."""

    assert list(RULES) == ["fixed", "homogeneous", "free"]
    assert {score: " ".join("refused" if objection(score, rule) else "sound" for rule in RULES) for score in SCORES} == DECIDED


def test_an_objection_says_what_would_be_done_and_what_that_was_measured_to_do():
    """In one line."""
    for found in UNSOUND.values():
        assert str(found) == f"{found.exploit} ({found.effect})" and str(found).isprintable()


@pytest.mark.parametrize(("score", "rule"), UNSOUND)
def test_a_host_may_answer_for_an_unsound_pair_in_writing(score, rule):
    """The objection stays for the board to show."""
    rules = competition(score=score, architecture=ARCHITECTURES[rule], sound_because=REASON)
    assert list(rules.faults()) == [] and rules.objection is not None


@pytest.mark.parametrize("score", NORMS)
def test_a_host_may_answer_for_a_graph_that_normalises(score):
    """Which is not known here: the graph is read later."""
    assert list(competition(score=score, sound_because=REASON).faults()) == []


@pytest.mark.parametrize(
    ("score", "rule"),
    [("nonzero", "fixed"), ("bytes", "fixed"), ("bytes", "free"), ("path_norm", "homogeneous")],
)
def test_a_reason_that_answers_for_nothing_is_refused(score, rule):
    """It would make a reader doubt what is sound."""
    rules = competition(score=score, architecture=ARCHITECTURES[rule], sound_because=REASON)
    said = f"has no use: {score} is sound where the architecture is {rule}"
    assert list(rules.faults()) == [("sound_because", said)]


@pytest.mark.parametrize("architecture", ARCHITECTURES.values(), ids=ARCHITECTURES)
def test_a_score_of_the_hosts_own_is_answered_for_in_writing(architecture):
    """Under every rule: the table can't know it."""
    own = {"score": "distinct", "own_score": OWN, "architecture": architecture}
    assert list(competition(**own, sound_because=REASON).faults()) == []
    assert list(competition(**own).faults()) == [
        ("sound_because", "say why the host's own score can't be gamed; it stands on the board")
    ]


@pytest.mark.parametrize("reason", ["", "trust me", " " * 30, "x" * 19, " " * 9 + "x" * 19, "x" * 501])
@pytest.mark.parametrize("own", [True, False])
def test_a_reason_is_a_sentence_or_a_few(reason, own):
    """20 to 500 characters without the blanks around them."""
    score = {"score": "distinct", "own_score": OWN} if own else {"score": "l2", "architecture": FREE}
    assert list(competition(**score, sound_because=reason).faults()) == [
        ("sound_because", "expected a reason of 20 to 500 characters; it stands on the board")
    ]
    for length in (20, 500):
        assert list(competition(**score, sound_because="x" * length).faults()) == []


@pytest.mark.parametrize("name", [*SCORES, "", "Distinct", "a score", "../l2", "dis\ntinct", "<b>"])
def test_a_score_of_the_hosts_own_has_a_name_of_its_own(name):
    """One that no row of the table has, and that can be shown anywhere."""
    (fault,) = competition(score=name, own_score=OWN, sound_because=REASON).faults()
    assert fault == (
        "score",
        "with own_score, a name of its own: lower-case letters, digits, dots and hyphens, none of the table's",
    )


def test_a_name_without_own_score_must_be_of_the_table():
    """Nothing would compute it."""
    (fault,) = competition(score="distinct").faults()
    assert fault[1].startswith('unknown score "distinct"')


def test_a_board_takes_the_words_of_the_score_that_ranks():
    """The host's own, or the table's."""
    own = competition(score="distinct", own_score=OWN, sound_because=REASON)
    assert (own.score_sentence, own.score_formula) == ("number of distinct weights", "")
    assert competition().score_sentence == SCORES["l2"].sentence and competition().score_formula == SCORES["l2"].formula


def test_every_objection_is_to_a_score_and_a_rule_that_exist():
    """A typing error in the table would let an exploit through."""
    assert all(score in SCORES and rule in RULES for score, rule in UNSOUND)


@pytest.mark.parametrize(
    ("rule", "faults"),
    [
        (FitRule(loss="cross_entropy"), []),
        (FitRule(loss="cross_entropy", at_most=0.01), []),
        (FitRule(loss="margin", at_least=1.0), []),
        (
            FitRule(loss="margin", at_least=0.0),
            [("at_least", "expected more than 0: a margin of 0 is had by weights that are scaled to nothing")],
        ),
        (FitRule(loss="mean_squared_error", at_most=0.01), []),
        (FitRule(loss="crossentropy"), [("loss", 'unknown fit rule "crossentropy"; did you mean "cross_entropy"?')]),
        (
            FitRule(loss="cross_entropy", at_least=0.5),
            [("at_least", "cross_entropy qualifies at or under its threshold; write at_most")],
        ),
        (
            FitRule(loss="margin", at_most=0.5),
            [("at_most", "margin qualifies at or over its threshold; write at_least")],
        ),
        (FitRule(loss="mean_squared_error"), [("at_most", "mean_squared_error needs a threshold")]),
        (FitRule(loss="margin"), [("at_least", "margin needs a threshold")]),
        (FitRule(loss="sequence_accuracy", at_least=0.99, steps=11, rows="heldout"), []),
        (
            FitRule(loss="sequence_accuracy", at_least=0.99),
            [("steps", "sequence_accuracy needs the number of rows, 1 or more, that make a sequence")],
        ),
        (
            FitRule(loss="sequence_accuracy", at_least=0.99, steps=0),
            [("steps", "sequence_accuracy needs the number of rows, 1 or more, that make a sequence")],
        ),
        (FitRule(loss="margin", at_least=1.0, steps=3), [("steps", "margin knows no sequences; remove it")]),
    ],
    ids=str,
)
def test_a_fit_rule_needs_the_threshold_of_its_side(rule, faults):
    """And no other."""
    assert list(rule.faults()) == faults


@pytest.mark.parametrize("score", ["l1", "l2", "nuclear", "spectral", "path_norm"])
def test_a_norm_means_nothing_where_the_fit_asks_for_no_margin(score):
    """The same weights, scaled to nothing, get the same sequences right."""
    for rule in ("fixed", "homogeneous"):
        assert objection(score, rule, scale_free=True) is not None
    assert objection("bytes", "free", scale_free=True) is None


def test_the_default_threshold_of_cross_entropy_is_a_thousandth():
    """Where the competition says nothing."""
    assert FitRule(loss="cross_entropy").threshold == 1e-3
    assert FitRule(loss="cross_entropy", at_most=0.5).threshold == 0.5
    assert FitRule(loss="margin", at_least=2.0).threshold == 2.0


@pytest.mark.parametrize("name", FITS)
def test_a_threshold_of_zero_is_a_threshold(name):
    """Zero is not nothing."""
    assert FitRule(loss=name, **{FITS[name].bound: 0.0}).threshold == 0.0
    if FITS[name].bound == "at_most":
        assert list(FitRule(loss=name, at_most=0.0).faults()) == []


@pytest.mark.parametrize(
    ("rule", "faults"),
    [
        (FIXED, []),
        (FREE, []),
        (Architecture(rule="fixd"), [("rule", 'unknown architecture rule "fixd"; did you mean "fixed"?')]),
        (
            Architecture(rule="fixed"),
            [("reference", "a fixed architecture needs the host's graph, for example reference.onnx")],
        ),
        (
            Architecture(rule="free", reference="reference.onnx"),
            [("reference", "has no use under the rule free; remove it")],
        ),
    ],
    ids=str,
)
def test_an_architecture_rule_has_a_reference_exactly_when_it_is_fixed(rule, faults):
    """Otherwise the field would promise something."""
    assert list(rule.faults()) == faults


def test_weights_come_as_safetensors_and_graphs_as_onnx():
    """The name of the file says what it may hold."""
    assert (FIXED.artifact_name, FREE.artifact_name) == ("model.safetensors", "model.onnx")


@pytest.mark.parametrize(
    "changes",
    [
        {"limits": CompetitionLimits(entry_bytes=0)},
        {"limits": CompetitionLimits(artifact_bytes=-1)},
        {"limits": CompetitionLimits(example_operations=0)},
        {"pretrained": replace(MODEL, name="ResNet 18")},
        {"pretrained": replace(MODEL, sha256="1a2b3c4d")},
        {"pretrained": replace(MODEL, sha256=MODEL.sha256.upper())},
    ],
    ids=str,
)
def test_a_limit_admits_something_and_a_digest_is_one(changes):
    """As files say it: decoded with all that stands below it."""
    rules = encode(competition(**changes))
    with pytest.raises(InputError):
        decode(Competition, rules, "competition.yaml")


@pytest.mark.parametrize("time", TIME_CLASSES)
def test_rounds_are_those_of_the_time_class_unless_the_competition_says_otherwise(time):
    """Three where a round is short, one where it is long."""
    played = parse_class(f"laptop-{time}")
    assert competition().rounds_in(played) == TIME_CLASSES[time].rounds
    assert competition(rounds=7).rounds_in(played) == 7


@settings(deadline=None, max_examples=50, derandomize=True)
@given(
    st.lists(st.floats(0, 1e6), min_size=1, max_size=9), st.sampled_from(sorted(AGGREGATES)), st.randoms(use_true_random=False)
)
def test_an_aggregate_lies_among_the_rounds_in_any_order(scores, aggregate, shuffler):
    """No round can lift an entry above its own best."""
    rules = competition(aggregate=aggregate)
    shuffled = list(scores)
    shuffler.shuffle(shuffled)
    assert rules.aggregated(shuffled) == pytest.approx(rules.aggregated(scores))
    assert min(scores) * (1 - 1e-12) <= rules.aggregated(scores) <= max(scores) * (1 + 1e-12)


def test_the_aggregates_are_median_mean_and_worst():
    """Lower is better, so the worst is the largest."""
    found = {name: competition(aggregate=name).aggregated([1.0, 2.0, 6.0]) for name in AGGREGATES}
    assert found == {"median": 2.0, "mean": 3.0, "worst": 6.0}
