"""What the head of a page says to other machines: the feed, and the card that is shown where somebody shares a link."""

from __future__ import annotations

from html import escape

from referee.presentation.site.addresses import HOME, Published, card_file, link


def at_the_head(output: str, path: str, title: str, card: str | None, published: Published) -> str:
    """A page with these tags in its head.

    Args:
        output: the page as HTML
        path: of its Markdown
        title: as HTML
        card: from the root of the site; None for that of the league
        published: cards need the whole address of the site; without one there are none
    """
    tags = [f'<link rel="alternate" type="application/atom+xml" title="Records" href="{escape(link(path, "records.xml"))}">']
    if published.address:
        image = published.address + (card or card_file(HOME))
        tags += [
            '<meta property="og:type" content="website">',
            f'<meta property="og:title" content="{title}">',
            f'<meta property="og:image" content="{escape(image)}">',
            '<meta name="twitter:card" content="summary_large_image">',
        ]
    return output.replace("</head>", f"{''.join(tags)}</head>", 1)
