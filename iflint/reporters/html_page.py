"""A page of Markdown as one HTML file that needs nothing from outside and runs nothing."""

from __future__ import annotations

import base64
import hashlib
import html

from iflint.words.visible import visible

_STYLE = """
:root { color-scheme: light dark; }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.6 system-ui, sans-serif; }
h1, h2, h3 { line-height: 1.25; }
h2 { margin-top: 2rem; }
code, pre { font: 0.9rem/1.5 ui-monospace, monospace; }
code { background: #8882; border-radius: 0.2rem; padding: 0.1rem 0.25rem; }
pre { background: #8882; border-radius: 0.3rem; padding: 0.75rem 1rem; overflow-x: auto; }
pre code { background: none; padding: 0; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border: 1px solid #8888; padding: 0.3rem 0.6rem; text-align: left; vertical-align: top; }
@media print { body { margin: 0; max-width: none; } }
"""
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none'; form-action 'none'"


def html_page(title: str, markdown: str) -> str:
    """The page under its title; HTML in the Markdown is shown as text, images become links."""
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    shown = "\n".join(map(visible, markdown.split("\n")))
    heading = html.escape(visible(title))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{heading}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{heading}</h1>\n{reader.render(shown)}</main>\n</body>\n</html>\n"
    )
