"""Expressions, filters, matrices, and what steps tell the runner: each by itself, against what GitHub documents."""

from __future__ import annotations

import pytest
from actions_commands import listen, pairs
from actions_expressions import Scope, condition, evaluate, fill
from actions_filters import matches, starts, triggers
from actions_installs import without
from actions_matrix import combinations, shown
from actions_values import WorkflowError, as_text
from actions_workflow import Workflow
from conftest import REPOSITORY

CONTEXTS = {
    "foo": {"bar": {"baz": 2}, "B-ar": "dash", "list": [1, 2, 3], "empty": {}},
    "github": {"event": {"labels": [{"name": "ready"}, {"name": "in-play"}]}},
}
VALUES = [
    ("foo.bar.baz", 2),
    ("FOO.BAR['BAZ']", 2),
    ("foo.b-ar", "dash"),
    ("foo.list[1]", 2),
    ("foo.list[3]", None),
    ("foo.nothing.at.all", None),
    ("github.event.labels.*.name", ["ready", "in-play"]),
    ("contains(github.event.labels.*.name, 'READY')", True),
    # What binds tighter: . [] ! < <= > >= == != && ||
    ("!2 < 3", True),
    ("!(2 < 3)", False),
    ("3 < 2 < 1", True),
    ("3 < (2 < 1)", False),
    ("2 <= 3 == true", True),
    ("2 <= (3 == true)", False),
    ("2 == 2 != 0", True),
    ("1 == 1 && 2", 2),
    ("1 == (1 && 2)", False),
    ("false && 0 || null", None),
    ("false && (0 || null)", False),
    ("1 || 2 && 3", 1),
    ("(1 || 2) && 3", 3),
    # Equality takes no account of case, and compares two kinds as numbers.
    ("'Main' == 'mAIN'", True),
    ("'1' == 1", True),
    ("'' == 0", True),
    ("null == ''", True),
    ("null == 0", True),
    ("true == 1", True),
    ("'true' == true", False),
    ("'abc' == 0", False),
    ("foo.empty == ''", False),
    ("foo.empty == foo.empty", True),
    ("NaN == NaN", False),
    ("'b' > 'A'", True),
    ("false > -11", True),
    ("foo.list > foo.list", False),
    ("' 1 ' > 0", True),
    ("0xff", 255),
    ("-.5", -0.5),
    ("'it''s'", "it's"),
    ("contains('Hello world', 'LLO')", True),
    ("contains(fromJSON('[1, 2]'), '2')", True),
    ("startsWith('/Referee run', '/referee ')", True),
    ("endsWith('a.YML', '.yml')", True),
    ("format('{{0}} {1} {0}', 'a', true)", "{0} true a"),
    ("join(foo.list, ' ')", "1 2 3"),
    ("join(foo.list)", "1,2,3"),
    ("toJSON(fromJSON('{\"a\":[1,null]}'))", '{\n  "a": [\n    1,\n    null\n  ]\n}'),
    ('fromJSON(\'{"sha": "x"}\').sha', "x"),
]
TEXTS = [
    ("null", ""),
    ("true", "true"),
    ("-0.0", "0"),
    ("-2.0", "-2"),
    ("0.84551240822557006", "0.84551240822557"),
    ("1.2e-2", "0.012"),
    ("-Infinity", "-Infinity"),
    ("NaN", "NaN"),
    ("foo.list", "Array"),
    ("foo", "Object"),
]
NO_EXPRESSIONS = [
    "",
    "foo bar",
    "foo.1",
    "foo.b@r",
    '"double"',
    "foo && ",
    "(foo",
    "nobody",
    "false && nobody.there",
    "nothing('x')",
    "success()",
    "1 + 1",
    "'open",
    "format('{0}')",
    "format('}{0}', 1)",
    "fromJSON('')",
]
PATTERNS = [
    ("main", "main", True),
    ("feature/*", "feature/my-branch", True),
    ("feature/*", "feature/your/branch", False),
    ("feature/**", "feature/your/branch", True),
    ("v2*", "v2.9", True),
    ("v[12].[0-9]+.[0-9]+", "v1.10.1", True),
    ("*.jsx?", "page.js", True),
    ("*.jsx?", "page.jsx", True),
    ("*", "docs/file.txt", False),
    ("**", "all/the/files.md", True),
    ("**.js", "src/js/app.js", True),
    ("docs/**/*.md", "docs/README.md", True),
    ("**/docs/**", "dir/docs/my-file.txt", True),
    ("**/*src/**", "a/bsrc/some-file.txt", True),
    ("submissions/**", "submissions", False),
    (["**.md", "!README.md"], "README.md", False),
    (["**.md", "!README.md", "README*"], "README.md", True),
    (["!docs/**"], "src/a", False),
]


def scope(**functions):
    return Scope(CONTEXTS, functions)


@pytest.mark.parametrize(("text", "value"), VALUES, ids=[text for text, _ in VALUES])
def test_an_expression_has_the_value_that_github_documents(text, value):
    found = evaluate(text, scope())
    assert found == value and isinstance(found, bool) is isinstance(value, bool)


@pytest.mark.parametrize(("text", "shown"), TEXTS)
def test_a_value_becomes_text_as_on_github(text, shown):
    assert as_text(evaluate(text, scope())) == shown


@pytest.mark.parametrize("text", NO_EXPRESSIONS)
def test_what_is_not_known_is_an_error_and_never_empty(text):
    with pytest.raises(WorkflowError):
        evaluate(text, scope())


def test_a_property_that_nobody_set_is_empty_and_is_told():
    missed = []
    assert fill("<${{ foo.bar.nothing }}>", Scope(CONTEXTS, {}, missed.append)) == "<>"
    assert missed == ["foo.bar.nothing"]


def test_a_value_that_is_one_expression_keeps_its_type():
    filled = fill({"a": "${{ foo.list }}", "b": ["${{ foo.bar.baz }}-${{ '}}' }}"], "c": 3}, scope())
    assert filled == {"a": [1, 2, 3], "b": ["2-}}"], "c": 3}
    with pytest.raises(WorkflowError, match="without its"):
        fill("${{ foo.list }", scope())


@pytest.mark.parametrize(
    ("text", "succeeded", "holds"),
    [
        ("foo.bar.baz == 2", True, True),
        ("foo.bar.baz == 2", False, False),
        ("${{ always() && foo.bar.baz == 2 }}", False, True),
        ("failure() || foo.bar.baz == 3", False, True),
        ("", False, False),
        (None, True, True),
        (False, True, False),
        ("''", True, False),
        ("NaN", True, False),
        ("foo.empty", True, True),
    ],
)
def test_an_if_asks_for_success_unless_it_asks_for_another_status(text, succeeded, holds):
    status = {"success": lambda: succeeded, "failure": lambda: not succeeded, "always": lambda: True}
    assert condition(text, scope(**status)) is holds


def test_an_if_that_always_holds_by_mistake_is_an_error():
    with pytest.raises(WorkflowError, match="always holds"):
        condition("true && ${{ false }}", scope(success=lambda: True))


@pytest.mark.parametrize(("patterns", "value", "fits"), PATTERNS)
def test_a_filter_takes_patterns_as_github_documents_them(patterns, value, fits):
    assert matches(patterns, value) is fits


@pytest.mark.parametrize(
    ("filters", "event", "action", "begins"),
    [
        ({}, "pull_request", "opened", True),
        ({}, "pull_request", "closed", False),
        ({"types": ["closed"]}, "pull_request", "closed", True),
        ({"types": "closed"}, "pull_request", "opened", False),
        ({}, "issue_comment", "edited", True),
        ({"types": ["created"]}, "issue_comment", "edited", False),
        ({"branches": ["main"]}, "push", None, True),
        ({"branches-ignore": ["main"]}, "push", None, False),
        ({"branches": ["m*", "!main"]}, "push", None, False),
        ({"tags": ["v*"]}, "push", None, False),
        ({"paths": ["submissions/**"]}, "push", None, True),
        ({"paths": ["submissions/**", "!submissions/**/README.md"]}, "push", None, True),
        ({"paths": ["submissions/**", "!submissions/**/*.py"]}, "push", None, False),
        ({"paths-ignore": ["submissions/**"]}, "push", None, True),
        ({"paths-ignore": ["**"]}, "push", None, False),
        ({"workflows": ["Check"], "types": ["completed"]}, "workflow_run", "completed", True),
        ({"workflows": ["Other"], "types": ["completed"]}, "workflow_run", "completed", False),
        ({"workflows": ["Check"], "branches": ["release"]}, "workflow_run", "completed", False),
    ],
)
def test_an_event_passes_its_filters(filters, event, action, begins):
    paths = ["submissions/line/a/train.py", "README.md"]
    assert starts(filters, event, action, branch="main", paths=lambda: paths, workflow="Check") is begins


@pytest.mark.parametrize(
    "on", ["party", {"push": {"branch": "main"}}, {"workflow_run": {"workflows": ["x"], "types": ["requested"]}}, None]
)
def test_an_unknown_trigger_or_filter_is_an_error(on):
    with pytest.raises(WorkflowError):
        triggers(on)


def test_both_a_filter_and_its_opposite_are_an_error():
    with pytest.raises(WorkflowError, match="exclude each other"):
        starts({"paths": ["a"], "paths-ignore": ["b"]}, "push", None, branch="main", paths=list, workflow="")


def test_a_matrix_is_a_product_less_some_and_with_more():
    matrix = {
        "fruit": ["apple", "pear"],
        "animal": ["cat", "dog"],
        "exclude": [{"fruit": "pear", "animal": "dog"}],
        "include": [{"color": "green"}, {"color": "pink", "animal": "cat"}, {"fruit": "banana"}],
    }
    assert combinations(matrix) == [
        {"fruit": "apple", "animal": "cat", "color": "pink"},
        {"fruit": "apple", "animal": "dog", "color": "green"},
        {"fruit": "pear", "animal": "cat", "color": "pink"},
        {"fruit": "banana"},
    ]
    assert shown("train", {"class": "laptop-ss", "labels": ["golf", "cpu"], "minutes": 5}) == "train (laptop-ss, golf, cpu, 5)"


@pytest.mark.parametrize("matrix", [{}, {"include": []}, {"a": []}, {"a": "b"}, "text", {"a": list(range(257))}])
def test_a_matrix_without_jobs_or_with_too_many_is_an_error(matrix):
    with pytest.raises(WorkflowError):
        combinations(matrix)


def test_commands_are_heard_where_the_runner_hears_them():
    told = listen(
        "plain\n  ::error file=a.py,line=3,title=No%3A::50%25 off%0Anext\nsay ::error::no\nold ##[warning file=b;line=1]way\n",
        "::notice::on stderr too\r::add-mask::s3cret\n::set-output name=a::b\n::unknown::x\n",
    )
    assert [(one.level, one.message, one.properties) for one in told.annotations] == [
        ("error", "50% off\nnext", {"file": "a.py", "line": "3", "title": "No:"}),
        ("warning", "way", {"file": "b", "line": "1"}),
        ("notice", "on stderr too", {}),
    ]
    assert told.masks == ["s3cret"] and told.outputs == {"a": "b"} and not told.refused and len(told.obeyed) == 5


def test_nothing_between_stopping_and_its_token_is_a_command():
    hidden = "::error::a\n##[error]b\n::stop-commands::x\n::Wrong::\nx ::TOKEN1::\n"
    told = listen(f"::stop-commands::token1\n{hidden}::Token1::\n::error::heard\n", "")
    assert [one.message for one in told.annotations] == ["heard"]


def test_what_stops_on_stdout_is_not_stopped_on_stderr():
    assert [one.message for one in listen("::stop-commands::t\n::error::a\n", "::error::b\n").annotations] == ["b"]


@pytest.mark.parametrize("line", ["::set-env name=A::b", "::add-path::/x", "::stop-commands::", "::stop-commands::error"])
def test_a_command_that_runners_refuse_fails_its_step(line):
    assert listen(f"{line}\n").refused == [line]


def test_outputs_are_read_line_by_line_or_up_to_a_delimiter():
    text = "a=1\nb=x=y<<z\n\nlong<<END\none\n\n a=2\nEND\nempty<<E\nE\na=3\n"
    assert pairs(text, "output") == {"a": "3", "b": "x=y<<z", "long": "one\n\n a=2", "empty": ""}


@pytest.mark.parametrize("text", ["word\n", "a<<\n", "a<<E\nnever\n", "=x\n", "<<E\nE\n"])
def test_outputs_that_the_runner_refuses_are_an_error(text):
    with pytest.raises(WorkflowError, match="file command 'output'"):
        pairs(text, "output")


def test_installations_are_checked_and_left_out(tmp_path):
    (tmp_path / "constraints.txt").touch()
    script = """sudo apt-get update && sudo apt-get install -y bubblewrap
python -m pip install --constraint constraints.txt -e '.[judge, site]'
referee --version
"""
    assert without(script, tmp_path, REPOSITORY).split() == [":", ":", "referee", "--version"]


@pytest.mark.parametrize(
    "script",
    [
        "python -m pip install '.[jugde]'",
        "pip install -c gone.txt .",
        "pip install --requirement=gone.txt",
        "pip install . && referee run",
    ],
)
def test_an_installation_that_would_fail_is_an_error(script, tmp_path):
    with pytest.raises(WorkflowError):
        without(script, tmp_path, REPOSITORY)


PINNED = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
GOOD = f"""
on: push
permissions: {{}}
jobs:
  one:
    runs-on: ubuntu-latest
    if: github.ref == 'refs/heads/main'
    steps:
      - uses: {PINNED}
      - run: echo $WHO
        env: {{WHO: "${{{{ github.actor }}}}"}}
"""


def test_a_good_file_is_read():
    assert list(Workflow.read("a.yml", GOOD.encode(), "sha").on) == ["push"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("$WHO", "${{ github.actor }}", "an injection"),
        ("@3d3c42e5aac5ba805825da76410c181273ba90b1", "@v7", "not pinned"),
        ("@3d3c42e5aac5ba805825da76410c181273ba90b1", "@3d3c42e", "not pinned"),
        (" # v7.0.1", "", "lacks the comment"),
        (" # v7.0.1", " # the best", "lacks the comment"),
        ("permissions: {}", "permissions: {content: read}", "no permission"),
        ("permissions: {}", "permissions: {contents: wrote}", "no permission"),
        ("    if:", "    needs: two\n    if:", "needs"),
        ("    if:", "    needs: one\n    if:", "circle"),
        ("    if:", "    iff:", "unknown"),
        ("runs-on: ubuntu-latest", "name: x", "needed"),
        ("github.ref ==", "steps.a.outputs.b ==", "'steps' is not known here"),
        ("github.ref ==", "secrets.KEY ==", "'secrets' is not known here"),
        ("github.ref ==", "github.ref =", "unexpected"),
        ("github.actor", "githubs.actor", "'githubs' is not known here"),
        ("- run: echo $WHO", "- with: {a: b}", "neither"),
    ],
)
def test_a_file_with_a_mistake_is_refused_before_anything_runs(old, new, said):
    assert old in GOOD
    with pytest.raises(WorkflowError, match=said):
        Workflow.read("a.yml", GOOD.replace(old, new).encode(), "sha")


def test_github_takes_a_strangers_injection_and_his_tags():
    strangers = GOOD.replace("$WHO", "${{ github.actor }}").replace("@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "@v7")
    assert Workflow.read("a.yml", strangers.encode(), "sha", stranger=True).jobs


def test_the_permissions_of_a_job_replace_those_of_the_file():
    text = GOOD.replace("permissions: {}", "permissions: {contents: read, issues: write, id-token: write}")
    read = Workflow.read("a.yml", text.encode(), "sha")
    assert read.permissions("one", fork=False) == {"contents": "read", "issues": "write", "id-token": "write"}
    assert read.permissions("one", fork=True) == {"contents": "read", "issues": "read"}
    own = text.replace("    if:", "    permissions: {statuses: write, contents: none}\n    if:")
    assert Workflow.read("a.yml", own.encode(), "sha").permissions("one", fork=False) == {"statuses": "write"}
    none = Workflow.read("a.yml", GOOD.encode(), "sha")
    assert none.permissions("one", fork=False) == {}
    silent = Workflow.read("a.yml", GOOD.replace("permissions: {}", "").encode(), "sha")
    assert silent.permissions("one", fork=False) == {"contents": "read", "packages": "read"}
