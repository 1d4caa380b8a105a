"""A browser without eyes: reads a page, follows its links, fills and submits its forms."""

from html.parser import HTMLParser
from typing import Any, NamedTuple

import aiohttp

INLINE = {"a", "b", "code", "span", "strong", "time"}
"""What does not end a line."""


class Button(NamedTuple):
    """What submits a form, and with which field."""

    label: str
    name: str
    value: str


class Form:
    """A form as it is when the page is shown."""

    def __init__(self, method: str, action: str) -> None:
        self.method, self.action = method, action
        self.fields: dict[str, str] = {}
        self.buttons: list[Button] = []


class Page(HTMLParser):
    """What an answer shows."""

    def __init__(self, status: int, headers: Any, html: str) -> None:
        super().__init__()
        self.status, self.headers, self.html = status, headers, html
        self.forms: list[Form] = []
        self.links: dict[str, str] = {}
        self.hrefs: list[str] = []
        self.loaded: list[str] = []
        self._words: list[str] = []
        self._open: list[tuple[dict[str, str], int]] = []
        self._select = ""
        self.feed(html)
        self.text = " ".join("".join(self._words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.loaded += [given["src"]] if "src" in given else []
        if tag == "form":
            self.forms.append(Form(given.get("method", "get"), given["action"]))
        elif tag == "input" and self.forms and "name" in given:
            self.forms[-1].fields[given["name"]] = given.get("value", "")
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option" and ("selected" in given or self._select not in self.forms[-1].fields):
            self.forms[-1].fields[self._select] = given.get("value", "")
        elif tag in ("a", "button") and "disabled" not in given:
            self._open.append((given, len(self._words)))

    def handle_data(self, data: str) -> None:
        self._words.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag not in INLINE:
            self._words.append(" ")
        if tag not in ("a", "button") or not self._open:
            return
        given, start = self._open.pop()
        label = " ".join("".join(self._words[start:]).split())
        if tag == "a":
            self.links[label] = given["href"]
            self.hrefs.append(given["href"])
        else:
            self.forms[-1].buttons.append(Button(label, given.get("name", ""), given.get("value", "")))

    def labels(self) -> list[str]:
        """What the buttons say."""
        return [button.label for form in self.forms for button in form.buttons]


class Browser:
    """Opens pages of one server; every page it is taken to is the one it works with."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url, self._session = url, session
        self.page = Page(0, {}, "")

    async def open(self, path: str) -> Page:
        """Follow a link."""
        return await self._ask("GET", path)

    async def press(self, label: str, **filled: str) -> Page:
        """Press the button, with some fields filled in."""
        form, button = self._find(label)
        fields = {**form.fields, **filled, **({button.name: button.value} if button.name else {})}
        if form.method == "get":
            return await self._ask("GET", form.action, params=fields)
        return await self._ask("POST", form.action, data=fields, headers={"Origin": self.url})

    def _find(self, label: str) -> tuple[Form, Button]:
        for form in self.page.forms:
            for button in form.buttons:
                if button.label.startswith(label):
                    return form, button
        raise AssertionError(f"there is no button {label!r} among {self.page.labels()}")

    async def _ask(self, method: str, path: str, **options: Any) -> Page:
        headers = {"Accept": "text/html", **options.pop("headers", {})}
        async with self._session.request(method, self.url + path, headers=headers, **options) as answer:
            self.page = Page(answer.status, answer.headers, await answer.text())
        return self.page
