"""What happened in a league, as its results tell it."""

from __future__ import annotations

from pathlib import Path

import pytest
from league_folder import Folder

from referee.ground.verdict import Verdict
from referee.presentation.site.boards import standing
from referee.presentation.site.history import Event, by_month, events, records

EARLIER = {"version": 1, "rules_sha256": "ab" * 32}


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A league with the competition `digits` and no entries."""
    folder = Folder(tmp_path / "league")
    folder.competition()
    return folder


def happened(folder: Folder) -> list[Event]:
    return events(standing(folder.league, name) for name in folder.league.competitions())


def told(folder: Folder, *kinds: str) -> list[tuple[str, str]]:
    """Kind and entry of each event, the newest first."""
    return [(event.kind, event.line.entry) for event in happened(folder) if event.kind in kinds or not kinds]


def test_nothing_has_happened_in_an_empty_league(folder):
    assert happened(folder) == [] and events([]) == [] and records([]) == []


def test_the_first_result_opens_its_board_and_is_no_event_of_a_record_too(folder):
    folder.result("first")
    (opened,) = [event for event in happened(folder) if event.kind == "opened"]
    assert opened.line.entry == "first" and opened.at == "2026-11-01T12:00:00Z"
    assert opened.record is not None and (opened.record.before, opened.record.less) == ("", "")
    assert told(folder, "record") == []


def test_a_board_opens_also_with_what_did_not_qualify(folder):
    folder.result("broken", (0,), verdict=Verdict.CRASHED)
    folder.result("good", day=2)
    (opened,) = [event for event in happened(folder) if event.kind == "opened"]
    assert (opened.line.entry, opened.record) == ("broken", None)


def test_a_record_names_what_it_beat_and_by_how_much(folder):
    folder.result("first", (200, 200, 200), day=1)
    folder.result("worse", (300, 300, 300), day=2)
    folder.result("equal", (200, 200, 200), day=3)
    folder.result("best", (120, 120, 120), day=4)
    (event,) = [event for event in happened(folder) if event.kind == "record"]
    assert event.record is not None
    assert (event.line.entry, event.record.before, event.record.less) == ("best", "200", "80")


def test_records_stand_newest_first_over_all_boards(folder):
    folder.result("one", (200, 200, 200), day=1)
    folder.result("two", (100, 100, 100), day=5)
    folder.result("long", day=3, class_="laptop-s", said={"classes": ["laptop-s"]})
    folder.competition("parity")
    folder.result("other", game="parity", day=4)
    found = records(standing(folder.league, name) for name in ("digits", "parity"))
    assert [record.line.entry for record in found] == ["two", "other", "long", "one"]
    assert [record.before for record in found] == ["200", "", "", ""]


def test_records_of_one_moment_stand_in_an_order_that_never_changes(folder):
    for name, class_ in (("b", "laptop-ss"), ("a", "laptop-s")):
        folder.result(name, class_=class_, said={"classes": [class_]})
    assert [record.line.entry for record in records([standing(folder.league, "digits")])] == ["b", "a"]


def test_records_under_earlier_rules_are_no_records_any_more(folder):
    folder.result("older", (10, 10, 10), pinned=EARLIER)
    folder.competition(version=2)
    assert records([standing(folder.league, "digits")]) == []


def test_a_player_comes_once_with_the_first_entry(folder):
    """In any spelling, on any board, qualified or not."""
    folder.result("later", day=3, said={"authors": ["ADA"]})
    folder.result("first", (0,), day=1, verdict=Verdict.OVER_TIME, said={"authors": ["ada"]})
    folder.result("with", day=2, said={"authors": ["Ada", "grace"]}, class_="laptop-s")
    came = [(event.handle, event.line.entry) for event in happened(folder) if event.kind == "newcomer"]
    assert came == [("grace", "with"), ("ada", "first")]


def test_who_came_under_earlier_rules_came_then(folder):
    folder.result("older", day=1, pinned=EARLIER)
    folder.competition(version=2)
    folder.result("newer", day=2)
    assert told(folder, "newcomer") == [("newcomer", "older")]


def test_a_version_of_the_rules_begins_with_its_first_result(folder):
    folder.result("older", day=1, pinned=EARLIER)
    folder.competition(version=2)
    assert told(folder, "opened", "rules") == [("opened", "older")]
    folder.result("first", day=3)
    folder.result("second", (100, 100, 100), day=4)
    assert told(folder, "opened", "rules") == [("rules", "first"), ("opened", "older")]
    (began,) = [event for event in happened(folder) if event.kind == "rules"]
    assert began.board.version == 2 and began.record is not None


def test_rules_that_changed_without_a_new_version_did_not_open_the_board_again(folder):
    """What was played first opened it."""
    folder.result("older", day=1, pinned={"rules_sha256": "ab" * 32})
    folder.result("newer", day=2)
    assert told(folder, "opened", "rules") == [("rules", "newer"), ("opened", "older")]


def test_each_class_opens_by_itself(folder):
    folder.result("short", day=1)
    folder.result("long", day=2, class_="laptop-s")
    assert told(folder, "opened") == [("opened", "long"), ("opened", "short")]


def test_what_happened_stands_newest_first(folder):
    folder.result("first", (200, 200, 200), day=1, said={"authors": ["ada"]})
    folder.result("best", (100, 100, 100), day=2, said={"authors": ["grace"]})
    assert told(folder) == [("record", "best"), ("newcomer", "best"), ("opened", "first"), ("newcomer", "first")]
    assert [event.at for event in happened(folder)] == sorted((event.at for event in happened(folder)), reverse=True)


def test_months_follow_each_other_and_lose_nothing(folder):
    for number, at in enumerate(("2025-12-31T23:59:59Z", "2026-01-01T00:00:00Z", "2026-11-05T00:00:00Z")):
        folder.result(f"e{number}", (300 - number,), recorded_at=at)
    found = happened(folder)
    months = by_month(found)
    assert [month for month, _ in months] == ["2026-11", "2026-01", "2025-12"]
    assert [event for _, some in months for event in some] == found


def test_no_event_is_no_month():
    assert by_month([]) == []
