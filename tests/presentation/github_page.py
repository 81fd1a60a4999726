"""A comment as GitHub shows it: rendered by GitHub's own parser, and what of that page a stranger could have changed."""

from __future__ import annotations

from html.parser import HTMLParser

from cmarkgfm import github_flavored_markdown_to_html
from cmarkgfm.cmark import Options

QUIET = ("code", "pre")
"""elements in whose text GitHub looks for no names, references, commits and emoji"""


def page(markdown: str) -> str:
    """HTML with tables, strikethrough, autolinks; raw HTML is left in, as GitHub cleans it up only afterwards."""
    text = markdown.encode("utf-8", "replace").decode()
    return github_flavored_markdown_to_html(text, options=Options.CMARK_OPT_UNSAFE)


class _Reader(HTMLParser):
    """Splits a page into its skeleton and the text of its quiet elements."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.skeleton: list[str] = []
        self.quiet: list[str] = []
        self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.skeleton.append(f"<{tag} {attrs}>" if attrs else f"<{tag}>")
        if tag in QUIET:
            self.quiet += [] if self.depth else [""]
            self.depth += 1

    def handle_endtag(self, tag: str) -> None:
        self.skeleton.append(f"</{tag}>")
        # A stranger may close what was never opened.
        self.depth = max(0, self.depth - (tag in QUIET))

    def handle_data(self, data: str) -> None:
        if self.depth:
            self.quiet[-1] += data
        else:
            self.skeleton.append(data)

    def handle_comment(self, data: str) -> None:
        if not self.depth:
            self.skeleton.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.skeleton.append(f"<!{decl}>")

    def handle_pi(self, data: str) -> None:
        self.skeleton.append(f"<?{data}>")


def skeleton(markdown: str) -> str:
    """The page of a comment without what stands in <code> and <pre>: every element, attribute, comment and text else."""
    return "".join(_read(markdown).skeleton)


def quiet(markdown: str) -> list[str]:
    """The texts of <code> and <pre>."""
    return _read(markdown).quiet


def _read(markdown: str) -> _Reader:
    reader = _Reader()
    reader.feed(page(markdown))
    reader.close()
    return reader
