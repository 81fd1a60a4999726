"""Results in and out: whole or not at all."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sample_results import qualified

from referee.files import store, strict_yaml
from referee.files.decode import encode
from referee.ground.errors import InputError
from referee.ground.result import SCHEMA, Result, Training

FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from referee.files import store
signal.signal(signal.SIGXFSZ, signal.{action})
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
print("writing", flush=True)
store.write_bytes(Path(sys.argv[1]), b"new" * 1000)
"""


def write_to_a_full_disk(file: Path, action: str) -> subprocess.CompletedProcess[str]:
    """In a process whose files end at 1000 bytes; `action` is what the kernel's signal about it does."""
    script = FULL_DISK.format(action=action)
    return subprocess.run([sys.executable, "-c", script, str(file)], capture_output=True, text=True, check=False)


def test_a_disk_that_is_full_leaves_the_old_file(tmp_path):
    """And nothing beside it."""
    file = tmp_path / "laptop-ss.yaml"
    file.write_bytes(b"old")
    ended = write_to_a_full_disk(file, "SIG_IGN")
    assert ended.stdout == "writing\n" and "File too large" in ended.stderr
    assert file.read_bytes() == b"old" and list(tmp_path.iterdir()) == [file]


def test_a_kill_in_the_middle_of_writing_leaves_the_old_file(tmp_path):
    """What it leaves beside is no result's name, so no reader takes it for one."""
    file = tmp_path / "laptop-ss.yaml"
    file.write_bytes(b"old")
    ended = write_to_a_full_disk(file, "SIG_DFL")
    assert ended.stdout == "writing\n" and ended.returncode == -signal.SIGXFSZ
    assert file.read_bytes() == b"old" and list(tmp_path.glob("*.yaml")) == [file]


def test_a_target_that_cannot_be_replaced_leaves_nothing_beside(tmp_path):
    """A folder stands where the file should."""
    (tmp_path / "laptop-ss.yaml").mkdir()
    with pytest.raises(OSError):
        store.write_bytes(tmp_path / "laptop-ss.yaml", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["laptop-ss.yaml"]


def test_writing_replaces_and_makes_folders(tmp_path):
    """The last writer's file stands."""
    file = tmp_path / "results" / "laptop-ss.yaml"
    store.write_bytes(file, b"old and longer")
    store.write_bytes(file, b"new")
    assert file.read_bytes() == b"new" and list(file.parent.iterdir()) == [file]


@pytest.fixture
def entry(league, enter):
    """An entry without results."""
    return league.entry(enter())


def test_a_result_is_read_as_it_was_written(league, entry, tmp_path):
    """Through the file."""
    result = qualified(league.game("line"), entry)
    store.write(result, tmp_path / "r.yaml")
    assert store.read(Result, tmp_path / "r.yaml", "r.yaml") == result


def test_a_new_attempt_takes_the_place_of_the_earlier_one(league, entry):
    """Its artifacts too: what no result names any more is gone."""
    game, kept = league.game("line"), entry.folder / "results/laptop-ss"
    old = [store.artifact_of(content, number, ".safetensors") for number, content in enumerate([b"one", b"two"], start=1)]
    store.record(entry.folder, qualified(game, entry, *old), {old[0].file: b"one", old[1].file: b"two"})
    assert sorted(path.read_bytes() for path in kept.iterdir()) == [b"one", b"two"]
    new = store.artifact_of(b"three", 1, ".safetensors")
    file = store.record(entry.folder, qualified(game, entry, new, attempt=2), {new.file: b"three"})
    assert file == entry.folder / "results/laptop-ss.yaml"
    assert store.read(Result, file, "r.yaml").attempt == 2
    assert [(path.name, path.read_bytes()) for path in kept.iterdir()] == [(new.file, b"three")]


def test_an_artifact_that_stays_the_same_stays(league, entry):
    """The second attempt was as good as the first."""
    game, same = league.game("line"), store.artifact_of(b"one", 1, ".onnx")
    for attempt in (1, 2):
        store.record(entry.folder, qualified(game, entry, same, attempt=attempt), {same.file: b"one"})
    assert (entry.folder / "results/laptop-ss" / same.file).read_bytes() == b"one"


def test_the_results_of_other_classes_are_left_alone(league, entry):
    """Ranks never cross classes, nor do files."""
    other = entry.folder / "results/laptop-s/round-1-00000000.onnx"
    store.write_bytes(other, b"other")
    store.write_bytes(entry.folder / "results/laptop-s.yaml", b"schema: 1")
    store.record(entry.folder, qualified(league.game("line"), entry), {})
    assert other.read_bytes() == b"other" and (entry.folder / "results/laptop-s.yaml").read_bytes() == b"schema: 1"


def test_a_record_leaves_the_entry_what_it_was(league, entry):
    """The tree id of the entry is the same before and after."""
    store.record(entry.folder, qualified(league.game("line"), entry), {"round-1-00000000.onnx": b"x"})
    assert league.entry("line/honest").tree == entry.tree


def test_an_artifact_is_kept_up_to_a_mebibyte_under_a_name_that_holds_its_digest():
    """Larger ones are known by digest and size alone."""
    kept = store.artifact_of(b"model", 7, ".safetensors")
    assert re.fullmatch(r"round-7-[0-9a-f]{8}\.safetensors", kept.file) and store.ARTIFACT_FILE.fullmatch(kept.file)
    assert kept.file[8:16] == kept.sha256[:8] and kept.bytes == 5
    assert store.artifact_of(bytes(store.KEPT_UP_TO), 1, ".onnx").file is not None
    assert store.artifact_of(bytes(store.KEPT_UP_TO + 1), 1, ".onnx").file is None


@pytest.mark.parametrize(
    "name",
    ["../round-1-00000000.onnx", "round-1-00000000.onnx/x", "round-1-00000000.pt", "round-1-0000000g.onnx", ".onnx",
     "round-100-00000000.onnx", "round-1-00000000.onnx\n"],
)  # fmt: skip
def test_no_other_name_is_that_of_an_artifact(name):
    """A result from a runner can't name a file elsewhere."""
    assert not store.ARTIFACT_FILE.fullmatch(name)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (f"schema: {SCHEMA}", f"schema: {SCHEMA + 1}", f"r.yaml: schema: {SCHEMA + 1} is newer than this referee's {SCHEMA}"),
        (f"schema: {SCHEMA}", "schema: one", 'r.yaml: schema: expected a whole number, got "one"'),
        (f"schema: {SCHEMA}", "schema: 0", "r.yaml: schema: "),
        (f"schema: {SCHEMA}", "schema: -3", "r.yaml: schema: "),
        ("attempt: 1", "attempts: 1", 'r.yaml: attempts: unknown key; did you mean "attempt"?'),
        ("verdict: qualified", "verdict: won", "r.yaml: verdict: expected one of qualified, did-not-fit"),
        ("score: 5.0", "score: .nan", 'r.yaml: score: expected a number, got ".nan"'),
        ("seconds: 1.0", "seconds: 1.0\nseconds: 0.5", 'the key "seconds" stands there twice'),
    ],
    ids=str,
)
def test_a_result_is_read_strictly(league, entry, tmp_path, old, new, said):
    """A number that could be read two ways is no result."""
    text = strict_yaml.write(encode(qualified(league.game("line"), entry))).decode()
    assert f"\n{old}\n" in f"\n{text}"
    (tmp_path / "r.yaml").write_text(f"\n{text}".replace(f"\n{old}\n", f"\n{new}\n", 1))
    with pytest.raises(InputError) as refusal:
        store.read(Result, tmp_path / "r.yaml", "r.yaml")
    assert said in str(refusal.value)


@pytest.mark.parametrize("content", [b"", b"[]", b"schema: 1", b"\x00\xff", b"!!python/object:x {}"], ids=repr)
@pytest.mark.parametrize("kind", [Result, Training])
def test_rubbish_in_place_of_a_file_is_an_error_that_names_it(tmp_path, kind, content):
    """Never a traceback."""
    (tmp_path / "training.yaml").write_bytes(content)
    with pytest.raises(InputError, match=r"^shown/training\.yaml: "):
        store.read(kind, tmp_path / "training.yaml", "shown/training.yaml")


def test_a_file_that_is_missing_is_named(tmp_path):
    """With the system's reason."""
    with pytest.raises(InputError, match=r"^r\.yaml: can't be read: No such file or directory$"):
        store.read(Result, tmp_path / "r.yaml", "r.yaml")


def test_a_curve_of_an_older_file_is_read_as_a_table(league, entry):
    """Its numbers stay what they were."""
    plain = encode(qualified(league.game("line"), entry)) | {"schema": 2}
    plain["rounds"][0]["trained"]["curve"] = [
        {"step": 1, "seconds": 0.25, "loss": 2.5},
        {"step": 2, "seconds": 3.0, "loss": 1e-5},
    ]
    read = store.parsed(Result, strict_yaml.write(plain), "r.yaml")
    assert read.schema == SCHEMA
    assert read.rounds[0].trained.curve == "step seconds loss\n1 0.25 2.5\n2 3.0 1e-05\n"
    assert [point.loss for point in read.rounds[0].trained.curve.points] == [2.5, 1e-5]


@pytest.mark.parametrize(
    "curve", [[1], [{"step": 1}], {"step": 1}, "step\n", "step seconds loss\n1 2\n", "step seconds loss\n1 2 nan\n"], ids=repr
)
@pytest.mark.parametrize("schema", [2, SCHEMA])
def test_a_curve_that_is_none_is_refused(league, entry, schema, curve):
    """Before anybody draws it."""
    plain = encode(qualified(league.game("line"), entry)) | {"schema": schema}
    plain["rounds"][0]["trained"]["curve"] = curve
    with pytest.raises(InputError, match=r"r.yaml: rounds\[0\].trained.curve: expected "):
        store.parsed(Result, strict_yaml.write(plain), "r.yaml")
