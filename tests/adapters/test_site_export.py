"""`referee site export`: the pages of the build in a new folder, all of them or nothing."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from built_site import mkdocs
from league_folder import REPOSITORY, Folder

from referee.adapters.cli import main
from referee.adapters.site.export import export
from referee.adapters.site.folders import index
from referee.files import strict_yaml
from referee.ground.errors import InputError
from referee.presentation.site.addresses import Published

PUBLISHED = Published(address="https://golf.example/league/", repository="golf/league")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A league with a site: two competitions, an entry."""
    return with_site(Folder(tmp_path / "league"))


def with_site(folder: Folder) -> Folder:
    folder.competition()
    folder.competition("parity")
    folder.result("pruned")
    shutil.copytree(REPOSITORY / "site", folder.root / "site")
    shutil.copy(REPOSITORY / "mkdocs.yml", folder.root)
    return folder


def files(root: Path) -> dict[str, bytes]:
    return {file.relative_to(root).as_posix(): file.read_bytes() for file in root.rglob("*") if file.is_file()}


def without_links(page: bytes) -> bytes:
    """Where a page links to depends on where it stands."""
    return re.sub(rb"\]\([^)]*\)", b"]()", page)


def config(out: Path) -> dict:
    return strict_yaml.parse((out / "mkdocs.yml").read_bytes(), "mkdocs.yml")


def left(tmp_path: Path) -> list[str]:
    """What stands beside the league."""
    return sorted(child.name for child in tmp_path.iterdir() if child.name != "league")


# What is written


def test_the_pages_are_those_of_the_build_beside_those_written_by_hand(folder, tmp_path):
    count = export(folder.league, tmp_path / "out", PUBLISHED)
    generated = {path: text.encode() if isinstance(text, str) else text for path, text in folder.all(PUBLISHED).items()}
    by_hand = files(folder.root / "site/pages")
    assert count == len(generated)
    written = files(tmp_path / "out/pages")
    assert written.keys() == {index(path) if path.endswith(".md") else path for path in by_hand | generated}
    for path, content in (by_hand | generated).items():
        if path.endswith(".md"):
            assert without_links(written[index(path)]) == without_links(content), path
        else:
            assert written[path] == content, path
    assert {child.name for child in (tmp_path / "out").iterdir()} == {"mkdocs.yml", "pages"}
    assert left(tmp_path) == ["out"]


def test_the_league_itself_stays_as_it_was(folder, tmp_path):
    before = files(folder.root)
    export(folder.league, tmp_path / "out", PUBLISHED)
    assert files(folder.root) == before


def test_the_configuration_is_the_leagues_without_what_is_mkdocs_alone(folder, tmp_path):
    export(folder.league, tmp_path / "out", PUBLISHED)
    ours = strict_yaml.parse((folder.root / "mkdocs.yml").read_bytes(), "mkdocs.yml")
    told = config(tmp_path / "out")
    assert "hooks" not in told and "watch" not in told
    assert (told["docs_dir"], told["site_dir"]) == ("pages", "built")
    assert {"Competitions": ["competitions/digits/index.md", "competitions/parity/index.md"]} in told["nav"]
    for key in ours.keys() - {"hooks", "watch", "docs_dir", "site_dir", "nav"}:
        assert told[key] == ours[key], key
    assert told["site_url"] == PUBLISHED.address
    assert [next(iter(item)) for item in told["nav"]] == [next(iter(item)) for item in ours["nav"]]


def test_the_same_league_gives_the_same_bytes(folder, tmp_path):
    """But for the database, whose bytes SQLite decides."""
    for name in ("one", "two"):
        export(folder.league, tmp_path / name, PUBLISHED)
    one, two = (files(tmp_path / name) for name in ("one", "two"))
    assert [path for path in one if one[path] != two[path]] == []


def test_what_is_exported_builds_without_the_referee(folder, tmp_path):
    """Strictly: no link between pages is broken."""
    export(folder.league, tmp_path / "out", PUBLISHED)
    done = mkdocs(tmp_path / "out", tmp_path / "built")
    assert done.returncode == 0, done.stderr
    for path in ("index.html", "boards/digits/laptop-ss/index.html", "entries/digits/pruned/index.html", "league.sqlite"):
        assert (tmp_path / "built" / path).is_file()


def test_a_folder_that_is_empty_is_filled(folder, tmp_path):
    (tmp_path / "out").mkdir()
    export(folder.league, tmp_path / "out", PUBLISHED)
    assert (tmp_path / "out/mkdocs.yml").is_file()


def test_folders_above_are_made(folder, tmp_path):
    export(folder.league, tmp_path / "some/where/out", PUBLISHED)
    assert (tmp_path / "some/where/out/mkdocs.yml").is_file()
    assert [child.name for child in (tmp_path / "some/where").iterdir()] == ["out"]


# What is refused


def refused(folder: Folder, out: Path, what: str) -> None:
    with pytest.raises(InputError, match=what):
        export(folder.league, out, PUBLISHED)


def test_a_folder_that_is_not_empty_is_refused_and_stays(folder, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/mine").write_text("mine")
    refused(folder, tmp_path / "out", "is there already; name a new folder")
    assert files(tmp_path / "out") == {"mine": b"mine"}


def test_a_file_in_the_place_of_the_folder_is_refused_and_stays(folder, tmp_path):
    (tmp_path / "out").write_text("mine")
    refused(folder, tmp_path / "out", "is there already")
    assert (tmp_path / "out").read_text() == "mine"


@pytest.mark.parametrize("missing", ["site/pages", "site/templates", "mkdocs.yml"])
def test_a_league_without_a_site_is_refused(folder, tmp_path, missing):
    path = folder.root / missing
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    refused(folder, tmp_path / "out", f"{missing}: is missing; a league's site is made from it")
    assert left(tmp_path) == []


@pytest.mark.parametrize("text", ["site_name: x\n", "site_name: x\nnav: index.md\n", "- a list\n", "nav:\n", "just words\n"])
def test_a_configuration_without_a_navigation_is_refused(folder, tmp_path, text):
    (folder.root / "mkdocs.yml").write_text(text)
    refused(folder, tmp_path / "out", "mkdocs.yml")
    assert left(tmp_path) == []


def test_a_league_with_faults_leaves_nothing(folder, tmp_path):
    folder.competition(score="nonzeros")
    refused(folder, tmp_path / "out", 'did you mean "nonzero"')
    assert left(tmp_path) == []


def test_a_disk_that_fails_half_way_leaves_nothing(folder, tmp_path, monkeypatch):
    """Neither the folder nor the one beside it."""
    whole, written = Path.write_bytes, []

    def fails(file: Path, content: bytes) -> int:
        written.append(file)
        if len(written) > 9:
            raise OSError(28, "No space left on device")
        return whole(file, content)

    monkeypatch.setattr(Path, "write_bytes", fails)
    with pytest.raises(OSError, match="No space"):
        export(folder.league, tmp_path / "out", PUBLISHED)
    assert len(written) == 10 and left(tmp_path) == []


# The command


@pytest.fixture
def referee(folder, capsys):
    """Runs the command in the test's league; gives its exit code, stdout and stderr."""

    def call(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["site", "export", *words, "--league", str(folder.root)])
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


def test_the_command_says_what_it_wrote_and_what_comes_next(folder, referee, tmp_path):
    code, out, err = referee(str(tmp_path / "out"))
    assert (code, err) == (0, "")
    count = len(folder.all())
    assert out.splitlines() == [
        f"wrote {tmp_path}/out with {count} generated files",
        "next",
        f"  cd {tmp_path}/out",
        "  mkdocs build   # or: properdocs build, zensical build",
    ]


def test_the_command_says_it_as_json(folder, referee, tmp_path):
    code, out, err = referee(str(tmp_path / "out"), "--json")
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert told["folder"] == str(tmp_path / "out") and told["generated"] == len(folder.all())
    assert told["next"][0] == f"cd {tmp_path}/out"


@pytest.mark.parametrize("address", ["https://golf.example/league", "https://golf.example/league/"])
def test_an_address_and_a_repository_stand_on_the_pages(referee, tmp_path, address):
    """With or without a slash at its end."""
    assert referee(str(tmp_path / "out"), "--address", address, "--repository", "golf/league")[0] == 0
    page = (tmp_path / "out/pages/entries/digits/pruned/index.md").read_text(encoding="utf-8")
    assert "url = {https://golf.example/league/entries/digits/pruned/}" in page
    assert "https://github.com/golf/league/tree/HEAD/submissions/digits/pruned" in page


def test_what_is_refused_is_exit_code_2(referee, tmp_path):
    (tmp_path / "out").write_text("mine")
    code, out, err = referee(str(tmp_path / "out"))
    assert (code, out) == (2, "") and "is there already; name a new folder" in err


def test_the_machines_failure_is_exit_code_3(referee, tmp_path):
    """A file stands where the folder above should."""
    (tmp_path / "file").write_text("")
    code, out, err = referee(str(tmp_path / "file/out"))
    assert (code, out) == (3, "") and "nothing was recorded" in err


def test_the_folder_that_one_stands_in_can_be_filled(referee, tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert referee(".")[0] == 0
    assert (tmp_path / "here/mkdocs.yml").is_file()


@pytest.mark.parametrize("words", [(), ("--adress", "x")])
def test_wrong_usage_is_exit_code_2(referee, words):
    with pytest.raises(SystemExit) as stopped:
        referee(*words)
    assert stopped.value.code == 2
