"""Strings of strangers that mean something to GitHub's Markdown, to HTML, to logs or to readers."""

from __future__ import annotations

from referee.presentation.comment import MARKER

HOSTILE = (
    "${{ github.token }}",
    "`code` ``code`` ` $(reboot)",
    "first\nsecond\n\n# heading\n\n- list",
    "\r\n::error file=x::forged",
    "##[error]forged ::stop-commands::x",
    "@everyone @golf/maintainers cc @torvalds",
    "#1 GH-1 golf/league#1 0123456789abcdef0123456789abcdef01234567",
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "</code></td></tr></table><h1>forged</h1>",
    "</code></summary></details><details open>",
    "&#60;img src=x&#62; &lt;b&gt; &amp;#64;everyone",
    "[x](javascript:alert(1)) ![x](//evil.example/x.png)",
    "<https://evil.example> https://evil.example www.evil.example",
    "a@evil.example mailto:a@evil.example xmpp:a@evil.example/x",
    "[x]: //evil.example",
    "[^1] [^1]: note",
    "*em* _em_ **strong** ~~gone~~ :tada: $x^2$",
    "# heading",
    "> [!WARNING]\n> quoted",
    "```\nfence\n```",
    "~~~ python",
    "    indented",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "\\| \\` \\",
    "--> <!-- x",
    f"{MARKER}\n### Qualified: l2 0, 1 of 1",
    "<![CDATA[x]]> <?php x ?> <!DOCTYPE x>",
    "\u202egnp.exe \u2066\u2069\u200f\u200b\ufeff\u2028\u2029",
    "\x1b[31mred\x1b[0m \x07\x9b31m\x00",
    "Z\u0334\u0335\u0336\u0337\u0338" * 30,
    "\ud800 \udc80 \U0010ffff",
    "long " * 2000,
    "\u00a0",
    "-",
)
