"""A league in which every stranger tries to break out of every page, and leaves a mark if that works."""

from __future__ import annotations

from pathlib import Path

from league_folder import HOSTILE, LINES, Folder, with_strings

from referee.files.decode import encode
from referee.ground.machine import Machine
from referee.ground.verdict import Verdict

MARK = "window.pwned=1"
MARKED = (
    f"<img src=x onerror={MARK}>",
    f"<svg><script>{MARK}</script></svg>",
    f"</script><script>{MARK}</script>",
    f"</title><script>{MARK}</script>",
    f"<math><mtext></form><form><mglyph><style></math><img src onerror={MARK}>",
    f"'-({MARK})-'",
    f"${{{MARK}}}",
    f"[x](data:text/html,<script>{MARK}</script>)",
    f"<a href=javascript:{MARK}>click</a>",
    f"<object data=javascript:{MARK}>",
    f"<meta http-equiv=refresh content=0;url=javascript:{MARK}>",
    f"<link rel=stylesheet href=//evil.example onload={MARK}>",
    f"<video><source onerror={MARK}></video>",
    f"<input autofocus onfocus={MARK}>",
    f"<style>@import '//evil.example'</style>{MARK}",
    f"<template><img src=x onerror={MARK}></template>",
    f"]]><script>{MARK}</script>",
    f"\u2028</p><script>{MARK}</script>",
)
"""strings that set `window.pwned` where they are run"""
STRINGS = (*HOSTILE, *MARKED)
HANDLES = ("constructor", "proto", "toString", "hasOwnProperty", "index", "null", "con")
"""handles that a site, a script or a file system may take for something of its own"""


def hostile(root: Path) -> Folder:
    """Write the league: every string in every field of an entry, of a result and of a machine that takes one."""
    folder = with_strings(Folder(root), STRINGS, LINES)
    for number, text in enumerate(STRINGS):
        machine = Machine(
            cpu=text, cores=2, memory_gib=8, gpus=(text,), os=text, python=text, libraries={text: text}, container=text
        )
        said = {
            "title": text[:80] or "x",
            "authors": [HANDLES[number % len(HANDLES)]],
            "techniques": [text[:40]],
            "notes": text,
        }
        kind = {"verdict": Verdict.CRASHED} if number % 3 == 0 else {}
        folder.result(
            f"machine-{number:03}", [90 - number / 2] * 3, said=said, machine=encode(machine), class_="laptop-s", **kind
        )
    return folder
