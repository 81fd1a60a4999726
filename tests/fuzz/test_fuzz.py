"""Changed files are read or refused, and nothing else: no crash, no hang, no other exception. `make fuzz` takes longer."""

from __future__ import annotations

import pytest
from campaign import CHILD, feed

LOTS = {"onnx": (1200, 40), "safetensors": (400, 5), "yaml": (400, 5), "decode": (300, 5), "run": (60, 3)}
"""target -> changed files, and how many must be accepted at the least: what refuses everything is tested by nothing"""


@pytest.mark.parametrize("target", LOTS)
def test_a_changed_file_is_read_or_refused_and_nothing_else(target, tmp_path):
    """In a child with 2 GiB and five seconds a file; the same files every time."""
    examples, least = LOTS[target]
    found = feed(target, 1, examples, tmp_path)
    assert found.failures == []
    assert found.examples > examples / 3 and found.accepted >= least


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("raise KeyError('x')", "KeyError: 'x'"),
        ("while True: pass", "it hung"),
        ("import os; os.abort()", "signal 6"),
        ("bytes(3 * 2**30)", "MemoryError"),
    ],
)
def test_a_failure_is_found_with_its_file(tmp_path, monkeypatch, broken, said):
    """This check can fail: by an exception, a hang, a crash, too much memory."""
    text = CHILD.read_text()
    for old, new in (
        ("Path(__file__).resolve().parent\n", f"Path({str(CHILD.parent)!r})\n"),
        ("SECONDS, SECONDS_OF_A_RUN = 5,", "SECONDS, SECONDS_OF_A_RUN = 1,"),
        ('    """Weights of the shapes', f'    {broken}\n    """Weights of the shapes'),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    (tmp_path / "child.py").write_text(text)
    monkeypatch.setattr("campaign.CHILD", tmp_path / "child.py")
    found = feed("safetensors", 1, 3, tmp_path)
    assert said in found.failures[0]["error"] and found.failures[0]["hex"]
