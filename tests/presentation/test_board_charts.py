"""The pictures of a board: those that there are numbers for, with what the board says."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from league_folder import Folder

from referee.ground.fits import Measure
from referee.ground.result import Curve, CurvePoint, Result
from referee.ground.verdict import Verdict
from referee.presentation.site.board_charts import MOST, board_charts, spark
from referee.presentation.site.boards import Board, Standing, standing

PAGE, UNTIL = "boards/digits/laptop-ss.md", "2026-11-20T00:00:00Z"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A league with the competition `digits` and no entries."""
    folder = Folder(tmp_path / "league")
    folder.competition()
    return folder


@pytest.fixture
def played(folder: Folder) -> Standing:
    """Two records and what did not qualify."""
    folder.result("dense", (410, 402, 409), day=1)
    folder.result("pruned", (120, 118, 125), day=3)
    folder.result("broken", (0,), day=4, verdict=Verdict.CRASHED)
    return standing(folder.league, "digits")


def charts(standing: Standing, board: Board | None = None) -> dict[str, str]:
    """Key -> chart."""
    found = board_charts(standing, board or standing.boards[0], PAGE, UNTIL)
    return {re.findall(r'<title id="(\w+)-title"', chart)[0]: str(chart) for chart in found}


def changed(board: Board, **changes: object) -> Board:
    """The board with other results."""
    return replace(board, ranked=tuple(replace(line, result=replace(line.result, **changes)) for line in board.ranked))


def metered(result: Result, *joules: float | None) -> Result:
    rounds = zip(result.rounds, joules, strict=True)
    return replace(result, rounds=tuple(replace(one, trained=replace(one.trained, joules=value)) for one, value in rounds))


def test_a_board_without_a_ranked_result_has_no_pictures(folder):
    folder.result("broken", (0,), verdict=Verdict.CRASHED)
    assert charts(standing(folder.league, "digits")) == {}


def test_a_board_has_its_record_its_times_and_its_held_out_rows(played):
    """No energy was measured."""
    assert list(charts(played)) == ["record", "time", "heldout"]


def test_measured_energy_gets_its_picture(played):
    board = played.boards[0]
    first, *others = board.ranked
    one = replace(first, result=metered(first.result, 100.0, 812.0, 90.0))
    energy = charts(played, replace(board, ranked=(one, *others)))["energy"]
    assert "812 J" in energy
    assert "The pruned" in energy and "The dense" not in energy


def test_the_energy_of_a_round_that_was_not_measured_is_not_guessed(played):
    board = played.boards[0]
    lines = tuple(replace(line, result=metered(line.result, 100.0, None, 90.0)) for line in board.ranked)
    assert "energy" not in charts(played, replace(board, ranked=lines))


def test_accuracy_is_shown_where_there_is_one_and_else_the_loss(played):
    assert "held-out accuracy" in charts(played)["heldout"]
    loss = changed(played.boards[0], heldout=Measure(loss=0.31, accuracy=None, rows=360))
    found = charts(played, loss)["heldout"]
    assert "held-out loss" in found and "accuracy" not in found


def test_without_held_out_rows_there_is_no_picture_of_them(played):
    assert "heldout" not in charts(played, changed(played.boards[0], heldout=None))


def test_records_lead_to_their_entries(played):
    record = charts(played)["record"]
    assert re.findall(r'href="([^"]+)"', record).count("../../../entries/digits/pruned/") >= 1
    assert "409" in record and "120" in record


def test_what_has_no_page_is_no_link(played):
    board = played.boards[0]
    alone = replace(board, ranked=tuple(replace(line, page=None) for line in board.ranked))
    assert not [chart for chart in charts(played, alone).values() if "href=" in chart]


def test_par_is_drawn_where_there_is_one(folder):
    folder.result("pruned")
    assert "par" not in re.sub(r"<desc.*?</desc>", "", charts(standing(folder.league, "digits"))["record"])
    folder.competition(par={"score": 77, "kind": "proof", "source": "a proof"})
    folder.result("pruned")
    assert "77" in charts(standing(folder.league, "digits"))["record"]


def test_a_crowded_picture_says_how_many_it_leaves_out(played):
    board = played.boards[0]
    crowd = replace(board, ranked=board.ranked[:1] * (MOST + 1))
    assert f"best {MOST} of {MOST + 1}" in charts(played, crowd)["time"]
    assert "best" not in charts(played)["time"].split("</figcaption>")[0]


def test_charts_hold_no_blank_line(played):
    """In CommonMark it would end the block."""
    assert not [key for key, chart in charts(played).items() if re.search(r"\n\s*\n", chart)]


def test_a_title_is_text_in_a_picture(folder):
    folder.result("x", said={"title": '"><script>alert(1)</script>'})
    for chart in charts(standing(folder.league, "digits")).values():
        assert "<script>" not in chart and "&lt;script&gt;alert(1)&lt;/script&gt;" in chart


def test_a_curve_is_drawn_in_the_line_of_its_typical_round(played):
    line = played.boards[0].ranked[0]
    assert spark(line) == ""
    curves = [Curve.of(CurvePoint(step=at, seconds=at, loss=loss) for at in range(3)) for loss in (1.0, 1.0, 1.0)]
    falling = Curve.of([CurvePoint(step=at, seconds=at, loss=10.0**-at) for at in range(3)])
    curves[0] = falling
    rounds = zip(line.result.rounds, curves, strict=True)
    drawn = replace(line.result, rounds=tuple(replace(one, trained=replace(one.trained, curve=two)) for one, two in rounds))
    (points,) = re.findall(r'<polyline points="([^"]+)"', str(spark(replace(line, result=drawn))))
    assert points == "2,2 30,8 58,14"


def test_what_did_not_qualify_has_no_curve_in_its_line(played):
    assert spark(played.boards[0].others[0]) == ""
