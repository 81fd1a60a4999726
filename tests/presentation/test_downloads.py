"""Boards, the league and its database as files: what they hold, that they are what their schemas say."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError
from league_folder import HOSTILE, LINES, Folder
from sample_board import matches
from sample_standings import first, hostile, small

from referee.files import store
from referee.ground.competition import AGGREGATES
from referee.ground.result import Curve, CurvePoint, Result
from referee.ground.scores import SCORES
from referee.ground.soundness import RULES
from referee.ground.verdict import Verdict
from referee.presentation.site.addresses import Published
from referee.presentation.site.boards import Standing, standing
from referee.presentation.site.downloads import board_data, database, league_index
from referee.presentation.site.downloads.board_data import COLUMNS, board_csv, board_json
from referee.presentation.site.downloads.league_index import league_json
from referee.presentation.site.downloads.tables import TABLES
from referee.presentation.site.players import players

REPOSITORY = Path(__file__).resolve().parents[2]
PUBLISHED = Published(address="https://golf.example/league/", repository="golf/league")
PAYLOADS = sorted({*HOSTILE, *LINES})


@pytest.fixture
def league(tmp_path: Path) -> Standing:
    return small(tmp_path / "league")


def validator(name: str) -> Draft202012Validator:
    schema = json.loads((REPOSITORY / f"site/pages/schema/{name}.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def board(standing: Standing) -> dict[str, Any]:
    return json.loads(board_json(standing, standing.boards[0], standing.game.rules.par))


# A board as JSON


def test_a_board_reads_as_the_golden_one(league: Standing) -> None:
    matches("board.json", json.dumps(board(league), indent=1) + "\n")


def test_boards_follow_their_schema(league: Standing) -> None:
    """With and without par, played and not, frozen."""
    schema = validator("board")
    for one in (*league.boards, *league.frozen):
        for par in (league.game.rules.par, None):
            schema.validate(json.loads(board_json(league, one, par)))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("rows.0.recorded_at", "yesterday"),
        ("rows.0.verdict", "won"),
        ("rows.0.more", 1),
        ("rows.0.fit.accuracy", 2),
        ("rules_sha256", "ab"),
        ("par.kind", "guess"),
        ("class", "<b>"),
    ],
)
def test_the_schema_refuses_what_no_board_holds(league: Standing, path: str, value: object) -> None:
    whole = board(league)
    *parents, last = path.split(".")
    place: Any = whole
    for step in parents:
        place = place[int(step)] if isinstance(place, list) else place[step]
    place[last] = value
    with pytest.raises(ValidationError):
        validator("board").validate(whole)


def test_the_schemas_name_what_the_code_knows() -> None:
    one, whole = (validator(name).schema for name in ("board", "league"))
    competition = whole["$defs"]["competition"]["properties"]
    assert one["$defs"]["row"]["properties"]["verdict"]["enum"] == list(Verdict)
    assert set(competition["architecture"]["enum"]) == set(RULES)
    assert set(competition["aggregate"]["enum"]) == set(AGGREGATES)
    assert one["properties"]["schema"]["const"] == board_data.SCHEMA
    assert whole["properties"]["schema"]["const"] == league_index.SCHEMA


def test_every_object_of_the_schemas_is_closed_and_needs_what_it_names() -> None:
    for name in ("board", "league"):
        for part in objects(validator(name).schema):
            assert part["additionalProperties"] is False
            left = set(part["properties"]) - set(part["required"])
            assert left <= {"at_most", "at_least"}


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict) and schema.get("type") == "object":
        yield schema
    for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from objects(part)


def test_curves_are_drawn_for_the_head_of_a_board_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_data, "DRAWN", 1)
    folder = Folder(tmp_path / "league")
    folder.competition()
    for entry, score in (("first", 100), ("second", 200)):
        folder.result(entry, (score,) * 3)
        with_curve(folder, entry)
    rows = board(standing(folder.league, "digits"))["rows"]
    assert rows[0]["curve"] and not rows[1]["curve"]


def with_curve(folder: Folder, entry: str, step: int = 2) -> None:
    """Give each round of a result a curve of two points."""
    file = folder.root / f"submissions/digits/{entry}/results/laptop-ss.yaml"
    result = store.read(Result, file, "")
    points = (CurvePoint(step=1, seconds=0.5, loss=2.25), CurvePoint(step=step, seconds=1.0, loss=0.125))
    rounds = [replace(judged, trained=replace(judged.trained, curve=Curve.of(points))) for judged in result.rounds]
    store.write(replace(result, rounds=tuple(rounds)), file)


# A board as CSV


def test_a_csv_reads_as_the_golden_one(league: Standing) -> None:
    matches("board.csv", board_csv(league, league.boards[0]).replace("\r\n", "\n"))


def test_a_csv_has_a_line_for_each_result_and_the_numbers_of_the_json(league: Standing) -> None:
    text = board_csv(league, league.boards[0])
    heads, *lines = csv.reader(io.StringIO(text, newline=""))
    assert heads == COLUMNS
    assert text.count("\r\n") == text.count("\n") == 1 + len(league.boards[0].lines)
    for cells, row in zip(lines, board(league)["rows"], strict=True):
        told = dict(zip(heads, cells, strict=True))
        assert told["entry"] == row["entry"]
        assert told["authors"].split("; ") == row["authors"]
        assert (float(told["score"]) if told["score"] else None) == row["score"]
        assert (float(told["fit_loss"]) if told["fit_loss"] else None) == (row["fit"] and row["fit"]["loss"])


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("//evil.example")'])
def test_no_cell_of_a_stranger_is_a_formula(tmp_path: Path, start: str) -> None:
    folder = Folder(tmp_path / "league")
    folder.competition()
    folder.result("broken", (0,), verdict=Verdict.CRASHED, reason=start, said={"title": start, "techniques": [start]})
    one = standing(folder.league, "digits")
    row = next(csv.DictReader(io.StringIO(board_csv(one, one.boards[0]))))
    for column in ("title", "techniques", "reason"):
        assert row[column] == f"'{start}"


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_strings_stay_text_in_json_and_csv(tmp_path: Path, payload: str) -> None:
    one = hostile(tmp_path / "league", payload)
    text = board_json(one, one.boards[0], one.game.rules.par) + league_json([one], PUBLISHED)
    assert not re.search(r"[<>&\x00-\x1f]", text)
    assert text.isascii()
    validator("board").validate(board(one))
    validator("league").validate(json.loads(league_json([one], PUBLISHED)))
    assert board(one)["rows"][0]["title"] == one.boards[0].ranked[0].title
    cells = [cell for row in csv.reader(io.StringIO(board_csv(one, one.boards[0]), newline="")) for cell in row]
    assert len(cells) == 3 * len(COLUMNS)
    assert not any(cell.startswith(("=", "+", "@", "\t", "\r")) for cell in cells)


# The league as one file


def test_the_index_follows_its_schema_with_and_without_an_address(league: Standing) -> None:
    for published in (PUBLISHED, Published()):
        validator("league").validate(json.loads(league_json([league], published)))
    validator("league").validate(json.loads(league_json([], Published())))


def test_the_index_names_record_par_and_counts(league: Standing) -> None:
    competition = json.loads(league_json([league], PUBLISHED))["competitions"][0]
    played, open_ = competition["boards"]
    assert competition["par"]["score"] == 118
    assert played["record"]["entry"] == "pruned"
    assert (played["ranked"], played["not_qualified"], played["unjudged"]) == (4, 1, 1)
    assert played["json"] == "https://golf.example/league/boards/digits/laptop-ss.json"
    assert open_["record"] is open_["json"] is open_["csv"] is None
    assert competition["frozen"][0]["csv"] == "https://golf.example/league/boards/digits/laptop-ss.v1-abababab.csv"


# The database


@pytest.fixture
def base(league: Standing) -> Iterator[sqlite3.Connection]:
    with closing(opened(league)) as connection:
        yield connection


def opened(*standings: Standing) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.deserialize(database.database(standings, players(standings)))
    return connection


def test_the_database_has_every_result_and_round(base: sqlite3.Connection) -> None:
    counts = {table: base.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables(base)}
    assert counts == {
        "competitions": 1,
        "boards": 3,
        "entries": 6,
        "players": 3,
        "authors": 7,
        "techniques": 6,
        "machines": 1,
        "results": 6,
        "rounds": 16,
        "curves": 0,
        "calibrations": 4,
    }


def tables(base: sqlite3.Connection) -> list[str]:
    return [name for (name,) in base.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid")]


def test_its_references_hold_and_it_is_sound(base: sqlite3.Connection) -> None:
    assert base.execute("PRAGMA foreign_key_check").fetchall() == []
    assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert base.execute("PRAGMA user_version").fetchone() == (database.VERSION,)


def test_a_reference_that_hangs_would_be_found(base: sqlite3.Connection) -> None:
    base.execute("UPDATE results SET machine = 7")
    assert base.execute("PRAGMA foreign_key_check").fetchall()


def test_its_leaderboard_is_the_board(base: sqlite3.Connection, league: Standing) -> None:
    found = base.execute("SELECT rank, entry, title, authors, score, gap, verdict FROM leaderboard").fetchall()
    lines = league.boards[0].lines
    assert found == [
        (one.rank, one.entry, one.title, " ".join(one.authors), one.result.score, one.excess, one.verdict) for one in lines
    ]


def test_every_number_of_a_result_stands_in_its_own_column(base: sqlite3.Connection, league: Standing) -> None:
    base.row_factory = sqlite3.Row
    query = "SELECT results.* FROM results JOIN entries ON entries.id = entry WHERE name = 'pruned'"
    row = dict(base.execute(query).fetchone())
    result = first(league)[1].result
    assert {name: row[name] for name in SCORES} == result.scores
    for name in ("score", "seconds", "joules", "joules_at_most", "memory_gib", "attempt", "recorded_at", "referee", "sandbox"):
        assert row[name] == getattr(result, name), name
    assert (row["fit_loss"], row["fit_accuracy"], row["fit_rows"]) == (9.87e-4, 1.0, 1437)
    assert (row["heldout_loss"], row["heldout_accuracy"], row["heldout_rows"]) == (0.31, 0.9444, 360)
    assert (row["tree"], row["run"], row["led"], row["own"]) == (result.pins.tree, None, 1, None)


def test_rounds_bring_seeds_and_scores(base: sqlite3.Connection) -> None:
    query = (
        "SELECT number, draw_seed, train_seed, rounds.seconds, rounds.nonzero, rounds.l2 FROM rounds "
        "JOIN results ON results.id = result JOIN entries ON entries.id = entry WHERE name = 'pruned' ORDER BY number"
    )
    assert base.execute(query).fetchall() == [(n, n, 2, 431.5, s, 2 * s) for n, s in enumerate((120.0, 118.0, 125.0), start=1)]


def test_curves_and_an_own_score_are_kept(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "league")
    folder.competition(score="meetings", own_score={"sentence": "rows that meet"}, sound_because="No scale moves it at all.")
    (folder.root / "competitions/digits/score.py").write_text("")
    folder.result("first", (7, 8, 9), ranked_by="meetings", lacking=["path_norm"])
    with_curve(folder, "first")
    with closing(opened(standing(folder.league, "digits"))) as base:
        assert base.execute("SELECT round, position, step, seconds, loss FROM curves WHERE round = 2").fetchall() == [
            (2, 1, 1, 0.5, 2.25),
            (2, 2, 2, 1.0, 0.125),
        ]
        assert base.execute("SELECT own, path_norm FROM results").fetchall() == [(8.0, None)]


def test_a_number_that_sqlite_has_no_room_for_becomes_a_float(tmp_path: Path) -> None:
    """Entries report the steps of their curves, runners the numbers of their runs."""
    folder = Folder(tmp_path / "league")
    folder.competition()
    source = {"repository": "a/b", "pull_request": 10**40, "commit": "c", "base": "b", "run": -(2**63) - 1}
    folder.result("first", source=source)
    with_curve(folder, "first", step=10**19 - 1)
    with closing(opened(standing(folder.league, "digits"))) as base:
        assert base.execute("SELECT pull_request, typeof(run) FROM results").fetchall() == [(1e40, "real")]
        assert base.execute("SELECT max(step) FROM curves").fetchone() == (1e19,)


def test_the_query_of_the_documentation_answers(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "league")
    folder.competition()
    for number in range(10):
        folder.result(f"entry-{number}", (100 + number,) * 3)
    query = (database.__doc__ or "").split("\n\n")[-1]
    with closing(opened(standing(folder.league, "digits"))) as base:
        [answer] = base.execute(query).fetchall()
    assert answer[:4] == ("digits", "laptop-ss", 10, 100.0)
    assert answer[4] == pytest.approx(0.31)


def test_every_score_of_the_table_is_a_column_with_its_meaning() -> None:
    for score in SCORES.values():
        assert TABLES.count(f"    {score.name} REAL, -- {score.sentence}\n") == 2


def test_the_same_league_gives_the_same_bytes_in_another_process(league: Standing, tmp_path: Path) -> None:
    program = (
        "import sys, hashlib; from pathlib import Path; from referee.files.league import League\n"
        "from referee.presentation.site.boards import standing; from referee.presentation.site.players import players\n"
        "from referee.presentation.site.downloads.database import database\n"
        "one = standing(League(Path(sys.argv[1])), 'digits')\n"
        "sys.stdout.buffer.write(database([one], players([one])))\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "league")]
    made = {subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=REPOSITORY).stdout for _ in range(2)}
    assert made == {database.database([league], players([league]))}


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_strings_stay_values_in_the_database(tmp_path: Path, payload: str) -> None:
    one = hostile(tmp_path / "league", payload)
    with closing(opened(one)) as base:
        assert base.execute("SELECT title FROM leaderboard").fetchall() == [(line.title,) for line in one.boards[0].lines]
        assert base.execute("SELECT count(*) FROM machines").fetchone() == (1,)
        for table in tables(base):
            for row in base.execute(f"SELECT * FROM {table}"):
                assert all(value.isprintable() for value in row if isinstance(value, str))


def test_a_league_without_competitions_has_a_database() -> None:
    with closing(opened()) as base:
        assert base.execute("SELECT * FROM leaderboard").fetchall() == []
