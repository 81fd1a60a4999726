"""The command line as a user meets it: what is printed, on which stream, with which exit code."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time

import pytest
from conftest import REPOSITORY, needs_bubblewrap

from referee.adapters.cli import main
from referee.untrusted.sandboxes import engines

RULES = "competitions/line/competition.yaml"


@pytest.fixture
def referee(league, capsys):
    """Runs a command in the test's league; gives its exit code, stdout and stderr."""

    def call(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main([*words, "--league", str(league.root)])
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


def rewrite(league, file: str, old: str, new: str) -> None:
    path = league.root / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def test_a_league_without_faults(referee, enter):
    enter()
    assert referee("check") == (0, "nothing is wrong\n", "")
    assert referee("check", "--json") == (0, "[]\n", "")


def test_all_faults_of_all_files_are_told_at_once(referee, league, enter):
    ref = enter()
    rewrite(league, RULES, "at_most: 1.0e-3", "at_most: tiny")
    rewrite(league, RULES, "aggregate: median", "agregate: median")
    rewrite(league, RULES, "limits: {entry_bytes: 16384,", "limits: {entry_bytes: 012,")
    (league.root / "submissions" / ref / "submission.yaml").write_text("title: no\nauthors: yes\nclasses: [laptop-ss]\n")
    enter(name="second")
    (league.root / "submissions/line/second/train.py").unlink()
    code, out, _ = referee("check")
    assert code == 1
    assert out.splitlines() == [
        'competitions/line/competition.yaml: agregate: unknown key; did you mean "aggregate"?',
        'competitions/line/competition.yaml: fit.at_most: expected a number, got "tiny"',
        'competitions/line/competition.yaml: limits.entry_bytes: expected a whole number, got "012"',
        'submissions/line/honest/submission.yaml: authors: expected a list, got "yes"',
        "submissions/line/second/train.py: is missing; it is what the referee runs",
        "5 faults found",
    ]


def test_an_unsound_competition_is_refused_with_the_exploit(referee, league):
    rewrite(league, RULES, "{rule: fixed, reference: reference.onnx}", "{rule: free}")
    code, out, _ = referee("check", "line")
    assert code == 1
    assert "competition.yaml: score: l2 is unsound where the architecture is free: a constant gain" in out
    assert "0.028" in out and "give the board your reason in sound_because" in out


def test_doubts_are_told_and_keep_nothing_from_being_played(referee, league, enter):
    """Exit code 0 with doubts alone; faults come with them."""
    enter()
    rewrite(league, RULES, "score: l2", "score: l1\nsound_because: the host reads every entry before it is ranked")
    rewrite(league, RULES, "{rule: fixed, reference: reference.onnx}", "{rule: free}")
    doubt = "l1 where the architecture is free: a constant gain, tying or a normalisation absorbs the scale of the weights"
    end = " (L2 27.8 became 0.028); played because: the host reads every entry before it is ranked"
    for words in (["check"], ["check", "line"], ["check", "competitions/line"], ["check", "competitions"]):
        code, out, err = referee(*words)
        assert (code, err) == (0, "")
        assert out.splitlines() == [f"doubt: {RULES}: score: {doubt}{end}", "nothing is wrong"]
    assert referee("check", "line/honest") == (0, "nothing is wrong\n", "")
    code, out, _ = referee("check", "--json")
    (told,) = json.loads(out)
    assert code == 0 and told["doubt"] is True and told["field"] == "score" and doubt in told["message"]


def test_faults_come_with_doubts(referee, league):
    """Each with its flag, and the exit code is that of the faults."""
    rewrite(league, RULES, "score: l2", "score: l2\nsound_because: the host reads every entry before it is ranked")
    (league.root / "competitions/line/README.md").unlink()
    code, out, _ = referee("check")
    doubt, fault, count = out.splitlines()
    assert (code, doubt[:7], count) == (1, "doubt: ", "1 fault found")
    assert fault.endswith("README.md: is missing; say what the blackbox is and why this score")
    code, out, _ = referee("check", "--json")
    assert code == 1 and [(told["path"].rsplit("/", 1)[-1], told["doubt"]) for told in json.loads(out)] == [
        ("README.md", False),
        ("competition.yaml", True),
    ]


def test_a_fault_has_its_flag_in_json(referee, league):
    """It is no doubt."""
    rewrite(league, RULES, "version: 1", "version: 0")
    code, out, _ = referee("check", "--json")
    assert code == 1 and [told["doubt"] for told in json.loads(out)] == [False]


def test_a_norm_under_normalisation_is_refused(referee, league):
    import onnx
    from onnx import helper, numpy_helper

    file = league.root / "competitions/line/reference.onnx"
    model = onnx.load(file)
    model.graph.node[0].output[0] = "raw"
    model.graph.node.append(helper.make_node("LayerNormalization", ["raw", "gain"], ["logits"]))
    model.graph.initializer.append(numpy_helper.from_array(__import__("numpy").ones(2, "float32"), "gain"))
    onnx.save(model, file)
    code, out, _ = referee("check", "line")
    assert code == 1 and "reference.onnx: LayerNormalization: normalisation undoes any scale" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "lime/honest"], 'there is no competition "lime"; did you mean "line"?'),
        (["run", "line/honset"], 'line has no entry "honset"; did you mean "honest"?'),
        (["run", "honest"], '"honest" names no entry; write competition/entry, or the path of its folder'),
        (["run", "line/honest", "--class", "laptop-s"], 'line has no class "laptop-s"; did you mean "laptop-ss"?'),
        (["run", "line/honest", "--rounds", "2"], "--rounds and --seconds are for practice"),
        (["judge", "line/honest", "--artifact", "nowhere"], "there is no such folder; make it with `referee train`"),
        (["board", "lime"], 'there is no competition "lime"; did you mean "line"?'),
        (["new", "competition", "line"], 'there is a competition "line" already'),
        (["new", "submission", "line/Bad_Name"], '"Bad_Name" is no name'),
        (["new", "submission", "mine"], "write competition/name"),
    ],
)
def test_wrong_names_get_one_line_and_exit_2(referee, enter, words, said):
    enter()
    code, out, err = referee(*words)
    assert (code, out) == (2, "")
    assert said in err and len(err.splitlines()) == 1


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        (RULES, b"", "competition.yaml: is empty"),
        (RULES, b"\xff\xfe\x00\x01", "competition.yaml: is not text: byte 0 is no UTF-8"),
        (RULES, b"title: [", "competition.yaml: is no YAML: line "),
        (RULES, b"title: a\ntitle: b\n", 'competition.yaml: line 2: the key "title" stands there twice'),
        (RULES, b"a: &x 1\nb: *x\n", "competition.yaml: line 1: anchors (&) and aliases (*) are not read"),
        ("submissions/line/honest/submission.yaml", b"- a list\n", "submission.yaml: expected keys and values, got a list"),
        ("competitions/line/reference.onnx", b"rubbish", "reference.onnx: "),
    ],
)
def test_unreadable_files_get_one_line_and_exit_2(referee, league, enter, file, content, said):
    ref = enter()
    (league.root / file).write_bytes(content)
    code, out, err = referee("run", ref, "--practice")
    assert (code, out) == (2, "")
    assert said in err and len(err.splitlines()) == 1
    assert not (league.root / "submissions/line/honest/results").exists()


def test_a_missing_train_py_is_named(referee, league, enter):
    ref = enter()
    (league.root / "submissions" / ref / "train.py").unlink()
    assert referee("run", ref)[0::2] == (
        2,
        "referee: submissions/line/honest/train.py: is missing; it is what the referee runs\n",
    )


def test_a_draw_that_fails_is_the_referees_failure(referee, league, enter):
    ref = enter()
    (league.root / "competitions/line/data.py").write_text("def draw(seed):\n    return 1 / 0\n")
    code, _, err = referee("run", ref, "--practice")
    assert code == 3
    assert re.search(r"competitions/line/data\.py:2: draw\(\d+\) raised ZeroDivisionError", err)


@needs_bubblewrap
def test_a_crash_shows_its_last_twenty_lines(referee, enter):
    code, out, err = referee("run", enter("crashed/raises"), "--practice", "--rounds", "1")
    assert code == 1
    assert "verdict   crashed" in out and "train.py ended with exit status 1" in out
    shown = [line for line in err.splitlines() if line.startswith("  | ")]
    assert len(shown) == 20 and shown[-1] == "  | RuntimeError: on purpose"


@needs_bubblewrap
def test_what_an_entry_prints_is_never_obeyed(referee, enter):
    text = "import sys\nprint('\\x1b[2J\\x1b]0;owned\\x07 ::set-output name=a::b \\u202e [red]markup[/red]')\nsys.exit(3)"
    _, out, err = referee("run", enter(name="prints", text=text), "--practice", "--rounds", "1")
    assert "\x1b" not in out + err and "\u202e" not in out + err
    assert "\\x1b[2J" in err and "[red]markup[/red]" in err


@needs_bubblewrap
def test_run_board_and_verify_agree(referee, enter):
    ref = enter()
    code, out, err = referee("run", ref, "--json")
    result = json.loads(out)
    assert code == 0 and result["verdict"] == "qualified" and err == ""
    assert result["recorded"] == "submissions/line/honest/results/laptop-ss.yaml"
    assert result["standing"] == {"rank": 1, "of": 1, "gap": 0.0}
    assert referee("check") == (0, "nothing is wrong\n", "")

    boards = json.loads(referee("board", "--json")[1])
    assert [row["result"]["score"] for board in boards for row in board["rows"]] == [result["score"]]
    assert f"{result['score']:.5g}" in referee("board", "line")[1]

    code, out, _ = referee("verify")
    assert (code, out.splitlines()[-1]) == (0, "1 results, 0 differ")
    assert "the same in 4 rounds" in out


@needs_bubblewrap
def test_train_hands_over_to_judge(referee, enter, tmp_path):
    ref, folder = enter(), str(tmp_path / "handed")
    code, out, _ = referee("train", ref, "--out", folder)
    assert code == 0 and f"next: referee judge {ref} --artifact {folder}" in out
    code, out, err = referee("judge", ref, "--artifact", folder)
    assert code == 0 and "would be 1 of 1" in out and "2 more rounds confirm it" in err
    assert referee("judge", ref, "--artifact", folder, "--record")[0] == 2
    assert referee("train", ref, "--out", folder, "--confirm")[0] == 0
    code, out, _ = referee("judge", ref, "--artifact", folder, "--record")
    assert code == 0 and "submissions/line/honest/results/laptop-ss.yaml" in out


@needs_bubblewrap
def test_a_board_lists_what_did_not_qualify_below(referee, enter):
    referee("run", enter())
    referee("run", enter("crashed/kills_itself"))
    out = referee("board", "line", "--class", "laptop-ss")[1]
    assert re.search(r"1 +honest .*\n *- +kills-itself +crashed", out)


@needs_bubblewrap
def test_an_interrupted_run_leaves_nothing(league, enter):
    """Control-C in mid-training: exit 3, no record, and the entry is dead."""
    nap = f"{secrets.randbelow(10**9) + 10**9}"
    text = f'import os\nprint("asleep", flush=True)\nos.execvp("sleep", ["sleep", "{nap}"])'
    ref = enter(name="sleeps", text=text)
    # A shell's background jobs, this test run perhaps among them, hand an ignored SIGINT down.
    listening = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    listening += "from referee.adapters.cli import main; sys.exit(main())"
    process = subprocess.Popen(
        [sys.executable, "-c", listening, "run", ref, "--league", str(league.root)], stderr=subprocess.PIPE, text=True
    )
    assert "round 1 of 2 begins" in process.stderr.readline()
    give_up = time.monotonic() + 30
    while nap not in running() and time.monotonic() < give_up:
        time.sleep(0.05)
    assert nap in running(), "it was asleep before it was interrupted"
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 3
    assert "stopped; nothing was recorded" in process.stderr.read()
    process.stderr.close()
    assert nap not in running()
    assert not (league.root / "submissions" / ref / "results").exists()


def running() -> str:
    return subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout


@pytest.fixture
def nothing_installed(monkeypatch):
    """No program is found, and what was found earlier is forgotten."""
    monkeypatch.setenv("PATH", "/nowhere")
    engines.find.cache_clear()
    yield
    engines.find.cache_clear()


@pytest.mark.usefixtures("nothing_installed")
def test_without_a_sandbox_only_practice_goes_on_and_says_so(referee, enter):
    ref = enter()
    code, out, err = referee("run", ref)
    assert (code, out) == (3, "") and "bubblewrap is missing; install it" in err
    code, out, err = referee("run", ref, "--practice", "--rounds", "1")
    assert code == 0 and "recorded  no" in out
    assert "UNCONFINED PRACTICE" in err


def test_an_unplayed_board_says_so(referee):
    code, out, _ = referee("board", "line")
    assert code == 0 and "nobody has played here yet" in out


def test_a_folder_that_can_not_be_written_is_no_traceback(referee, enter, tmp_path):
    (tmp_path / "file").write_text("")
    code, out, err = referee("train", enter(), "--practice", "--out", str(tmp_path / "file" / "below"))
    assert (code, out) == (3, "")
    assert "Not a directory" in err and "Traceback" not in err


def test_outside_any_league_the_option_is_named(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["check"]) == 2
    assert "go to one or pass --league DIR" in capsys.readouterr().err


def test_errors_come_as_json_where_json_is_asked_for(referee, league, enter):
    ref = enter()
    rewrite(league, RULES, "version: 1", "version: 0")
    code, out, err = referee("run", ref, "--json")
    told = json.loads(out)
    assert code == 2 and err == ""
    assert told["faults"] == [
        {"path": "competitions/line/competition.yaml", "field": "version", "message": "expected 1 or more, got 0"}
    ]


@pytest.mark.parametrize("words", [[], ["check"], ["run"], ["train"], ["judge"], ["verify"], ["board"], ["new"],
                                   ["new", "competition"], ["new", "submission"]], ids=" ".join)  # fmt: skip
def test_every_command_has_help(words, capsys):
    with pytest.raises(SystemExit) as ended:
        main([*words, "--help"])
    told = capsys.readouterr().out
    assert ended.value.code == 0 and told.startswith("usage: referee")
    if words not in ([], ["new"]):
        assert "--json" in told and "--league DIR" in told


def test_the_module_runs_like_the_command():
    told = subprocess.run([sys.executable, "-m", "referee", "--version"], capture_output=True, text=True, check=True)
    assert re.fullmatch(r"referee \d+\.\d+\.\d+\n", told.stdout)


def readme_commands() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", (REPOSITORY / "README.md").read_text(), re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


@pytest.mark.slow
@needs_bubblewrap
def test_the_referee_commands_of_the_readme_run(tmp_path, monkeypatch):
    """In order, in a copy of this league, as they stand there."""
    for folder in ("competitions", "submissions"):
        shutil.copytree(REPOSITORY / folder, tmp_path / folder)
    monkeypatch.chdir(tmp_path)
    commands = [line for line in readme_commands() if line.startswith("referee ")]
    assert len(commands) >= 10
    for command in commands:
        assert main(command.split()[1:]) == 0, command


def test_the_make_targets_of_the_documents_exist():
    text = (REPOSITORY / "README.md").read_text() + (REPOSITORY / "CONTRIBUTING.md").read_text()
    targets = set(re.findall(r"^(?:.*`)?make ([a-z]+)(?=`|$)", text, re.MULTILINE))
    assert {"play", "test", "site", "serve", "bench", "lint"} <= targets
    for target in targets:
        subprocess.run(["make", "--dry-run", target], cwd=REPOSITORY, check=True, capture_output=True)
