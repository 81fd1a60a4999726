"""What the head of a page says to other machines: the feed, the card that is shown where somebody shares a link, and to the
reader's browser, what the page may do.

The policy is the third lock before strangers' strings, behind escaping and the allow-list of `presentation.site.story`: no
script runs but the site's own files and the theme's own lines, and nothing is fetched from elsewhere.
"""

from __future__ import annotations

import base64
import hashlib
import re
from html import escape

from referee.presentation.site.addresses import HOME, Published, card_file, link

_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_CONTENT = re.compile(r"<article\b.*</article>", re.DOTALL)
_POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'self'; connect-src 'self'; font-src 'self'; img-src 'self' data:; "
    "manifest-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self'; script-src 'self' {scripts}"
)


def guarded(output: str, published: Published) -> str:
    """A page with its policy, which names each line of script that the theme has put there by its digest.

    A script in the content is none of the theme's, and doesn't run. A page that is read from a disk has no origin that could
    be named, so there is no policy without an address.
    """
    if not published.address:
        return output
    scripts = _INLINE.findall(_CONTENT.sub("", output))
    digests = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    policy = _POLICY.format(scripts=" ".join(f"'sha256-{digest}'" for digest in dict.fromkeys(digests)))
    return output.replace("<head>", f'<head><meta http-equiv="Content-Security-Policy" content="{policy}">', 1)


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
