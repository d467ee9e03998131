# SPDX-License-Identifier: Apache-2.0
"""Evidence as one HTML page that needs nothing else: no script, no other file, no network."""

from __future__ import annotations

from pathlib import Path

from groundstop.report._evidence import Evidence
from groundstop.words import counted, visible

__all__ = ["render_page"]

_TEMPLATES = Path(__file__).parent


def render_page(evidence: Evidence) -> str:
    """Return the page; every value in it is escaped, and what cannot be seen is made visible."""
    # Slow to import, and the other reports need none of it.
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        # Not by the file's suffix: whatever the page is made of may be hostile.
        autoescape=True,
        finalize=_visible,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2").render(evidence=evidence, counted=counted)


def _visible(value: object) -> object:
    """Write control characters, bidirectional marks and lone surrogates as escapes.

    Else a finding's text could hide parts of itself, or show them in another order.
    """
    # What a macro returns is markup already, made of values that went through here.
    is_text = isinstance(value, str) and not hasattr(value, "__html__")
    return visible(str(value)) if is_text else value
