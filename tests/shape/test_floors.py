"""The floors of the package: imports point down, and heavy libraries are loaded by those alone who need them."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import referee

PACKAGE = Path(referee.__file__).parent
FLOORS = ("ground", "files", "models", "untrusted", "play", "presentation", "adapters")
"""from the bottom up"""
HOMES = {
    "yaml": {"files"},
    "onnx": {"models"},
    "onnxruntime": {"models"},
    "safetensors": {"models", "contestant"},
    "google": {"models"},
    "jinja2": {"presentation"},
    "markupsafe": {"presentation"},
    "markdown_it": {"presentation"},
    "nh3": {"presentation"},
    "rich": {"presentation", "adapters"},
    "mkdocs": {"adapters"},
    "github": {"adapters"},
    "torch": {"contestant"},
    "onnx_ir": {"contestant"},
    "onnxscript": {"contestant"},
    "pyseccomp": {"untrusted"},
    "pynvml": {"untrusted"},
    "zeus": {"untrusted"},
    "sklearn": set(),
}
"""library -> the floors that may import it"""
STANDARD = sys.stdlib_module_names


def floor_of(module: str) -> str:
    """`referee.files.league` -> files; the modules beside the floors have places of their own."""
    parts = module.split(".")
    beside = {"": "ground", "contestant": "contestant", "host": "host", "__main__": "adapters"}
    first = parts[1] if len(parts) > 1 else ""
    return beside.get(first, first)


def may_import(floor: str, target: str) -> bool:
    """Whether a module of one floor may import one of another (or the package itself, for its version)."""
    if floor == "contestant" or target in ("contestant", "host"):
        return floor == target
    if floor == "host":
        return target == "ground"
    return FLOORS.index(target) <= FLOORS.index(floor)


def imports(source: str, module: str, known: set[str]) -> Iterator[str]:
    """Every module that a source imports: at its top, in functions, under TYPE_CHECKING, relative, and by import_module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = ".".join([*module.split(".")[: -node.level], *base.split(".")]).rstrip(".")
            for alias in node.names:
                below = f"{base}.{alias.name}"
                yield below if below in known else base
        elif isinstance(node, ast.Call) and _called(node) in ("import_module", "find_spec"):
            yield _beginning(node.args[0])


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _beginning(text: ast.expr) -> str:
    """The constant beginning of a string: of f"referee.adapters.{name}", `referee.adapters`."""
    first = text.values[0] if isinstance(text, ast.JoinedStr) else text
    return str(first.value).rstrip(".") if isinstance(first, ast.Constant) else "unknown"


def upward(source: str, module: str, known: set[str]) -> list[str]:
    """Imports of a source that point up."""
    floor = floor_of(module)
    return [
        f"{module} imports {target}"
        for target in imports(source, module, known)
        if target.split(".")[0] == "referee" and not may_import(floor, floor_of(target))
    ]


def away_from_home(source: str, module: str, known: set[str]) -> list[str]:
    """Imports of libraries by a floor that is not their home."""
    tops = {target.split(".")[0] for target in imports(source, module, known)} - STANDARD - {"referee", "numpy"}
    return [
        f"{module} imports {top}" for top in sorted(tops) if floor_of(module) not in HOMES.get(top, set(FLOORS) - {"ground"})
    ]


def sources() -> dict[str, str]:
    """Module -> source, left out what is shipped as a file: patterns for hosts and contestants, hostile programs."""
    files = [path for path in sorted(PACKAGE.rglob("*.py")) if not {"patterns", "programs"} & set(path.parts)]
    names = {path: ".".join(("referee", *path.relative_to(PACKAGE).with_suffix("").parts)) for path in files}
    return {name.removesuffix(".__init__"): path.read_text(encoding="utf-8") for path, name in names.items()}


SOURCES = sources()
SAMPLE = {"referee.files.league", "referee.ground.scores", "referee.play.match", "referee.contestant"}


@pytest.mark.parametrize("module", SOURCES)
def test_imports_point_down(module):
    """From every floor to itself and to those below."""
    assert upward(SOURCES[module], module, set(SOURCES)) == []


@pytest.mark.parametrize("module", SOURCES)
def test_a_library_is_imported_on_its_own_floor(module):
    """PyGithub by the adapters, onnx by the models, torch by what a contestant exports with; the ground has numpy alone."""
    assert away_from_home(SOURCES[module], module, set(SOURCES)) == []


def test_every_module_stands_on_a_floor():
    """A new folder needs a place in the order."""
    assert {floor_of(module) for module in SOURCES} <= {*FLOORS, "contestant", "host"}
    assert {floor_of(module) for module in SOURCES} >= set(FLOORS)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("referee.ground.x", "from referee.files import league"),
        ("referee.ground.x", "import referee.files.league"),
        ("referee.ground.x", "from referee import files"),
        ("referee.files.x", "def f():\n    from referee.play.match import Match\n"),
        ("referee.files.x", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from referee.play import match\n"),
        ("referee.files.x", "from ..play import match"),
        ("referee.files.x", "from ..play.match import Match"),
        ("referee.files.x", "from importlib import import_module\nimport_module('referee.play.match')"),
        ("referee.files.x", "import importlib\nimportlib.import_module(f'referee.play.{name}')"),
        ("referee.contestant", "from referee import __version__"),
        ("referee.contestant", "from referee.ground import scores"),
        ("referee.host", "from referee.files.league import League"),
        ("referee.play.x", "from referee import contestant"),
    ],
)
def test_an_import_that_points_up_is_found(module, source):
    """This check can fail."""
    assert upward(source, module, SAMPLE | {"referee.files", "referee.play"}) != []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("referee.ground.x", "import yaml"),
        ("referee.ground.x", "import requests"),
        ("referee.files.x", "def f():\n    import onnx\n"),
        ("referee.play.x", "from github import Github"),
        ("referee.models.x", "import torch"),
    ],
)
def test_a_library_that_is_away_from_home_is_found(module, source):
    """This check can fail."""
    assert away_from_home(source, module, SAMPLE) != []


def test_imports_that_point_down_are_let_through():
    """The honest twin of the two above."""
    source = (
        "import json\nimport numpy\nfrom referee import __version__\nfrom referee.ground import scores\nfrom . import league"
    )
    assert upward(source, "referee.files.x", SAMPLE) == away_from_home(source, "referee.files.x", SAMPLE) == []


def test_patterns_import_what_hosts_and_contestants_may():
    """`referee.host` and `referee.contestant`, nothing else of the package."""
    for path in PACKAGE.glob("*/patterns/**/*.py"):
        targets = set(imports(path.read_text(encoding="utf-8"), "pattern", {"referee.contestant", "referee.host"}))
        assert {name for name in targets if name.startswith("referee")} <= {"referee.contestant", "referee.host"}


def dangers(source: str) -> list[str]:
    """Calls and imports that turn data into code."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
            found += [
                name for name in names if name.split(".")[0] in ("pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib")
            ]
        elif isinstance(node, ast.Name) and node.id in ("eval", "exec", "__import__", "compile"):
            found.append(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            whole = f"{node.value.id}.{node.attr}"
            loads = ("yaml.load", "yaml.load_all", "yaml.full_load", "yaml.unsafe_load", "torch.load", "os.system", "os.popen")
            found += [whole] if whole in loads else []
        elif isinstance(node, ast.Call):
            found += [ast.unparse(word) for word in node.keywords if _is_true(word, "shell") or _is_true(word, "allow_pickle")]
            if ast.unparse(node.func) in ("np.load", "numpy.load") and "allow_pickle" not in {
                word.arg for word in node.keywords
            }:
                found.append("np.load without allow_pickle=False")
    return found


def _is_true(word: ast.keyword, name: str) -> bool:
    return word.arg == name and not (isinstance(word.value, ast.Constant) and word.value.value is False)


@pytest.mark.parametrize("module", SOURCES)
def test_nothing_turns_data_into_code(module):
    """No pickle, no eval, no yaml.load, no shell."""
    assert dangers(SOURCES[module]) == []


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from pickle import loads",
        "import marshal as m",
        "eval('1')",
        "run = exec",
        "__import__('os')",
        "import yaml\nyaml.load(text, Loader=yaml.Loader)",
        "def f():\n    return yaml.unsafe_load(text)",
        "np.load(file)",
        "np.load(file, allow_pickle=True)",
        "subprocess.run(command, shell=True)",
        "os.system('ls')",
        "torch.load(file)",
    ],
)
def test_what_turns_data_into_code_is_found(source):
    """This check can fail."""
    assert dangers(source) != []


HEAVY = (
    "torch",
    "onnxruntime",
    "onnx",
    "github",
    "rich",
    "safetensors",
    "onnxscript",
    "onnx_ir",
    "sklearn",
    "jinja2",
    "mkdocs",
)
LOADED = """
import json, sys
from referee.adapters.cli import main
code = main(sys.argv[2:]) if sys.argv[2:] else 0
print("\\n" + json.dumps([code, [name for name in json.loads(sys.argv[1]) if name in sys.modules]]))
"""


def loaded_by(*words: str, first: str = "") -> set[str]:
    """The heavy libraries that a process has loaded after a command."""
    ended = subprocess.run(
        [sys.executable, "-c", first + LOADED, json.dumps(HEAVY), *words], capture_output=True, text=True, check=True
    )
    code, found = json.loads(ended.stdout.splitlines()[-1])
    assert code == 0, ended.stdout
    return set(found)


def test_the_command_line_itself_loads_nothing_heavy():
    """`referee --help` is there at once."""
    assert loaded_by() == set()


def test_checking_an_entry_loads_nothing_heavy(league, enter):
    """It has a quarter of a second."""
    assert loaded_by("check", enter(), "--league", str(league.root)) == set()


def test_starting_an_entry_or_a_competition_loads_nothing_heavy(league):
    """Files are copied, nothing more."""
    assert loaded_by("new", "competition", "spirals", "--league", str(league.root)) == set()
    assert loaded_by("new", "submission", "spirals/first", "--league", str(league.root)) == set()


def test_a_board_loads_what_draws_it(league):
    """No model is opened for it."""
    assert loaded_by("board", "--league", str(league.root)) == {"rich"}
    assert loaded_by("board", "--json", "--league", str(league.root)) == set()


def test_checking_a_whole_league_opens_the_hosts_graphs_and_runs_none(league):
    """onnx reads them; onnxruntime and torch are for judging and training."""
    assert loaded_by("check", "--league", str(league.root)) <= {"onnx", "safetensors"}


def test_a_library_that_was_loaded_is_found():
    """This check can fail."""
    assert "onnxruntime" in loaded_by(first="import onnxruntime\n")
