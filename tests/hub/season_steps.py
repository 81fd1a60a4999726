"""How the scripts of jobs run in a season: what a test does before one or in place of one; `referee` with its imports done."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from actions_place import Finished, Place

Double = Callable[[Path, Mapping[str, str]], Finished | None]
"""stands in for a script, given its directory and variables; None where the script is to run after all"""
PLAIN = re.compile(r"(?:referee) (ci [a-z]+(?: --[a-z]+ [\w/]+)*)\s*")


@dataclass
class _Waiting:
    words: str
    double: Double
    left: int


class Steps:
    """What happens to scripts, the first that fits.

    Args:
        preloaded: whether `referee` begins with its modules imported
    """

    def __init__(self, *, preloaded: bool = True) -> None:
        self.waiting: list[_Waiting] = []
        self.preloaded = preloaded

    def instead(self, words: str, double: Double, *, times: int = 10**6) -> None:
        """Have something else in place of the scripts that hold these words."""
        self.waiting.append(_Waiting(words, double, times))

    def before(self, words: str, do: Callable[[], object], *, times: int = 1) -> None:
        """Do something right before such a script."""

        def double(directory: Path, variables: Mapping[str, str]) -> None:
            do()

        self.waiting.insert(0, _Waiting(words, double, times))

    @contextmanager
    def followed(self, folder: Path) -> Iterator[None]:
        """While this lasts, scripts of the jobs below a folder run so."""
        true = Place.run
        with _Server() as server:

            def run(
                place: Place, script: str, shell: str | None, directory: Path, variables: Mapping[str, str], seconds: float
            ) -> Finished:
                inside = place.folder.is_relative_to(folder.resolve())
                done = self._done(script, directory, variables) if inside else None
                if inside and done is None and self.preloaded and (plain := PLAIN.fullmatch(script)):
                    return server.call(plain[1].split(), directory, variables, seconds, place.temp)
                return done or true(place, script, shell, directory, variables, seconds)

            with patch.object(Place, "run", run):
                yield

    def _done(self, script: str, directory: Path, variables: Mapping[str, str]) -> Finished | None:
        for one in [one for one in self.waiting if one.left and one.words in script]:
            one.left -= 1
            if (done := one.double(directory, variables)) is not None:
                return done
        return None


class _Server:
    """The process of `preloaded`, started when it is first needed."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] | None = None

    def __enter__(self) -> _Server:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is not None:
            self.process.communicate()

    def call(self, words: list[str], directory: Path, variables: Mapping[str, str], seconds: float, temp: Path) -> Finished:
        streams = {name: temp / f"{uuid.uuid4()}.{name}" for name in ("stdout", "stderr")}
        asked = {"words": words, "directory": str(directory), "variables": dict(variables), "seconds": seconds}
        served = self._served()
        assert served.stdin is not None and served.stdout is not None
        served.stdin.write(json.dumps({**asked, **{name: str(file) for name, file in streams.items()}}) + "\n")
        served.stdin.flush()
        status = int(served.stdout.readline())
        return Finished(status if status >= 0 else None, *(file.read_text(errors="replace") for file in streams.values()))

    def _served(self) -> subprocess.Popen[str]:
        if self.process is None:
            program = [sys.executable, str(Path(__file__).with_name("preloaded.py"))]
            self.process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self.process
