"""`carebus import` and `carebus contacts consent`."""

from pathlib import Path

import pytest

from shared.cli.sending import BATCH
from tests.unit.cli.laptop import CONTACTS, DEVICES, Laptop, written

ANNA = "C-1,Anna,anna@example.org,+493023125042,de,Europe/Berlin\n"
ANNE = "C-1,Anne,anna@example.org,+493023125042,de,Europe/Berlin\n"


def imported(laptop: Laptop, folder: Path, line: str) -> str:
    return laptop.done("import", "contacts", written(folder, "contacts.csv", CONTACTS + line), "--wait")


def test_a_contact_is_created_as_the_file_says(tmp_path: Path) -> None:
    laptop = Laptop()
    assert imported(laptop, tmp_path, ANNA) == "1 contacts imported.\n"
    head = laptop.head("contacts", "C-1")
    assert head is not None
    assert (head["name"], head["points"]) == ("Anna", {"sms": "+493023125042", "email": "anna@example.org"})


def test_attributes_that_definitions_declare_are_kept_with_their_type(tmp_path: Path) -> None:
    (tmp_path / "declared").mkdir()
    written(tmp_path / "declared", "c.yaml", "contact_attributes: c\nattributes: {seats: number}\n")
    header = CONTACTS.strip() + ",city,attribute.seats\n"
    path = written(tmp_path, "contacts.csv", header + ANNA.strip() + ",Berlin,3\n")
    laptop = Laptop()
    laptop.done("import", "contacts", path, "--definitions", str(tmp_path / "declared"), "--wait")
    head = laptop.head("contacts", "C-1")
    assert head is not None
    assert (head["city"], head["attributes"]) == ("Berlin", {"seats": 3})
    assert laptop.carebus("import", "contacts", path).stderr == f"{path}:1: column 8 is not known\n"


def test_a_contact_that_changes_to_and_fro_is_as_the_last_file_says(tmp_path: Path) -> None:
    laptop = Laptop()
    for line in (ANNA, ANNE, ANNA):
        imported(laptop, tmp_path, line)
    head = laptop.head("contacts", "C-1")
    assert head is not None
    assert head["name"] == "Anna"


def test_importing_again_keeps_consents(tmp_path: Path) -> None:
    laptop = Laptop()
    imported(laptop, tmp_path, ANNA)
    laptop.done("contacts", "consent", "C-1", "sms", "commercial/newsletter", "opted_in", "--source", "fair", "--wait")
    before = laptop.head("contacts", "C-1")
    imported(laptop, tmp_path, ANNA)
    after = laptop.head("contacts", "C-1")
    assert before is not None
    assert after is not None
    assert after["said_at"] != before["said_at"]
    assert after == {**before, "said_at": after["said_at"]}
    [(key, consent)] = before["consents"].items()
    assert (key, consent["status"], consent["source"]) == (
        "sms:+493023125042:commercial/newsletter",
        "opted_in",
        "fair",
    )


def test_a_device_gets_its_owner_and_keeps_it_when_imported_again(tmp_path: Path) -> None:
    laptop = Laptop()
    path = written(tmp_path, "devices.csv", DEVICES + "D-1,C-1,HP 9\n")
    laptop.done("import", "devices", path, "--wait")
    laptop.done("import", "devices", path, "--wait")
    head = laptop.head("devices", "D-1")
    assert head is not None
    assert [owner["contact"] for owner in head["owners"]] == ["C-1"]


def test_owners_that_are_not_there_are_told(tmp_path: Path) -> None:
    """Found by a new user: the devices' errors were nobody's, and the import had said that all was well."""
    laptop = Laptop()
    laptop.done("import", "contacts", written(tmp_path, "contacts.csv", CONTACTS + ANNA), "--wait")
    devices = DEVICES + "".join(f"D-{number},C-{number},\n" for number in range(1, 8))
    told = laptop.carebus("import", "devices", written(tmp_path, "devices.csv", devices), "--wait")
    assert (told.exit_code, told.stdout) == (0, "7 devices imported.\n")
    assert "6 of their owners are not there: C-2, C-3, C-4, C-5, C-6, ...\n" in told.stderr


def test_nothing_is_sent_of_a_file_with_a_fault(tmp_path: Path) -> None:
    laptop = Laptop()
    path = written(tmp_path, "contacts.csv", CONTACTS + ANNA + "C-2,,nonsense,,,\n")
    invalid = laptop.carebus("import", "contacts", path)
    assert (invalid.exit_code, invalid.stderr) == (1, f"{path}:3: email: is not an e-mail address\n")
    assert laptop.bus.queues == {}


def test_without_waiting_the_commands_are_on_the_bus(tmp_path: Path) -> None:
    laptop = Laptop(asleep=True)
    path = written(tmp_path, "contacts.csv", CONTACTS + ANNA)
    assert laptop.done("import", "contacts", path) == "1 contacts sent; they are applied in a moment.\n"
    assert len(laptop.bus.ready("contact-commands")) == 1


def test_progress_is_told_line_by_line_where_nobody_looks(tmp_path: Path) -> None:
    lines = "".join(f"D-{n},C-1,\n" for n in range(4 * BATCH))
    result = Laptop().carebus("import", "devices", written(tmp_path, "devices.csv", DEVICES + lines))
    assert result.stderr.splitlines() == [f"Sending: {n * BATCH} of {4 * BATCH}" for n in range(1, 5)]
    assert result.stdout == f"{4 * BATCH} devices sent; they are applied in a moment.\n"


def test_a_bus_that_goes_away_is_told_with_how_far_it_came(tmp_path: Path) -> None:
    laptop = Laptop()
    laptop.bus.takes = 2
    lines = "".join(f"D-{n},C-1,\n" for n in range(3 * BATCH))
    away = laptop.carebus("import", "devices", written(tmp_path, "devices.csv", DEVICES + lines))
    assert away.exit_code == 1
    told = f"{2 * BATCH} of {3 * BATCH} were sent, then: The store or the bus does not answer."
    assert away.stderr.splitlines()[-1] == f"{told} Run it again when the bus is back: repeating is harmless."


def test_waiting_ends_with_how_much_was_applied(tmp_path: Path) -> None:
    path = written(tmp_path, "contacts.csv", CONTACTS + ANNA)
    late = Laptop(asleep=True).carebus("import", "contacts", path, "--wait", "--timeout", "3")
    assert late.exit_code == 1
    assert late.stderr.splitlines()[-1].startswith("0 of 1 were applied within 3 s.")


def test_a_consent_of_somebody_unknown_is_refused(tmp_path: Path) -> None:
    refused = Laptop().carebus("contacts", "consent", "C-9", "sms", "commercial", "opted_in", "--wait")
    assert (refused.exit_code, refused.stderr) == (1, "The consent was not recorded: not_found.\n")


def test_a_consent_for_an_address_that_is_not_there_is_refused(tmp_path: Path) -> None:
    laptop = Laptop()
    imported(laptop, tmp_path, "C-1,Anna,,,,\n")
    refused = laptop.carebus("contacts", "consent", "C-1", "sms", "commercial", "opted_in", "--wait")
    assert (refused.exit_code, refused.stderr) == (1, "The consent was not recorded: no_contact_point.\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("fax", "commercial", "opted_in"), "CHANNEL is one of sms, email, push."),
        (("sms", "spam/daily", "opted_in"), "PURPOSE is one of transactional, commercial."),
        (("sms", "commercial", "maybe"), "STATUS is one of opted_in, opted_out, not_set."),
    ],
)
def test_an_unknown_word_of_a_consent_is_a_usage_error(arguments: tuple[str, ...], told: str) -> None:
    refused = Laptop().carebus("contacts", "consent", "C-1", *arguments)
    assert (refused.exit_code, refused.stderr) == (2, f"{told}\n")
