"""How to cite an entry: BibTeX."""

from __future__ import annotations

from referee.presentation.site.addresses import Published
from referee.presentation.site.boards import Board, Standing
from referee.presentation.site.lines import Line

_LATEX = str.maketrans(
    # BibTeX counts braces, escaped ones too.
    {sign: f"\\{sign}" for sign in "&%$#_"}
    | {"{": r"\textbraceleft{}", "}": r"\textbraceright{}"}
    | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    | {"<": r"\textless{}", ">": r"\textgreater{}"}
)


def bibtex(standing: Standing, board: Board, line: Line, published: Published) -> str:
    """A result as `@misc`; the script of the boards writes the same for a whole view.

    Handles stand for names: the league knows no others.
    """
    fields = {
        "title": f"{{{line.title.translate(_LATEX)}}}",
        "author": " and ".join(f"{{{author.translate(_LATEX)}}}" for author in line.authors),
        "year": line.date[:4],
        "howpublished": f"ML Golf, {standing.game.name}, {board.class_}",
        "note": f"{board.score} {line.score}".translate(_LATEX),
    }
    if published.address and line.page:
        fields["url"] = published.url(line.page)
    listed = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
    return f"@misc{{mlgolf-{standing.game.name}-{line.entry},\n{listed}}}"
