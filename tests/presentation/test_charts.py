"""Charts: what they show, that they stay within their box, and that strangers' strings stay text in them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import markdown
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_board import matches
from strangers import HOSTILE

from referee.presentation import words
from referee.presentation.charts import (
    Axis,
    Mark,
    durations,
    histogram,
    loss_curves,
    over_time,
    progression,
    scales,
    scatter,
    sparkline,
    sparkline_points,
    spectrum,
    times,
)
from referee.presentation.charts.signs import Sign
from referee.presentation.charts.trade import Spot, pareto

ASSETS = Path(__file__).resolve().parents[2] / "site/pages/assets"
HTML = (
    "<script>alert(1)</script>",
    "</title></desc></svg></figure><script>alert(1)</script>",
    "</bdi><img src=x onerror=alert(1)>",
    "<!-- <style>*{display:none}</style>",
    "--><script>alert(1)</script>",
    "]]><script>alert(1)</script><![CDATA[",
    '" onfocus="alert(1)" autofocus="',
    "' onmouseover='alert(1)",
    '--8<-- "/etc/passwd"',
    "\n\n```\n# heading\n",
    "    indented code",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\u202egnp.exe\ufffe\ud800\x00",
    "Z" * 3000,
)
SECONDS = Axis(label="training time", say=words.seconds)
SCORE = Axis(label="score", say="{:.5g}".format)
HELD_OUT = Axis(label="held-out accuracy", say=words.percent, higher_is_better=True)


def records(scores: list[float]) -> list[Mark]:
    return [
        Mark(x=f"2026-11-{day:02}T12:00:00Z", y=score, label=f"e{day}", href=f"../e{day}/")
        for day, score in enumerate(scores, 1)
    ]


def entries(count: int, label: str = "e") -> list[Mark]:
    return [Mark(x=10.0 + 7 * at % 290, y=100.0 + (150 + 37 * at) % 211, label=f"{label}{at}") for at in range(count)]


CURVES = [
    (f"round {number}", [(step * 0.5, 2.3 * math.exp(-step / (3 + number))) for step in range(30)]) for number in (1, 2, 3)
]
CALIBRATION = [(f"runner-{n}", [(f"2026-11-{day:02}T06:00:00Z", 40 + n + day % 3) for day in range(1, 9)]) for n in range(3)]
EXAMPLES = {
    "progression": progression("a", "Record over time", records([900, 850, 410, 118]), SCORE.say, 430.0),
    "one-record": progression("b", "Record over time", records([900]), SCORE.say),
    "scatter": scatter("c", "Score against time", entries(20), SECONDS, SCORE),
    "held-out": scatter("d", "Score against held-out", [Mark(x=0.9, y=100, label="e")], HELD_OUT, SCORE),
    "loss-curves": loss_curves("e", "Loss of each round", CURVES, 1e-3),
    "histogram": histogram("f", "Weights", [-0.3, -0.1, 0.1, 0.3], [20, 45, 18], 300),
    "spectrum": spectrum("g", "Singular values", [3.0, 1.0, 0.1, 0.0, 1e-15]),
    "over-time": over_time("h", "Calibration", CALIBRATION, "GFLOP/s", SCORE.say),
    "empty": scatter("i", "Score against time", [], SECONDS, SCORE),
    "sparkline": sparkline([2.3, 1.1, 0.2, 0.01]),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_chart_looks_as_the_golden_one(name: str) -> None:
    """UPDATE_GOLDEN=1 writes it."""
    matches(f"chart-{name}.html", EXAMPLES[name] + "\n")


# Scales

ends = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(ends, min_size=1, max_size=9), st.sampled_from([None, True, False]))
def test_ticks_are_round_rising_and_within_the_axis(values: list[float], log: bool | None) -> None:
    scale = scales.fitted(values, log=log)
    ticks = scale.ticks()
    assert 2 <= len(ticks) <= 6
    assert ticks == sorted(set(ticks))
    assert len(set(scales.labels(ticks))) == len(ticks)
    for tick in ticks:
        assert 0 <= scale.place(tick) <= 1
        assert scale.low <= (math.log10(tick) if scale.log else tick) <= scale.high
    if scale.log and ticks[-1] / ticks[0] >= 10:
        assert all(f"{tick:e}"[0] in "1235" for tick in ticks)
    elif not scale.log:
        step = min(after - before for before, after in pairwise(ticks))
        assert f"{step:.2e}"[:4] in ("1.00", "2.00", "5.00")
        assert all(abs(tick / step - round(tick / step)) < 1e-3 for tick in ticks)


@given(st.lists(ends, min_size=1, max_size=9), st.booleans())
def test_the_order_of_numbers_is_the_order_of_places(values: list[float], from_zero: bool) -> None:
    scale = scales.fitted(values, from_zero=from_zero)
    places = [scale.place(value) for value in sorted(values)]
    assert places == sorted(places)
    assert scale.log or min(values) < 0 or scale.low >= 0


@given(st.lists(st.floats(1e-3, 1e9), min_size=2, max_size=5))
def test_durations_have_ticks_within_the_axis(values: list[float]) -> None:
    scale = scales.fitted(values)
    ticks = durations.ticks(scale)
    assert 2 <= len(ticks) <= 6
    assert all(scale.low <= (math.log10(tick) if scale.log else tick) <= scale.high for tick in ticks)


def test_durations_are_marked_at_round_minutes() -> None:
    assert durations.ticks(scales.fitted([0.0, 580.0])) == [0, 180, 360, 540]
    assert durations.ticks(scales.fitted([2.0, 900.0])) == [10, 60, 600]


@given(st.lists(st.datetimes(), min_size=1, max_size=5))
def test_days_have_ticks_within_the_axis_and_neighbours_read_differently(moments: list[object]) -> None:
    scale = times.fitted(seconds for moment in moments if (seconds := times.moment(str(moment))) is not None)
    ticks = times.ticks(scale)
    assert 2 <= len(ticks) <= 5
    assert all(scale.low <= second <= scale.high for second, _ in ticks)
    assert all(one != other for (_, one), (_, other) in pairwise(ticks))


@pytest.mark.parametrize(
    ("first", "last", "labels", "unit"),
    [
        ("2026-11-21T06:00:00Z", "2026-11-21T18:00:00Z", ["06:00", "09:00", "12:00", "15:00", "18:00"], ", 21 Nov 2026, UTC"),
        ("2026-11-20T12:00:00Z", "2026-11-21T12:00:00Z", ["12:00", "18:00", "21 Nov", "06:00", "12:00"], ", 2026, UTC"),
        ("2026-11-02", "2026-11-23", ["2 Nov", "9 Nov", "16 Nov", "23 Nov"], ", 2026"),
        ("2026-08-20", "2026-12-01", ["Sep 2026", "Oct 2026", "Nov 2026", "Dec 2026"], ""),
        ("2020-02-01", "2027-05-01", ["2020", "2022", "2024", "2026"], ""),
    ],
)
def test_moments_are_marked_at_round_hours_days_months_and_years(first: str, last: str, labels: list[str], unit: str) -> None:
    scale = times.fitted([times.moment(first) or 0, times.moment(last) or 0])
    assert ([label for _, label in times.ticks(scale)], times.unit(scale)) == (labels, unit)


@pytest.mark.parametrize(
    ("values", "said"),
    [([0.8, 0.85, 1.0], ["80 %", "85 %", "100 %"]), ([0.825, 0.85], ["82.50 %", "85.00 %"])],
)
def test_decimals_that_say_nothing_are_left_out_together(values: list[float], said: list[str]) -> None:
    assert scales.labels(values, words.percent) == said


def test_ticks_that_would_read_the_same_are_numbers() -> None:
    assert scales.labels([1.001, 1.002], "{:.1f} s".format) == ["1.001", "1.002"]


# Whatever the numbers are

numbers = st.floats() | st.sampled_from([0.0, 1e300, -1e300, 1.7976931348623157e308, 1e-300, 5e-324, 1.0])
moments = st.datetimes().map(str) | st.sampled_from(["", "soon", "2026-11-21T06:00:00Z", "0001-01-01T00:00:00+14:00"])
pairs = st.lists(st.tuples(numbers, numbers), max_size=40)
timed = st.lists(st.tuples(moments, numbers), max_size=20)
charts = st.one_of(
    st.builds(
        lambda points, par: progression("k", "c", [Mark(x=x, y=y, label="e") for x, y in points], SCORE.say, par),
        timed,
        st.none() | numbers,
    ),
    st.builds(
        lambda points, x, front: scatter("k", "c", [Mark(x=x, y=y, label="e") for x, y in points], x, SCORE, front),
        pairs,
        st.sampled_from([SECONDS, HELD_OUT, Axis(label="J", say=words.joules, log=True)]),
        st.booleans(),
    ),
    st.builds(lambda curves, limit: loss_curves("k", "c", [("r", one) for one in curves], limit), st.lists(pairs), numbers),
    st.builds(lambda named: over_time("k", "c", [("r", one) for one in named], "v", SCORE.say), st.lists(timed, max_size=9)),
    st.builds(lambda values: spectrum("k", "c", values), st.lists(numbers, max_size=90)),
    st.builds(
        lambda edges, counts, zeros: histogram(
            "k", "c", sorted(edges[: len(counts) + 1]), counts[: max(len(edges) - 1, 0)], zeros
        ),
        st.lists(numbers.filter(lambda number: number == number), max_size=30),
        st.lists(st.integers(0, 10**12), max_size=30),
        st.integers(0, 10**12),
    ),
)


@settings(max_examples=150, deadline=None)
@given(charts)
def test_every_chart_can_be_drawn_and_stays_within_its_box(chart: str) -> None:
    svg = picture(chart)
    _, _, width, height = map(float, svg.attrib["viewBox"].split())
    for x, y in places(svg):
        assert 0 <= x <= width
        assert 0 <= y <= height
    assert not re.search(r"\bnan\b|\binf\b", "".join(re.findall(r' d="([^"]*)"', chart)))


@settings(max_examples=60, deadline=None)
@given(charts)
def test_every_chart_can_stand_in_markdown(chart: str) -> None:
    assert all(line.startswith("<") for line in chart.splitlines())
    assert len(ids(chart)) == len(set(ids(chart)))


def test_markdown_leaves_a_chart_as_it_is() -> None:
    for chart in EXAMPLES.values():
        page = markdown.markdown(f"# Title\n\nText.\n\n<div>{chart}</div>\n\n*Text*.\n", extensions=["tables", "fenced_code"])
        assert chart in page
        assert "<em>Text</em>" in page


# What they say


def test_par_is_a_dashed_line_with_its_name_and_is_told() -> None:
    chart = EXAMPLES["progression"]
    assert '<path class="golf-par-line"' in chart
    assert ">par 430</text>" in chart
    assert "4 records: 900 on 2026-11-01, 118 on 2026-11-04; the lowest is 118. Par is 430." in chart
    assert re.search(r"\.golf-par-line \{[^}]*stroke-dasharray", css("charts"))


def test_the_last_record_goes_on_to_the_right_edge() -> None:
    for name in ("progression", "one-record"):
        assert re.search(r'<path class="golf-line" d="[^"]*H388"/>', EXAMPLES[name])


def test_scores_that_span_more_than_a_factor_of_ten_are_on_a_log_scale() -> None:
    assert "score, log scale" in progression("k", "c", records([1001, 100]), SCORE.say)
    assert "log scale" not in progression("k", "c", records([1000, 100]), SCORE.say)
    assert "log scale" not in progression("k", "c", records([1000, 0]), SCORE.say)


def test_points_with_links_are_no_image_and_the_table_has_the_links() -> None:
    """What is inside an image can't be reached; a table can, by keyboard."""
    chart = EXAMPLES["progression"]
    assert 'role="group" aria-labelledby="a-title a-desc"' in chart
    assert 'role="img"' in EXAMPLES["scatter"]
    drawing, table = chart.split("<details>")
    assert re.findall(r'<a href="([^"]*)" tabindex="-1">', drawing) == [f"../e{day}/" for day in range(1, 5)]
    assert re.findall(r'<th><a href="([^"]*)">', table) == [f"../e{day}/" for day in range(1, 5)]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=30), st.booleans(), st.booleans())
def test_nobody_on_the_front_is_beaten_and_everybody_else_is(points: list[tuple[int, int]], x_high: bool, y_high: bool) -> None:
    x, y = (Axis(label="", say=str, higher_is_better=high) for high in (x_high, y_high))
    spots = [Spot(x=x, y=y, about=Mark(x=x, y=y, label="")) for x, y in points]

    def beats(one: Spot, other: Spot) -> bool:
        gains = ((one.x - other.x) * (1 if x_high else -1), (one.y - other.y) * (1 if y_high else -1))
        return min(gains) >= 0 and max(gains) > 0

    front = {id(spot) for spot in pareto(spots, x, y)}
    assert all((id(spot) in front) != any(beats(other, spot) for other in spots) for spot in spots)


def test_a_sentence_tells_what_a_picture_shows() -> None:
    said = {name: picture(chart).findtext("desc") for name, chart in EXAMPLES.items() if name != "sparkline"}
    assert said["one-record"] == "One record: 900 on 2026-11-01."
    assert said["scatter"].endswith("score from 109 to 309. 3 of them are on the Pareto front.")
    assert said["held-out"] == "One point: held-out accuracy 90.00 %, score 100."
    assert said["loss-curves"].startswith("round 1 from 2.3 to 1.63e-03 in 14 s; round 2")
    assert said["over-time"].startswith("GFLOP/s from 40 to 44. runner-0: 8 values, last 42;")
    assert said["empty"] == "No points yet."


def test_of_too_many_points_those_of_the_front_stay_and_the_caption_says_how_many() -> None:
    best = [Mark(x=1.0, y=1.0, label="the-best")]
    chart = scatter("k", "c", [*entries(3000), *best, *entries(3000)], SECONDS, SCORE)
    assert "<title>the-best: 1, 1 s</title>" in chart
    assert "(500 of 6,001 drawn)" in chart
    assert chart.count("<tr><th>") == 500


def test_a_spike_of_a_long_curve_is_kept_and_so_are_its_ends() -> None:
    losses = [(float(step), 1.0) for step in range(5000)]
    losses[2345] = (2345.0, 77.0)
    chart = loss_curves("k", "c", [("round 1", losses)])
    heights = [y for _, y in path_places(re.search(r'"golf-line" d="([^"]*)"', chart)[1])]  # type: ignore[index]
    assert (len(heights) <= 102, heights.count(min(heights))) == (True, 1)
    assert "<td>1 h 23 min</td>" in chart


def test_a_loss_of_exactly_zero_lies_at_the_floor_of_a_log_scale() -> None:
    chart = loss_curves("k", "c", [("round 1", [(0.0, 1.0), (1.0, 1e-4), (2.0, 0.0)])], 1e-3)
    assert "loss, log scale" in chart
    assert re.search(r'"golf-line" d="[^"]* 214"', chart)
    assert ">at most 0.001</text>" in chart


def test_exact_zeros_have_a_bar_of_their_own_and_their_share_in_words() -> None:
    assert "<title>exactly 0: 300</title>" in EXAMPLES["histogram"]
    assert "300 of 383 weights (78.33 %) are exactly 0." in EXAMPLES["histogram"]
    assert "golf-zeros" not in histogram("k", "c", [0, 1], [5], 0)


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=400))
def test_bars_that_are_put_together_keep_the_weights(counts: list[int]) -> None:
    chart = histogram("k", "c", list(range(len(counts) + 1)), counts)
    drawn = [int(count) for count in re.findall(r"<title>[^<]*: (\d+)</title>", chart)]
    assert (sum(drawn), len(drawn) <= 80) == (sum(counts), True)


def test_singular_values_of_nothing_are_crosses_on_the_floor() -> None:
    chart = EXAMPLES["spectrum"]
    assert "5 singular values, falling from 3 to 0.1. 2 of them are 0 to working precision." in chart
    crosses = re.search(r'<g class="golf-crosses">(.*?)</g>', chart)
    assert crosses is not None
    assert re.findall(r"M[\d.]+ ([\d.]+)m", crosses[1]) == ["214", "214"]


def test_series_are_told_apart_without_colour() -> None:
    looks = [(Sign(number=number).shape, Sign(number=number).dash) for number in range(36)]
    assert len(set(looks)) == 36


def test_a_sparkline_is_a_line_of_at_most_twenty_points_hidden_from_readers() -> None:
    assert sparkline_points([4.0, 2.0, 1.0]) == "2,2 30,8 58,14"
    assert sparkline_points([1.0]) == sparkline_points([1.0, 1.0]) == "2,8 58,8"
    assert sparkline_points([math.nan, math.inf]) == sparkline([]) == ""
    assert sparkline([3.0]).startswith(
        '<svg class="golf-sparkline" viewBox="0 0 60 16" width="60" height="16" aria-hidden="true">'
    )


@given(st.lists(numbers, max_size=200))
def test_every_sparkline_stays_within_its_box(values: list[float]) -> None:
    points = [tuple(map(float, point.split(","))) for point in sparkline_points(values).split()]
    assert len(points) <= 20
    assert all(2 <= x <= 58 and 2 <= y <= 14 for x, y in points)


@pytest.mark.parametrize(
    "chart",
    [
        scatter("k", "Score against time", entries(50), SECONDS, SCORE),
        progression(
            "k",
            "Record over time",
            [Mark(x=f"2026-{1 + at // 25:02}-{1 + at % 25:02}", y=99.0 - at, label=f"e{at}") for at in range(50)],
            SCORE.say,
        ),
        over_time(
            "k",
            "Calibration",
            [("runner", [(f"2026-{1 + at // 25:02}-{1 + at % 25:02}", 40.0 + at % 7) for at in range(50)])],
            "GFLOP/s",
            SCORE.say,
        ),
        spectrum("k", "Singular values", [0.9**at for at in range(50)]),
        loss_curves("k", "Loss of each round", [CURVES[0], ("round 2", CURVES[1][1][:20])], 1e-3),
    ],
)
def test_a_chart_of_fifty_points_is_less_than_8_kb(chart: str) -> None:
    assert len(chart.encode()) < 8000


def test_labels_that_would_touch_are_left_out() -> None:
    chart = scatter("k", "c", entries(50), Axis(label="x", say="{:.0f} long words".format), SCORE)
    below = re.findall(r'<text x="([\d.]+)" y="246">([^<]*)<', chart)
    assert len(below) >= 2
    assert all(float(right[0]) - float(left[0]) >= 6.7 * len(left[1]) - 0.1 for left, right in pairwise(below))


# Strangers' strings


def figures(label: str, unit: str) -> Iterator[str]:
    """Every kind of chart with a string wherever one may stand."""
    axis = Axis(label=label, say=lambda value: f"{value:g}{unit}")
    marks = [Mark(x=float(at), y=float(at), label=label, href=label) for at in (1, 2)]
    dated = [Mark(x=f"2026-11-0{at}", y=float(at), label=label, href=label) for at in (1, 2)]
    unreadable = Mark(x=label, y=1.0, label=label)
    yield progression(label, label, [*dated, unreadable], axis.say, 1.0, label, label)
    yield scatter(label, label, marks, axis, axis)
    yield loss_curves(label, label, [(label, [(0.0, 1.0)]), (label, [(1.0, 2.0)])], 1.0, label)
    yield over_time(label, label, [(label, [("2026-11-01", 1.0)]), (label, [(label, 2.0)])], label, axis.say)
    yield histogram(label, label, [0.0, 1.0], [1], 1)
    yield spectrum(label, label, [1.0])


@pytest.mark.parametrize("hostile", (*HOSTILE, *HTML))
def test_a_strangers_string_stays_text(hostile: str) -> None:
    for chart, twin in zip(
        figures(hostile, hostile[:1]), figures("harmless", "h" * len(words.plain(hostile[:1]))), strict=True
    ):
        assert elements(chart) == elements(twin)
        assert "\n\n" not in chart
        assert all(line.startswith("<") for line in chart.splitlines())
        assert all(picture(chart).attrib["aria-labelledby"].split()[at] == ids(chart)[at] for at in (0, 1))


def test_a_hostile_string_would_be_seen() -> None:
    """The test above can fail."""
    assert elements(str(EXAMPLES["scatter"]).replace("e1<", "<script><")) != elements(EXAMPLES["scatter"])


# Colours


@pytest.mark.parametrize("scheme", ["default", "slate"])
def test_lines_and_texts_stand_out_from_the_ground(scheme: str) -> None:
    """WCAG 2.2: 3:1 for lines, 4.5:1 for texts."""
    colours = properties("league", scheme) | properties("charts", scheme)
    ground = colours["--md-default-bg-color"]
    for name in ("--md-default-fg-color--light", "--golf-limit-fg", "--golf-chart-1"):
        assert contrast(colours[name], ground) >= 4.5, name
    for name in ("--golf-chart-axis", *(f"--golf-chart-{number}" for number in range(1, 7))):
        assert contrast(colours[name], ground) >= 3, name


def test_charts_take_their_colours_from_the_scheme() -> None:
    """No colour stands in a chart or in a rule, so none is forgotten in the dark."""
    assert not re.search(r"#[0-9a-f]{3}", "".join(EXAMPLES.values()))
    assert not re.search(r"#[0-9a-f]{3}", css("charts").split(".golf-charts {")[1])


def css(name: str) -> str:
    return (ASSETS / f"{name}.css").read_text(encoding="utf-8")


def properties(name: str, scheme: str) -> dict[str, str]:
    blocks = re.findall(rf'\[data-md-color-scheme="{scheme}"\] \{{(.*?)\}}', css(name), re.DOTALL)
    return dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6});", "".join(blocks)))


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


# What a browser would find


def picture(chart: str) -> ElementTree.Element:
    """The svg, which must be well-formed."""
    return ElementTree.fromstring(chart[chart.index("<svg") : chart.index("</svg>") + 6])


def ids(chart: str) -> list[str]:
    return re.findall(r' id="([^"]*)"', chart)


def elements(chart: str) -> list[tuple[str, tuple[str, ...]]]:
    """Tags with the names of their attributes."""
    found: list[tuple[str, tuple[str, ...]]] = []
    parser = HTMLParser()
    start: Callable[..., None] = lambda tag, attrs: found.append((tag, tuple(name for name, _ in attrs)))  # noqa: E731
    parser.handle_starttag = start  # type: ignore[method-assign]
    parser.feed(chart)
    parser.close()
    return found


def places(svg: ElementTree.Element, x: float = 0, y: float = 0, anchor: str = "start") -> Iterator[tuple[float, float]]:
    """Where anything is drawn or written, texts at both of their ends."""
    moved = re.fullmatch(r"translate\(([\d.]+) ([\d.]+)\)", svg.get("transform", ""))
    x, y = (x + float(moved[1]), y + float(moved[2])) if moved else (x, y)
    anchor = svg.get("text-anchor", anchor)
    if svg.tag == "path":
        yield from ((x + right, y + down) for right, down in path_places(svg.get("d", "")))
    if svg.tag == "text":
        wide = 6 * len(svg.text or "")
        start = x + float(svg.get("x", 0)) - wide * {"start": 0, "middle": 0.5, "end": 1}[anchor]
        yield from ((start + end, y + float(svg.get("y", 0))) for end in (0, wide))
    for child in svg:
        yield from places(child, x, y, anchor)


def path_places(path: str) -> Iterator[tuple[float, float]]:
    """The corners of a path."""
    x = y = 0.0
    for command, rest in re.findall(r"([A-Za-z])([^A-Za-z]*)", path):
        lengths = [float(length) for length in re.findall(r"-?\d*\.?\d+", rest)]
        step = (x, y) if command.islower() else (0.0, 0.0)
        if command in "hH":
            x = step[0] + lengths[0]
        elif command in "vV":
            y = step[1] + lengths[0]
        for right, down in zip(lengths[::2], lengths[1::2], strict=False) if command in "mMlL" else ():
            x, y = step[0] + right, step[1] + down
            step = (x, y) if command.islower() else step
            yield x, y
        if command in "hHvV":
            yield x, y
