"""The page on the architecture is true to the code."""

import ast
import json
import re

from tests.docs.markdown import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
WORDS = set(re.findall(r"[a-z][a-z_-]*[a-z]", PAGE))
TABLE_NAME = re.compile(r'^TABLE = "(\w+)"$', re.MULTILINE)


def functions() -> set[str]:
    """The functions of the app: what a blueprint decorates."""
    found = set()
    for module in (ROOT / "functions").glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.AsyncFunctionDef) and any(
                "blueprint" in ast.unparse(each) for each in node.decorator_list
            ):
                found.add(node.name)
    return found


def test_it_shows_every_function() -> None:
    assert len(functions()) > 10
    assert functions() - WORDS == set()


def test_it_names_every_queue() -> None:
    config = json.loads((ROOT / "infra" / "servicebus.config.json").read_text(encoding="utf-8"))
    queues = {queue["Name"] for queue in config["UserConfig"]["Namespaces"][0]["Queues"]}
    assert queues - WORDS == set()


def test_it_lists_every_table() -> None:
    tables = {
        name
        for module in (ROOT / "shared").rglob("*.py")
        for name in TABLE_NAME.findall(module.read_text(encoding="utf-8"))
    }
    listed = set(re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", PAGE.partition("## Tables")[2], re.MULTILINE))
    names = {name for line in listed for name in re.findall(r"`(\w+)`", line)}
    assert len(tables) > 5
    assert tables - names == set()


def test_it_has_a_line_for_every_room() -> None:
    rooms = {f"shared/{folder.name}/" for folder in (ROOT / "shared").iterdir() if (folder / "__init__.py").exists()}
    assert {room for room in rooms if f"`{room}`" not in PAGE} == set()


def test_it_is_one_page() -> None:
    assert len(PAGE.splitlines()) <= 100
