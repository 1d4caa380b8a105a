"""A finished page: HTML that needs nothing from elsewhere, with headers that keep its address and content private."""

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"
MEDIA_TYPE = "text/html"
"""The Functions library adds the charset, utf-8."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a door answers with."""

    status: int
    html: str
    headers: Mapping[str, str]


def page(status: int, template: str, values: Mapping[str, object], retry_after: int | None = None) -> Page:
    """Render a template inside the layout; every value is escaped."""
    from shared.definitions import liquid_text

    html = liquid_text.render(_source(template), values, html=True)
    extra = {"Retry-After": str(retry_after)} if retry_after is not None else {}
    return Page(status, html, _headers() | extra)


@cache
def _source(template: str) -> str:
    layout = _file("layout.html").replace("[style]", _file("style.css"))
    return layout.replace("[main]", _file(f"{template}.html"))


@cache
def _file(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _headers() -> dict[str, str]:
    """The link is a secret (DESIGN.md 3, I10): it goes into no referrer, cache or index, and no script may see it."""
    style = b64encode(hashlib.sha256(_file("style.css").encode()).digest()).decode()
    policy = (
        "default-src 'none'",
        f"style-src 'sha256-{style}'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
    return {
        "Cache-Control": "no-store",
        "Content-Security-Policy": "; ".join(policy),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex, nofollow",
    }
