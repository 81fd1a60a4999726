"""A league in a temporary folder, written the way the referee writes, and strings of strangers and hosts to fill it with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from referee.files import strict_yaml
from referee.files.decode import encode
from referee.files.league import League
from referee.files.tree import tree_id
from referee.ground.fits import Measure
from referee.ground.machine import Machine
from referee.ground.result import JudgedRound, Pins, Result, TrainedRound
from referee.ground.scores import SCORES
from referee.ground.verdict import Verdict
from referee.presentation.site.addresses import Published
from referee.presentation.site.pages import Content, build

REPOSITORY = Path(__file__).resolve().parents[1]

HOSTILE = (
    "<script>alert(1)</script>",
    "</td></tr></table></div><script>alert(1)</script>",
    "</bdi><img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<!-- <style>*{display:none}</style>",
    "--><script>alert(1)</script>",
    '" onfocus="alert(1)" autofocus="',
    "' onmouseover='alert(1)",
    "[click](javascript:alert(1))",
    "](javascript:alert(1))",
    "![x](https://evil.example/x.png)",
    "<javascript:alert(1)>",
    "[x]: javascript:alert(1)",
    "{onfocus=alert(1) tabindex=0}",
    "{: onclick=alert(1) }",
    "{{ 7*7 }}",
    "{% include 'mkdocs.yml' %}",
    "${{ github.token }}",
    '--8<-- "/etc/passwd"',
    '--8<-- "mkdocs.yml"',
    "```",
    "~~~ python",
    "```",
    "~~~",
    "    indented code",
    "# heading",
    "[TOC]",
    "!!! danger",
    "*[HTML]: abbreviated",
    "[^1]: a footnote",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "\\<script\\>alert(1)\\</script\\>",
    "\u202egnp.exe",
    "\u2066\u2069\u200f mirrored",
    "\x02wzxhzdk:0\x03",
    "klzzwxh:0000",
    "| a | table |",
    "<details open ontoggle=alert(1)>",
    "<base href=//evil.example>",
    "Z" * 80,
    "Z\u0334\u0335\u0336\u0337\u0338\u0339" * 8,
)
LINES = (
    "first\n# heading\n\n```\n<script>alert(1)</script>\n",
    "a\r\n\r\n***\r\n\r\nb",
    "\n\n--8<-- '/etc/passwd'\n\n",
    "before\n```\ncode\n```\nafter",
)


class Folder:
    """A league in a temporary folder, written the way the referee writes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._write("competitions/hardware.yaml", {"hardware": {"laptop": LAPTOP}})
        (root / "submissions").mkdir()

    @property
    def league(self) -> League:
        return League(self.root)

    def competition(
        self, name: str = "digits", readme: str = "# Title\n\nAbout it.\n\n## The data\n\nRows.\n", **changes: object
    ) -> None:
        self._write(f"competitions/{name}/competition.yaml", COMPETITION | changes)
        for file, text in {"data.py": "", "reference.onnx": "graph", "README.md": readme}.items():
            (self.root / "competitions" / name / file).write_text(text)

    def result(
        self,
        entry: str,
        scores: Sequence[float] = (120, 118, 125),
        *,
        game: str = "digits",
        class_: str = "laptop-ss",
        day: int = 1,
        verdict: Verdict = Verdict.QUALIFIED,
        said: dict[str, object] | None = None,
        pinned: dict[str, object] | None = None,
        ranked_by: str = "nonzero",
        lacking: Sequence[str] = (),
        **changes: object,
    ) -> None:
        folder = f"submissions/{game}/{entry}"
        self._write(f"{folder}/submission.yaml", SAID | {"title": f"The {entry}"} | (said or {}))
        rules = self.league.game(game)
        pins = Pins(
            **{
                "competition": game,
                "version": rules.rules.version,
                "rules_sha256": rules.rules_sha256,
                "entry": entry,
                "class_": class_,
                "tree": tree_id(self.root / folder),
            }
            | (pinned or {})
        )
        others = [name for name in SCORES if name not in lacking]
        plain = encode(_result(pins, scores, day, verdict, ranked_by, others)) | changes
        self._write(f"{folder}/results/{pins.class_}.yaml", plain)

    def build(self, published: Published | None = None) -> dict[str, str]:
        """The generated pages."""
        return {path: str(text) for path, text in self.all(published).items() if path.endswith(".md")}

    def all(self, published: Published | None = None) -> dict[str, Content]:
        """Everything that is generated."""
        return build(self.league, REPOSITORY / "site/templates", published)

    def _write(self, path: str, plain: object) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(strict_yaml.write(plain))


LAPTOP = {"title": "Laptop, 2 CPU cores", "labels": ["self-hosted"], "max_watts": 45}
COMPETITION: dict[str, object] = {
    "title": "Digits, fewest weights",
    "version": 1,
    "summary": "Read the digits.",
    "fit": {"loss": "cross_entropy"},
    "score": "nonzero",
    "architecture": {"rule": "fixed", "reference": "reference.onnx"},
    "classes": ["laptop-ss", "laptop-s"],
    "rounds": 3,
}
OWN: dict[str, object] = {
    "score": "meetings",
    "own_score": {"sentence": "rows that meet", "formula": "#{i < j}", "whole": True},
    "sound_because": "No scale and no edge moves it; the graph is the host's.",
    "par": {"score": 125840, "kind": "reference", "source": "a long run"},
}
REFUSED: dict[str, object] = {
    "score": "l2",
    "architecture": {"rule": "free"},
    "sound_because": "The host reads every graph before it plays.",
}
SAID: dict[str, object] = {"title": "An entry", "authors": ["golfer"], "classes": ["laptop-ss"], "techniques": ["pruning"]}
MACHINE = Machine(cpu="cpu", cores=2, memory_gib=8, gpus=(), os="Linux", python="3.11", libraries={"numpy": "2.4.6"})
FIT = Measure(loss=9.87e-4, accuracy=1.0, rows=1437)


def _result(pins: Pins, scores: Sequence[float], day: int, verdict: Verdict, ranked_by: str, others: Sequence[str]) -> Result:
    qualified = verdict is Verdict.QUALIFIED
    judged = [dict.fromkeys(others, 2 * float(score)) | {ranked_by: float(score)} for score in scores]
    rounds = tuple(_round(number, verdict, one if qualified else None) for number, one in enumerate(judged, start=1))
    score = sorted(map(float, scores))[len(scores) // 2]
    return Result(
        pins=pins,
        referee="0.1.0",
        recorded_at=f"2026-11-{day:02}T12:00:00Z",
        attempt=2,
        verdict=verdict,
        reason=None if qualified else "train.py ended with exit status 1",
        ranked_by=ranked_by,
        score=score if qualified else None,
        seconds=431.5,
        fit=FIT if qualified else None,
        heldout=Measure(loss=0.31, accuracy=0.9444, rows=360) if qualified else None,
        scores=dict.fromkeys(others, 2 * score) | {ranked_by: score} if qualified else None,
        sandbox="bubblewrap",
        machine=MACHINE,
        rounds=rounds,
    )


def _round(number: int, verdict: Verdict, scores: dict[str, float] | None) -> JudgedRound:
    trained = TrainedRound(
        number=number, draw_seed=number, train_seed=2, draw_sha256="0" * 64, seconds=431.5, joules_at_most=19417.5
    )
    return JudgedRound(trained=trained, verdict=verdict, scores=scores)


def with_rules(folder: Folder, strings: Sequence[str]) -> Folder:
    """A league whose hosts wrote `strings` wherever rules take text; each competition has a board."""
    for number, text in enumerate(strings):
        own = {"sentence": text, "formula": text}
        par = {"score": 1, "kind": "proof", "source": text}
        name = f"game-{number:03}"
        folder.competition(
            name, **OWN | {"own_score": own, "par": par, "sound_because": f"Why it is sound: {text}", "summary": text}
        )
        (folder.root / "competitions" / name / "score.py").write_text("")
        folder.result("pruned", game=name, ranked_by="meetings")
    return folder


def with_strings(folder: Folder, strings: Sequence[str], lines: Sequence[str]) -> Folder:
    """A league whose strangers wrote `strings` in every field that takes them, `lines` where several lines may stand."""
    folder.competition(classes=["laptop-ss", "laptop-s"], version=2)
    for number, text in enumerate([*strings, *lines]):
        one_line = text if text in strings else text.replace("\n", "\r")
        said = {
            "title": one_line[:80],
            "techniques": [one_line[:40], "pruning"],
            "hyperparameters": text,
            "tuning_compute": text,
            "notes": text,
        }
        for kind, change in enumerate(
            ({}, {"verdict": Verdict.RULE_BROKEN}, {"pinned": {"rules_sha256": "ab" * 32, "version": 1}})
        ):
            # Later ones are better, so that some of them stand among the newest records.
            more: dict[str, object] = {"reason": text, "sandbox": text, "referee": text}
            more["recorded_at"] = f"2026-11-01T12:{59 - number:02}:00Z"
            folder.result(f"e{number:03}-{kind}", [number + 100] * 3, said=said, **change, **more)
    for number, name in enumerate(strings):
        if "/" not in name and "\x00" not in name and len(name) < 60:
            folder.result(f"{number:03} {name}", [number + 500] * 3)
        else:
            folder.result(f"{number:03} harmless", [number + 500] * 3)
    return folder
