"""Draws by the host's own code, and whose fault it is when they fail."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from referee.files import draws
from referee.ground.competition import Competition, Data, FitRule
from referee.ground.draw import Draw
from referee.ground.errors import RefereeFault

HEAD = "import numpy as np\nfrom referee.host import Draw\n"


@pytest.fixture
def game(league):
    """The competition of the tests."""
    return league.game("line")


def failure(game, text: str, seed: int = 5) -> str:
    (game.folder / "data.py").write_text(text)
    with pytest.raises(RefereeFault) as fault:
        draws.draw(game.rules, game.folder, seed)
    return str(fault.value)


def fixed(rules: Competition) -> Competition:
    return replace(rules, data=Data(draw="fixed"))


def test_a_seed_gives_the_same_rows_every_time(game):
    """So that any reader can judge again."""
    one, again, other = (draws.draw(game.rules, game.folder, seed) for seed in (5, 5, 6))
    assert isinstance(one, Draw) and one.train_x.dtype == np.float32
    assert one.sha256() == again.sha256() != other.sha256()


def test_the_data_module_is_read_anew_for_every_draw(game):
    """What a round left in it is no part of the next."""
    file = game.folder / "data.py"
    file.write_text(HEAD + "calls = []\ndef draw(seed):\n    calls.append(seed)\n    x = np.full((2, 2), len(calls))\n"
                    "    return Draw(x, np.zeros(2, int), x, np.zeros(2, int))\n")  # fmt: skip
    assert [draws.draw(game.rules, game.folder, 1).train_x[0, 0] for _ in range(3)] == [1, 1, 1]


def test_fresh_seeds_differ_and_fixed_ones_do_not(game):
    """The board says which it is."""
    assert len({draws.new_seeds(game.rules).draw for _ in range(20)}) == 20
    assert {draws.new_seeds(fixed(game.rules)).draw for _ in range(20)} == {draws.FIXED_SEED}


def test_the_contestants_seed_is_fresh_even_where_the_data_are_fixed(game):
    """And fits into what common libraries take for one."""
    seeds = [draws.new_seeds(game.rules).train for _ in range(20)]
    assert len(set(seeds)) == 20 and all(0 <= seed < 2**31 for seed in seeds)
    assert all(0 <= draws.new_seeds(game.rules).draw < 2**62 for _ in range(20))


def test_an_error_names_the_file_the_line_and_the_seed(game):
    """The host needs all three to see it again."""
    said = failure(game, HEAD + "def draw(seed):\n    rows = 1\n    return rows / 0\n", seed=77)
    assert said == "competitions/line/data.py:5: draw(77) raised ZeroDivisionError: division by zero"


def test_an_error_in_a_library_names_the_line_that_called_it(game):
    """A line of numpy's tells a host nothing."""
    said = failure(game, HEAD + "def draw(seed):\n    return np.linalg.inv(np.zeros((2, 2)))\n")
    assert said == "competitions/line/data.py:4: draw(5) raised LinAlgError: Singular matrix"


def test_an_error_in_a_function_names_the_innermost_line(game):
    """The line that failed, wherever its function stands in the file."""
    said = failure(game, HEAD + "def rows():\n    return 1 / 0\n\ndef draw(seed):\n    return rows()\n")
    assert said == "competitions/line/data.py:4: draw(5) raised ZeroDivisionError: division by zero"


def test_a_syntax_error_names_its_line(game):
    """No frame of the module is on the traceback then."""
    said = failure(game, HEAD + "def draw(seed)\n    return 1\n")
    assert said.startswith("competitions/line/data.py:3: draw(5) raised SyntaxError: expected ':'")


@pytest.mark.parametrize(
    ("given", "kind"), [("None", "NoneType"), ("(1, 2)", "tuple"), ("{}", "dict"), ("np.zeros(3)", "ndarray")]
)
def test_what_is_no_draw_is_told_what_to_return(game, given, kind):
    """By the type that came."""
    said = failure(game, HEAD + f"def draw(seed):\n    return {given}\n")
    assert said == f"competitions/line/data.py: draw(5) gave {kind}; return referee.host.Draw(...)"


def test_rows_that_cannot_be_played_are_the_hosts_fault(game):
    """By Draw's own sentence."""
    said = failure(game, HEAD + "def draw(seed):\n    x = np.full((2, 2), np.nan)\n    return Draw(x, [0, 1], x, [0, 1])\n")
    assert said == "competitions/line/data.py:5: draw(5) raised ValueError: train holds a value that is not finite"


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (FitRule(loss="sequence_accuracy", at_least=0.9, steps=3), "no whole sequences of fit.steps: 3"),
        (FitRule(loss="cross_entropy", rows="heldout"), "no held-out rows, which fit.rows asks for"),
    ],
)
def test_rows_that_the_fit_can_not_be_measured_on_are_the_hosts_fault(game, rule, told):
    game = replace(game, rules=replace(game.rules, fit=rule))
    text = HEAD + "def draw(seed):\n    return Draw(np.zeros((4, 2)), np.zeros(4, int), np.zeros((0, 2)), np.zeros(0, int))\n"
    assert told in failure(game, text)


def test_a_library_that_is_missing_is_told_how_to_get(game):
    """Judging needs more than checking."""
    said = failure(game, "import a_library_that_nobody_has\n")
    assert said.startswith("competitions/line/data.py: No module named 'a_library_that_nobody_has'; install")
    assert "pip install --editable '.[judge]'" in said


def test_a_module_without_draw_is_told_so(game):
    """The one name that it must have."""
    assert "has no attribute 'draw'" in failure(game, "def drew(seed):\n    pass\n")


def test_a_failed_draw_is_never_an_entrys_failure():
    """The fault is of the referee's side: a retry is free, the exit code 3."""
    assert RefereeFault("x").exit_code == 3
