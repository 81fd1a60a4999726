"""Recording what was judged: one class of an entry that can't be recorded leaves the other alone."""

from __future__ import annotations

from dataclasses import replace

from conftest import needs_bubblewrap, sandbox

from referee.adapters.ci import record
from referee.adapters.ci.handed import Found
from referee.play import running
from referee.play.match import Match


@needs_bubblewrap
def test_a_class_that_is_refused_leaves_the_entrys_other_class_written(league, enter, audience, tmp_path):
    """As where the rules of the one have changed since it was judged; and the signed bytes are what stands there."""
    match = Match.of(league, enter(), "laptop-ss")
    _, result, artifacts = running.play(match, tmp_path / "out", sandbox("bubblewrap"), audience)
    good = Found(entry="line/honest", result=result, content=b"the bytes that were signed", artifacts=artifacts)
    pins = replace(result.pins, class_="moon-base-ss", rules_sha256="0" * 64)
    late: list[str] = []
    assert record._written(league, good, late) and not late
    assert not record._written(league, replace(good, result=replace(result, pins=pins)), late)
    assert late == ["line/honest in moon-base-ss: not recorded: the rules have changed since it was judged; play it again"]
    results = league.root / "submissions/line/honest/results"
    assert (results / "laptop-ss.yaml").read_bytes() == b"the bytes that were signed"
    assert {path.name for path in (results / "laptop-ss").iterdir()} == set(artifacts)
    assert not (results / "moon-base-ss.yaml").exists()
