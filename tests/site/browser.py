"""A folder served on this machine, and a browser that reaches nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from threading import Thread
from typing import Any

from playwright.sync_api import Browser, Page, Route, sync_playwright

CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
STRICT = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'"
"""a policy under which no script in a page's own text runs, and each attempt is reported"""

WITNESS = """
window.witnessed = [];
for (const name of ["alert", "confirm", "prompt"]) window[name] = (text) => { witnessed.push(`${name} ${text}`); };
addEventListener("securitypolicyviolation", (event) => witnessed.push(`${event.violatedDirective} ${event.blockedURI}`));
"""
"""what strangers' strings would call, and what the policy refused"""

SORT_AND_FILTER = """
async ([column, word]) => {
  const body = document.querySelector(".golf-live table tbody");
  const find = document.querySelector(".golf-tools [name=find]");
  const painted = (act) => new Promise((done) => {
    new MutationObserver((_, observer) => { observer.disconnect(); done(body.getBoundingClientRect().height); })
      .observe(body, { childList: true });
    act();
  });
  const type = (text) => { find.value = text; find.dispatchEvent(new Event("input", { bubbles: true })); };
  const acts = [() => document.querySelector(`thead [data-sort="${column}"] button`).click(), () => type(word)];
  const times = [];
  for (const act of acts) {
    const began = performance.now();
    await painted(act);
    times.push(performance.now() - began);
  }
  await painted(() => type(""));
  return times;
}
"""


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A page that is open."""

    page: Page
    asked: list[str] = field(default_factory=list)
    """paths that were asked for on the served folder"""
    elsewhere: list[str] = field(default_factory=list)
    """addresses that were asked for elsewhere; none was answered"""
    faults: list[str] = field(default_factory=list)
    """errors of scripts, and what the browser's console calls an error"""

    def witnessed(self) -> list[str]:
        """What ran that should not have, and what the policy refused."""
        return [*self.page.evaluate("window.witnessed"), *self.elsewhere]


@contextmanager
def started() -> Iterator[Browser]:
    """Chromium, without a window.

    Raises:
        FileNotFoundError: there is none on this machine.
    """
    if CHROMIUM is None:
        raise FileNotFoundError("no chromium; install: sudo apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def served(folder: Path, policy: str | None = None) -> Iterator[str]:
    """The address of a folder, without a slash at its end.

    Args:
        policy: the Content-Security-Policy of each answer
    """
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, policy, directory=str(folder))) as server:
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@contextmanager
def visit(browser: Browser, address: str, path: str = "/", **options: Any) -> Iterator[Visit]:
    """Open a page of a served folder.

    Args:
        options: of the browser's context, such as `viewport`, `color_scheme`, `java_script_enabled`, `permissions`
    """
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}} | options)
    context.set_default_timeout(10_000)
    context.add_init_script(WITNESS)
    opened = Visit(page=context.new_page())

    def pass_on(route: Route) -> None:
        url = route.request.url
        if not url.startswith(f"{address}/"):
            opened.elsewhere.append(url)
            route.abort()
            return
        opened.asked.append(url.removeprefix(address))
        route.continue_()

    context.route("**/*", pass_on)
    opened.page.on("pageerror", lambda error: opened.faults.append(str(error)))
    opened.page.on("console", lambda said: opened.faults.append(said.text) if said.type == "error" else None)
    opened.page.goto(address + path)
    yield opened
    context.close()


def measure(page: Page, word: str = "adam") -> float:
    """Milliseconds from a press or a typed word until the new rows are laid out, on a board whose results are there.

    The slower of the medians of sorting, each time by a column not sorted by before, and of filtering.
    """
    page.locator(".golf-tools [name=find]").focus()
    page.wait_for_selector(".golf-tools [name=verdict] option:nth-child(2)", state="attached")
    columns = ["title", "score", "seconds", "verdict", "recorded_at"]
    times = [page.evaluate(SORT_AND_FILTER, [column, word]) for column in columns]
    return max(map(median, zip(*times, strict=True)))


class _Files(SimpleHTTPRequestHandler):
    def __init__(self, policy: str | None, *args: Any, directory: str) -> None:
        self.policy = policy
        super().__init__(*args, directory=directory)

    def end_headers(self) -> None:
        if self.policy:
            self.send_header("Content-Security-Policy", self.policy)
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Tests have nothing to read there."""
