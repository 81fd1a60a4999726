"""The competition's own modules: trusted, called by path, and named with the line where they fail."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from referee.files import host_code
from referee.ground.errors import RefereeFault

WHERE = "competitions/line/score.py"


@pytest.fixture
def module(tmp_path) -> Path:
    """The place of a competition's score.py."""
    folder = tmp_path / "competitions/line"
    folder.mkdir(parents=True)
    return folder / "score.py"


def fault(module: Path, text: str, *given: object) -> str:
    module.write_text(text)
    with pytest.raises(RefereeFault) as failed:
        host_code.call(module, "score", *given)
    return str(failed.value)


def test_a_function_gives_what_it_gives(module):
    """With what it is given, in order."""
    module.write_text("def score(*given):\n    return given\n")
    assert host_code.call(module, "score", 1, "two", [3]) == (1, "two", [3])


def test_a_module_is_read_anew_and_stays_out_of_the_way(module):
    """Two competitions may both have a score.py, and nothing of a call is left for the next."""
    module.write_text("calls = []\ndef score():\n    calls.append(1)\n    return len(calls)\n")
    before = set(sys.modules)
    assert [host_code.call(module, "score") for _ in range(3)] == [1, 1, 1]
    assert set(sys.modules) == before


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("def score(model):\n    one = 1\n    return one / 0\n", 3, "ZeroDivisionError: division by zero"),
        ("def score(model):\n    return inner()\n\ndef inner():\n    return {}['a']\n", 5, "KeyError: 'a'"),
        ("import json\ndef score(model):\n    return json.loads('{')\n", 3, "JSONDecodeError: "),
        ("value = 1 / 0\ndef score(model):\n    return 1\n", 1, "ZeroDivisionError: division by zero"),
        ("def score(model)\n    return 1\n", 1, "SyntaxError: expected ':'"),
        ("def score(model):\n    return model.nothing\n", 2, "AttributeError: 'object' object has no attribute 'nothing'"),
        ("def score():\n    return 1\n", 0, "TypeError: score() takes 0 positional arguments but 1 was given"),
        ("def scores(model):\n    return 1\n", 0, "AttributeError: "),
    ],
    ids=["plain", "inner function", "in a library", "at import", "syntax", "of the model", "signature", "no such function"],
)
def test_an_error_names_the_innermost_line_of_the_module(module, text, line, said):
    """Not the library's, where that is deeper; 0 where no line of the module took part."""
    told = fault(module, text, object())
    assert told.startswith(f"{WHERE}:{line}: score() raised ") and said in told


def test_numbers_and_words_that_were_given_are_told(module):
    """A host can call it again with them; other things are not printed."""
    told = fault(module, "def score(*given):\n    return 1 / 0\n", 5, "x", object())
    assert told == f"{WHERE}:2: score(5, x) raised ZeroDivisionError: division by zero"


def test_a_library_that_is_missing_is_told_how_to_get(module):
    """Judging needs more than checking."""
    told = fault(module, "import a_library_that_nobody_has\n")
    assert told == f"{WHERE}: No module named 'a_library_that_nobody_has'; install what judging needs: " + (
        "pip install --editable '.[judge]'"
    )


def test_a_file_that_is_no_python_is_the_hosts_fault(module):
    """By its name."""
    other = module.with_name("score.txt")
    other.write_text("1")
    with pytest.raises(RefereeFault, match=r"competitions/line/score\.txt: is no Python file"):
        host_code.call(other, "score")
