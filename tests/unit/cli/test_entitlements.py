"""`carebus entitlements`."""

import json
from datetime import date

import pytest

from shared.cases.messages import OpenCase
from shared.entitlements.messages import ActivateEntitlement, PutEntitlement, Terms
from tests.unit.cli.laptop import Laptop

TERMS = Terms("C-1", "Ten cases", date(2026, 1, 1), date(2026, 12, 31), 10, decrement_on="create", default=True)


@pytest.fixture
def laptop() -> Laptop:
    """A laptop where a customer with ten cases has opened one."""
    laptop = Laptop()
    laptop.say("m-1", PutEntitlement("E-1", "kim", TERMS))
    laptop.say("m-2", ActivateEntitlement("E-1", "kim"))
    laptop.settle()
    laptop.say("m-3", OpenCase("K-1", "C-1", "It leaks", origin="email"))
    laptop.settle()
    return laptop


def test_a_customers_entitlements_are_listed_with_what_remains(laptop: Laptop) -> None:
    (line,) = json.loads(laptop.done("entitlements", "list", "--contact", "C-1", "--json"))
    assert (line["id"], line["state"], line["total"], line["remaining"]) == ("E-1", "active", 10, 9)
    assert "Ten cases" in laptop.done("entitlements", "list", "--contact", "C-1")
    assert laptop.done("entitlements", "list", "--contact", "C-9") == "No entitlements.\n"


def test_one_is_shown_with_its_ledger(laptop: Laptop) -> None:
    shown = json.loads(laptop.done("entitlements", "show", "E-1", "--json"))
    assert [(each["case"], each["outcome"], each["amount"]) for each in shown["ledger"]] == [("K-1", "debited", 1)]
    assert "debited" in laptop.done("entitlements", "show", "E-1")


def test_one_that_is_not_there_is_told(laptop: Laptop) -> None:
    refused = laptop.carebus("entitlements", "show", "E-9")
    assert (refused.exit_code, refused.stderr) == (1, "There is no entitlement E-9.\n")
