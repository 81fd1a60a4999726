"""Fails, so that its last lines are shown, which are commands to whoever runs workflows; some in the middle of a line."""

import honest  # noqa: F401

for start in (
    "",
    "x" * 40,
    "x" * 74,
    "x" * 75,
    "x" * 76,
    "x" * 77,
    "x" * 78,
    "x" * 79,
    "x" * 80,
    " ",
    "\t",
    "\r",
    "\x1b[2K\x1b[G",
):
    for command in ("::error::forged", "::add-mask::a", "##[error]forged", "::set-output name=verdict::qualified"):
        print(f"{start}{command}")
        print(f"{start}{command}", end="\r")
raise SystemExit("::stop-commands::forever")
