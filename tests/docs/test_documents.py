"""What the documents name exists, and what they show runs."""

import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from shared.cli.app import app
from tests.docs.markdown import ROOT, Document, documents

TOP = {path.name for path in ROOT.iterdir()}
PATH = re.compile(r"[\w.-]+(/[\w.{}*-]+)*/?")
SUFFIXES = {".py", ".md", ".txt", ".json", ".toml", ".yaml", ".csv", ".sh"}
MADE_BY_HAND = {"local.settings.json"}
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))

every_document = pytest.mark.parametrize("document", documents(), ids=str)


def looks_like_a_path(name: str) -> bool:
    first = name.partition("/")[0]
    return bool(PATH.fullmatch(name)) and (("/" in name and first in TOP) or Path(name).suffix in SUFFIXES)


def carebus_command(command: str) -> list[str] | None:
    """Return the words behind `carebus`; None where another program is called."""
    words = shlex.split(command.replace("\\", "")) if re.match(r"(\.venv/bin/)?carebus( |$)", command) else None
    return words[1:] if words else None


def test_there_are_documents() -> None:
    assert {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/architecture.md"} <= {
        str(each) for each in documents()
    }


@every_document
def test_its_links_lead_to_files(document: Document) -> None:
    assert [link for link in document.links() if not link.exists()] == []


@every_document
def test_the_paths_it_names_exist(document: Document) -> None:
    named = {name for name in document.names() if looks_like_a_path(name)} - MADE_BY_HAND
    assert [name for name in sorted(named) if not exists(name)] == []


def exists(name: str) -> bool:
    """Say whether there is such a path; a bare file name may stand anywhere in the project's own folders."""
    if "/" in name:
        return (ROOT / name).exists()
    folders = (ROOT / folder for folder in ("shared", "functions", "local", "docs", "tests", "infra"))
    return (ROOT / name).exists() or any(next(folder.rglob(name), None) for folder in folders)


@every_document
def test_the_make_targets_it_names_exist(document: Document) -> None:
    called = {word for command in document.commands() for word in re.findall(r"^make ([a-z-]+)$", command)}
    assert called - TARGETS == set()


@every_document
def test_the_carebus_commands_it_shows_exist(document: Document) -> None:
    for command in document.commands():
        words = carebus_command(command)
        if words is not None:
            assert_is_a_command(words)


def assert_is_a_command(words: list[str]) -> None:
    """Ask the command for its help, and look for the options there."""
    names = []
    command = get_command(app)
    for word in words:
        following = getattr(command, "commands", {}).get(word)
        if following is None:
            break
        names.append(word)
        command = following
    assert not getattr(command, "commands", {}) or names == words, f"carebus {' '.join(words)}: no such command"
    shown = CliRunner().invoke(app, [*names, "--help"])
    assert shown.exit_code == 0
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known


@every_document
def test_the_python_it_shows_runs(document: Document) -> None:
    for block in document.blocks("python"):
        exec(compile(block, str(document), "exec"), {})  # noqa: S102 - the project's own text


def test_the_readme_begins_with_two_commands_and_takes_a_screen() -> None:
    readme = Document(ROOT / "README.md")
    assert [command.split()[:2] for command in readme.commands()][:2] == [["make", "demo"], ["make", "test"]]
    assert len(readme.text.splitlines()) <= 60


def test_every_decision_is_in_the_index_by_its_question() -> None:
    index = (ROOT / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    for page in sorted((ROOT / "docs" / "decisions").glob("*.md")):
        if page.name != "README.md":
            question = page.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
            assert question.endswith("?"), page.name
            assert f"- [{question}]({page.name})" in index
