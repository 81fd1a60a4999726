"""YAML as ML Golf reads it: what a file looks like is what it means, or it is refused."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referee.files.strict_yaml import DEEPEST, LARGEST, parse, write
from referee.ground.errors import InputError


def refusal(content: bytes | str) -> str:
    with pytest.raises(InputError) as refused:
        parse(content.encode() if isinstance(content, str) else content, "rules.yaml")
    return str(refused.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("No", "No"),
        ("on", "on"),
        ("off", "off"),
        ("yes", "yes"),
        ("y", "y"),
        ("012", "012"),
        ("0o17", "0o17"),
        ("0x1f", "0x1f"),
        ("0b1", "0b1"),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("2026-11-21", "2026-11-21"),
        ("2026-11-21T10:00:00Z", "2026-11-21T10:00:00Z"),
        (".nan", ".nan"),
        (".inf", ".inf"),
        ("-.inf", "-.inf"),
        ("nan", "nan"),
        ("inf", "inf"),
        ("True", "True"),
        ("TRUE", "TRUE"),
        ("Null", "Null"),
        ("=", "="),
        (".5", ".5"),
        ("1e", "1e"),
        ("1.2.3", "1.2.3"),
        ("+", "+"),
        ("１２", "１２"),
        ("~", None),
        ("null", None),
        ("true", True),
        ("false", False),
        ("0", 0),
        ("-7", -7),
        ("+5", 5),
        ("1e-3", 0.001),
        ("1.0e-3", 0.001),
        ("1E5", 100000.0),
        ("5.", 5.0),
        ("-0.25", -0.25),
        ("'012'", "012"),
        ('"true"', "true"),
        ("''", ""),
        ("'~'", "~"),
        ('"a\\tb"', "a\tb"),
    ],
)
def test_a_scalar_means_what_it_looks_like(text, value):
    """Only null, true, false and decimal numbers are anything but text; quotes make text of all."""
    found = parse(f"key: {text}\n".encode(), "rules.yaml")["key"]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("text", ['! "true"', "! '12'", "! '~'"])
def test_quoted_text_stays_text_behind_an_exclamation_mark(text):
    """Quotes make text of all, and this is no way around them."""
    assert parse(text.encode(), "rules.yaml") == text[3:-1]


def test_nothing_is_null():
    """An empty value, an empty document."""
    assert parse(b"key:\n", "rules.yaml") == {"key": None}
    assert parse(b"---\n", "rules.yaml") is None


@pytest.mark.parametrize("key", ["no", "on", "1", "012", "null", "~", "1e-3", "2026-11-21", "<<", "true"])
def test_a_key_is_always_text(key):
    """A merge key merges nothing."""
    assert parse(f"{key}: {{a: 1}}\n".encode(), "rules.yaml") == {key: {"a": 1}}


@pytest.mark.parametrize("text", ["1e999", "-1e999", "1.5e+400"])
def test_a_number_is_finite(text):
    """A threshold of infinity would let every model qualify."""
    found = parse(text.encode(), "rules.yaml")
    assert not isinstance(found, float) or math.isfinite(found)


@pytest.mark.parametrize("text", ["12345678901234567890", "-99999999999999999999", "1" * 40])
def test_a_whole_number_is_never_rounded(text):
    """A commit of forty digits, an id of twenty."""
    assert parse(text.encode(), "rules.yaml") in (int(text), text)
    assert not isinstance(parse(text.encode(), "rules.yaml"), float)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- &x a\n- *x\n", "rules.yaml: line 1: anchors (&) and aliases (*) are not read; write the value out or quote it"),
        ("a: 1\nb: &x [1]\n", "rules.yaml: line 2: anchors (&) and aliases (*) are not read; write the value out or quote it"),
        ("b: *x\n", "rules.yaml: line 1: anchors (&) and aliases (*) are not read; write the value out or quote it"),
        ("&x b: 1\n", "rules.yaml: line 1: anchors (&) and aliases (*) are not read; write the value out or quote it"),
        ("&x {b: 1}\n", "rules.yaml: line 1: anchors (&) and aliases (*) are not read; write the value out or quote it"),
        ("a:\n  <<: *b\n", "rules.yaml: line 2: anchors (&) and aliases (*) are not read; write the value out or quote it"),
        ("a: !!str 012\n", "rules.yaml: line 1: the tag tag:yaml.org,2002:str is not read; remove it or quote the value"),
        ("a: !!python/name:os.system x\n", "the tag tag:yaml.org,2002:python/name:os.system is not read"),
        ("!!python/object/apply:os.system [id]\n", "the tag tag:yaml.org,2002:python/object/apply:os.system is not read"),
        ("!mine {a: 1}\n", "rules.yaml: line 1: the tag !mine is not read; remove it or quote the value"),
        ("a: 1\nb: 2\na: 3\n", 'rules.yaml: line 3: the key "a" stands there twice'),
        ("a: 1\n'a': 3\n", 'rules.yaml: line 2: the key "a" stands there twice'),
        ("x: {1: a, 1: b}\n", 'rules.yaml: line 1: the key "1" stands there twice'),
        ("a: 1\n---\nb: 2\n", "rules.yaml: line 2: holds a second document; remove the line ---"),
        ("a: 1\n---\n", "rules.yaml: line 2: holds a second document; remove the line ---"),
        ("? [a]\n: b\n", "rules.yaml: line 1: a key must be a word"),
        ("? {a: 1}\n: b\n", "rules.yaml: line 1: a key must be a word"),
        ("", "rules.yaml: is empty; `referee new` writes one to start from"),
        ("# a comment alone\n\n", "rules.yaml: is empty; `referee new` writes one to start from"),
        ("a: [1, 2\n", "rules.yaml: is no YAML: line 2: "),
        ("a: b: c\n", "rules.yaml: is no YAML: line 1: mapping values are not allowed in this context"),
        ("a: @b\n", "rules.yaml: is no YAML: line 1: found character that cannot start any token"),
        ("\ta: 1\n", "rules.yaml: is no YAML: line 1: found character that cannot start any token"),
        ("%YAML 3.0\n---\na\n", "rules.yaml: is no YAML: line 1: found incompatible YAML document"),
        ("a: \x1b[2J\n", "rules.yaml: is no YAML: control characters are not allowed"),
        ('a: "\\ud800"\n', "rules.yaml: is no YAML: line 1: found invalid Unicode character escape code"),
    ],
    ids=repr,
)  # fmt: skip
def test_the_rest_of_yaml_is_refused_with_its_line(text, said):
    """One fault, with what to do."""
    assert said in refusal(text)


@pytest.mark.parametrize(
    "content",
    [b"\xff\xfea\x00:\x00", "a: 1".encode("utf-16"), b"\x80\x04\x95pickle", b"\x7fELF\x02\x01\xf0", b"caf\xe9: 1"],
    ids=repr,
)
def test_bytes_that_are_no_text_are_refused(content):
    """UTF-16, binaries, Latin-1."""
    assert "is not text: byte" in refusal(content) and "save it as plain UTF-8" in refusal(content)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le"])
def test_nul_bytes_are_refused(encoding):
    """Such as UTF-16 without its mark."""
    assert "control characters are not allowed" in refusal("a: 1".encode(encoding))


def test_a_byte_order_mark_is_no_part_of_the_first_key():
    """Some editors write one."""
    assert parse(b"\xef\xbb\xbftitle: a\n", "rules.yaml") == {"title": "a"}


@pytest.mark.parametrize("opened", ["[", "{", "- ", "? ", "{a: ", "[? ", "[x: "])
def test_deep_nesting_is_refused_before_it_costs_anything(opened):
    """10 000 brackets meet no recursion limit, and 4 MiB of them neither."""
    for times in (10_000, LARGEST // len(opened)):
        assert f"is nested more than {DEEPEST} deep" in refusal(opened * times)


def test_the_depth_that_rules_need_is_read():
    """Up to the limit, and no further."""
    assert parse(b"[" * DEEPEST + b"1" + b"]" * DEEPEST, "rules.yaml")
    assert "is nested" in refusal(b"[" * (DEEPEST + 1) + b"1" + b"]" * (DEEPEST + 1))


def test_a_large_file_is_refused_unread():
    """By its size, whatever is in it."""
    assert parse(b"#" * (LARGEST - 2) + b"\na", "rules.yaml") == "a"
    assert refusal(b"\xff" * (LARGEST + 1)) == f"rules.yaml: {LARGEST + 1} bytes of YAML, at most {LARGEST} are read"


def test_an_alias_bomb_does_not_go_off():
    """Nine lines that would be a thousand million strings."""
    lines = ["a: &a [lol, lol, lol]"] + [f"{b}: &{b} [*{a}, *{a}, *{a}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)]
    assert "line 1: anchors" in refusal("\n".join(lines))


@pytest.mark.parametrize(
    "text",
    ["!" + "x" * 100_000 + " a\n", "? " + "k" * 100_000 + "\n? " + "k" * 100_000 + "\n"],
    ids=["tag", "key"],
)
def test_a_refusal_is_short_whatever_was_written(text):
    """Nobody fills a log or a comment with an error."""
    assert len(refusal(text)) < 300


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x85"), max_size=20)
    | st.sampled_from(
        ["no", "012", "1e-3", "12:30:45", "", " ", "~", "null", "true", "- a", "a: b", "#", "@a", "*a", "&a", "!a", "|", ">",
         "%", "a\n", "\na", "a\n\n", " a\n b", "\t", "a\tb\n", "\r\n", "'", '"', "\\", "---", "...\n", "{", "]", "a #b", "<<",
         "\x00", "\x1b[2J", "\u2028", "\u202e", "\ufeff", "🏌", "${{ x }}", "::set-output::", "x" * 200, "y " * 200]
    )
)  # fmt: skip
KEYS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x85"), max_size=12)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)


def nesting(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(nesting, inner), default=0)


@settings(deadline=None, max_examples=300, derandomize=True)
@given(VALUES.filter(lambda value: nesting(value) <= DEEPEST))
def test_what_is_written_is_read_back(value):
    """Values, types, signs of zero and the order of keys."""
    found = parse(write(value), "rules.yaml")
    assert repr(found) == repr(value)


@pytest.mark.parametrize("text", ["a\x85b", "a\nb\x85c"])
def test_a_next_line_character_is_read_back(text):
    """U+0085 is a line break to YAML; a reason or a name may hold one."""
    assert parse(write({"reason": text}), "rules.yaml") == {"reason": text}


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 2**64, -(10**30)])
def test_what_could_not_be_read_back_is_not_written(value):
    """A result file that the league can't read takes its whole board down."""
    try:
        written = write({"loss": value})
    except ValueError:
        return
    assert parse(written, "rules.yaml") == {"loss": value}
