"""The site of a large league against the theme with as many hand-written pages.

`python -m benchmarks.sites 100000` builds one of that size and prints what it takes, seconds and bytes.
"""

from __future__ import annotations

import gzip
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from urllib.parse import unquote, urlsplit

import yaml

from benchmarks import synthetic
from benchmarks.handwritten import MINIMAL, THOROUGH, write_pages
from benchmarks.synthetic_results import CLASSES
from benchmarks.timing import Row

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "tests/site"))
SIZES = (100, 1_000, 10_000)
LARGEST = 10_000
SHARE = 0.25
"""of what hand-written pages take, at the largest size"""
REBUILT = 1.5
PAGE_KB = 120
ROWS_SECONDS = 0.1
MB, KB = 10**6, 10**3
BOARD = "/boards/digits/laptop-ss/"
"""the largest of a synthetic league"""
INDEX = "search/search_index.json"
BOARDS_ONLY = '''
"""The league's hook, without the pages of entries and players."""
from referee.presentation.site import pages
pages.KINDS = [kind for kind in pages.KINDS if kind.__name__ not in ("_entries", "_players")]
from referee.adapters.site.mkdocs_hook import on_config, on_files, on_post_build, on_post_page
'''


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What a build took, and what came out."""

    cpu: float
    """seconds of user and system together"""
    wall: float
    peak_gib: float
    """of memory"""
    files: int
    pages: int
    bytes: int

    def __str__(self) -> str:
        return (
            f"{self.cpu:.1f} s CPU, {self.wall:.1f} s, {self.peak_gib:.2f} GiB, "
            f"{self.files} files, {self.pages} pages, {self.bytes / MB:.1f} MB"
        )


def rows() -> Iterator[Row]:
    """CPU seconds of builds, then the weight of a board page, then the time of its script."""
    with tempfile.TemporaryDirectory(prefix="mlgolf-bench-") as folder:
        for size in SIZES:
            league = a_league(Path(folder) / f"league-{size}", size)
            for style in (THOROUGH, MINIMAL):
                ours, theirs = side_by_side(league, by_hand(Path(folder) / f"{style}-{size}", size, style))
                told(f"{size} pages by hand, {style}", theirs)
                yield _against(size, style, told(f"{size} results, meanwhile", ours), theirs)
        yield _rebuilt(league)
        yield _page_weight(league / ".build/site")
        yield _script(a_league(Path(folder) / "one-board", LARGEST, boards=CLASSES[:1], games=1))


def a_league(root: Path, results: int, **shape: object) -> Path:
    """A synthetic league with this repository's site and referee around it."""
    root.mkdir()
    synthetic.write(root, results, **shape)
    shutil.copytree(ROOT / "site", root / "site")
    # Of its own, so that an edit between two builds does not drop what the first has kept.
    shutil.copytree(ROOT / "referee", root / "referee", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "mkdocs.yml", root)
    return root


def by_hand(root: Path, pages: int, style: str) -> Path:
    """The same theme with as many written pages, and nothing of ours."""
    ours = _settings(ROOT / "mkdocs.yml")
    kept = ("site_name", "site_description", "use_directory_urls", "theme", "plugins", "markdown_extensions")
    settings = {name: ours[name] for name in kept} | {
        "docs_dir": "docs",
        "site_dir": ".build/site",
        "nav": [{"Home": "index.md"}],
        "not_in_nav": "entries/**\nboards/**",
    }
    write_pages(root / "docs", pages, style)
    shutil.copytree(ROOT / "site/pages/assets", root / "docs/assets")
    (root / "mkdocs.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    return root


def side_by_side(ours: Path, theirs: Path) -> tuple[Built, Built]:
    """Theirs once, and ours from nothing again and again while it lasts: whatever else slows the machine slows both.

    Returns:
        of ours the mean build, and theirs
    """
    building, builds = Building(theirs), []
    while not builds or building.runs:
        shutil.rmtree(ours / ".build", ignore_errors=True)
        builds.append(built(ours))
    return replace(builds[-1], cpu=fmean(build.cpu for build in builds)), building.built()


def built(root: Path) -> Built:
    """Run MkDocs in a process of its own.

    Raises:
        CalledProcessError: the build failed.
    """
    return Building(root).built()


class Building:
    """A run of MkDocs in a process of its own.

    Args:
        root: folder of its settings
    """

    def __init__(self, root: Path) -> None:
        self._root, self._began = root, time.perf_counter()
        words = [sys.executable, "-m", "mkdocs", "build", "--quiet"]
        self._process = subprocess.Popen(words, cwd=root, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"})

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        # Left to be waited for: whoever asks otherwise loses what it used.
        return os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None

    def built(self) -> Built:
        """Wait for it.

        Raises:
            CalledProcessError: the build failed.
        """
        # Of this child alone: what `resource` tells is the most that any child ever held.
        _, status, used = os.wait4(self._process.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        if self._process.returncode:
            raise subprocess.CalledProcessError(self._process.returncode, self._process.args)
        return _found(self._root, used, time.perf_counter() - self._began)


def _found(root: Path, used: resource.struct_rusage, wall: float) -> Built:
    files = [file for file in (root / ".build/site").rglob("*") if file.is_file()]
    return Built(
        cpu=used.ru_utime + used.ru_stime,
        wall=wall,
        peak_gib=used.ru_maxrss / 2**20,
        files=len(files),
        pages=sum(file.suffix == ".html" for file in files),
        bytes=sum(file.stat().st_size for file in files),
    )


def told(what: str, build: Built) -> Built:
    """The same, printed."""
    print(f"{what}: {build}", file=sys.stderr, flush=True)
    return build


def _settings(file: Path) -> dict[str, object]:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def _against(size: int, style: str, ours: Built, theirs: Built) -> Row:
    bound = SHARE if size == LARGEST and style == THOROUGH else None
    return Row(
        f"site of {size} results, CPU",
        ours.cpu,
        f"{size} {style} pages by hand",
        theirs.cpu,
        f"<= {bound} x by hand" if bound else "",
        bound is None or ours.cpu <= bound * theirs.cpu,
    )


def _rebuilt(league: Path) -> Row:
    """One more result, the pages of before still kept, against a build of the boards alone."""
    synthetic.add_a_record(league)
    boards = told("boards alone", built(_boards_only(league)))
    again = told("one more result", built(league))
    ratio = again.cpu / boards.cpu
    return Row("one more result, CPU", again.cpu, "the boards alone", boards.cpu, f"<= {REBUILT} x boards", ratio <= REBUILT)


def _boards_only(league: Path) -> Path:
    """The same league beside itself, with another hook: what is kept for the whole site stays."""
    root = league.with_name(f"{league.name}-boards")
    root.mkdir()
    for name in ("competitions", "submissions", "site", "referee"):
        (root / name).symlink_to(league / name)
    (root / "boards_only.py").write_text(BOARDS_ONLY, encoding="utf-8")
    settings = (league / "mkdocs.yml").read_text(encoding="utf-8")
    (root / "mkdocs.yml").write_text(
        settings.replace("referee/adapters/site/mkdocs_hook.py", "boards_only.py"), encoding="utf-8"
    )
    return root


def _page_weight(site: Path) -> Row:
    """Whatever Chromium asks for until it asks for nothing more, as a server sends it."""
    loaded = _loaded(site)
    index = loaded.pop(INDEX, 0)
    for path, size in sorted(loaded.items(), key=lambda one: -one[1]):
        print(f"{size / KB:8.1f} kB  {path}", file=sys.stderr)
    total = sum(loaded.values()) / KB
    what = f"largest board page with all that it loads, gzipped, kB (and {index / KB:.0f} kB of search index)"
    return Row(what, total, "", 0, f"<= {PAGE_KB} kB", total <= PAGE_KB)


def _loaded(site: Path) -> dict[str, int]:
    """File below the site -> its bytes, gzipped."""
    import browser

    with browser.started() as chromium, browser.served(site) as address, browser.visit(chromium, address, BOARD) as visit:
        visit.page.wait_for_load_state("networkidle")
        asked = {unquote(urlsplit(path).path).lstrip("/") for path in visit.asked}
    files = {path + "index.html" if path.endswith("/") else path for path in asked}
    return {path: len(gzip.compress((site / path).read_bytes())) for path in files}


def _script(league: Path) -> Row:
    """The slowest sort with a filter after it, of a board of ten thousand rows in its page."""
    import browser

    told(f"{LARGEST} results on one board", built(league))
    site = league / ".build/site"
    with browser.started() as chromium, browser.served(site) as address, browser.visit(chromium, address, BOARD) as visit:
        took = browser.measure(visit.page) / 1000
    return Row(f"sort and filter {LARGEST} rows", took, "", 0, f"< {ROWS_SECONDS} s", took < ROWS_SECONDS)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="mlgolf-bench-") as folder:
        number = int(sys.argv[1])
        told(f"{number} results", built(a_league(Path(folder) / "league", number)))
