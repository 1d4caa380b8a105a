"""CSV files of contacts and devices: everything wrong is told at once, by line and column, and never by value."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contacts.importing import read_contacts, read_devices
from shared.contacts.messages import PutContact
from shared.definitions.attributes import Attribute
from shared.definitions.faults import Invalid
from shared.devices.messages import PutDevice

HEADER = "contact_id,name,email,phone,language,time_zone"
DECLARED = {
    "tariff": Attribute("text"),
    "seats": Attribute("number"),
    "gold": Attribute("boolean"),
    "warranty_until": Attribute("datetime", optional=True),
    "dealer": Attribute("reference"),
}
DEVICES = "device_id,contact_id,model"


def contacts(*lines: str, header: str = HEADER) -> list[PutContact]:
    return read_contacts("f.csv", "\n".join((header, *lines)).encode(), DECLARED)


def faults(*lines: str, header: str = HEADER) -> list[str]:
    with pytest.raises(Invalid) as refused:
        contacts(*lines, header=header)
    return [str(fault) for fault in refused.value.faults]


def value_fault(column: str, value: str) -> str:
    """Return what is said about one wrong value in an otherwise good line."""
    names = HEADER.split(",")
    text = io.StringIO()
    csv.writer(text).writerow([value if name == column else {"contact_id": "C-1"}.get(name, "") for name in names])
    [fault] = faults(text.getvalue())
    return fault


def test_a_line_becomes_a_command() -> None:
    assert contacts("C-1,Anna Schmidt,anna@example.org,+493023125042,de-AT,Europe/Berlin") == [
        PutContact("C-1", "Anna Schmidt", "anna@example.org", "+493023125042", "de-AT", "Europe/Berlin")
    ]


def test_the_columns_may_come_in_any_order_and_with_blanks() -> None:
    header = "time_zone, phone ,name,contact_id,language,email"
    assert contacts("UTC,,Anna, C-1 ,en,", header=header) == [PutContact("C-1", "Anna")]


def test_what_else_is_kept_may_follow() -> None:
    header = f"{HEADER},preferred_channel,city,account,position,relationship"
    assert contacts("C-1,,,,,,sms,Berlin,Example,Boss,partner", header=header) == [
        PutContact(
            "C-1",
            "",
            city="Berlin",
            position="Boss",
            account="Example",
            relationship="partner",
            preferred_channel="sms",
        )
    ]


def test_declared_attributes_are_of_their_type_and_an_empty_one_is_none() -> None:
    header = HEADER + "".join(f",attribute.{name}" for name in DECLARED)
    given = contacts("C-1,,,,,,12,2.50,TRUE,2026-11-21T12:00:00+01:00,D-1", "C-2,,,,,,,,,,", header=header)
    assert [command.attributes for command in given] == [
        {"tariff": "12", "seats": 2.5, "gold": True, "warranty_until": "2026-11-21T12:00:00+01:00", "dealer": "D-1"},
        {},
    ]


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("preferred_channel", "fax", "is not one of sms, email, push"),
        ("city", "x" * 201, "is longer than 200 characters"),
        ("attribute.seats", "many", "must be a number"),
        ("attribute.seats", "1_000", "must be a number"),
        ("attribute.seats", "1e999", "must be a finite number"),
        ("attribute.seats", "NaN", "must be a number"),
        ("attribute.gold", "1", "must be true or false"),
        ("attribute.gold", "yes", "must be true or false"),
        ("attribute.warranty_until", "2026-11-21", "must be a date and time with its offset (RFC 3339)"),
        ("attribute.dealer", "D" * 257, "must be an id of at most 256 characters"),
        ("attribute.tariff", "x" * 1001, "is longer than 1000 characters"),
    ],
)
def test_what_else_is_kept_is_checked_too(column: str, value: str, reason: str) -> None:
    assert faults(f"C-1,,,,,,{value}", header=f"{HEADER},{column}") == [f"f.csv:2: {column}: {reason}"]


def test_an_attribute_that_is_not_declared_is_no_column() -> None:
    assert faults("C-1,,,,,,x", header=f"{HEADER},attribute.tarif") == [
        "f.csv:1: column 7 is not known (did you mean `attribute.tariff`?)"
    ]


def test_what_is_left_empty_is_english_in_utc_without_contact_points() -> None:
    assert contacts("C-1,,,,,") == [PutContact("C-1", "", "", "", "en", "UTC")]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_excel_s_mark_newlines_and_blank_lines_do_not_matter(newline: str) -> None:
    raw = b"\xef\xbb\xbf" + newline.join((HEADER, "C-1,Jürgen,,,,", "", "C-2,,,,,", "")).encode()
    assert [command.contact for command in read_contacts("f.csv", raw)] == ["C-1", "C-2"]


def test_quoted_values_may_hold_commas_and_quotes() -> None:
    assert contacts('C-1,"Schmidt, ""Anna""",,,,')[0].name == 'Schmidt, "Anna"'


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("+49 30 23125042", "+493023125042"),
        ("+1 (202) 555-0100", "+12025550100"),
        ("+43-1-5880044", "+4315880044"),
    ],
)
def test_a_phone_number_is_stored_in_e164(written: str, stored: str) -> None:
    assert contacts(f"C-1,,,{written},,")[0].phone == stored


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("030 23125042", "is not international: begin with + and the country's code"),
        ("+49 call me", "is not a phone number"),
        ("+4930", "is not a possible phone number of its country"),
        ("+1 555 0100", "is not a possible phone number of its country"),
        ("+49301234567890123", "is not a possible phone number of its country"),
        ("+999123456789", "is not a phone number"),
    ],
)
def test_a_wrong_phone_number_is_refused(value: str, reason: str) -> None:
    assert value_fault("phone", value) == f"f.csv:2: phone: {reason}"


@pytest.mark.parametrize(
    "value", ["anna", "anna@", "@example.org", "anna@example", "a b@example.org", "a@b@example.org", "a@-x.org",
              "a@example..org", "a@example.org.", f"{'a' * 65}@example.org", f"a@{'b' * 250}.org", "a@x.org,b@y.org"]
)  # fmt: skip
def test_what_is_no_email_address_is_refused(value: str) -> None:
    assert value_fault("email", value) == "f.csv:2: email: is not an e-mail address"


@pytest.mark.parametrize(
    "value", ["anna@example.org", "a.b+c@mail.example-shop.co.uk", "jürgen@müller.de", "o'neil@x.ie"]
)
def test_email_addresses_are_taken_as_they_are(value: str) -> None:
    assert contacts(f"C-1,,{value},,,")[0].email == value


@pytest.mark.parametrize("value", ["german", "DE", "e", "de_AT", "de-"])
def test_what_is_no_language_tag_is_refused(value: str) -> None:
    assert value_fault("language", value) == "f.csv:2: language: is not a language tag such as en or de-AT"


@pytest.mark.parametrize("value", ["Berlin", "Europe", "CEST", "../../etc/passwd", "Europe/Berlin "[:-1] + "x"])
def test_what_is_no_time_zone_is_refused(value: str) -> None:
    assert value_fault("time_zone", value) == "f.csv:2: time_zone: is not a time zone such as Europe/Berlin"


@pytest.mark.parametrize(
    ("value", "reason"),
    [("", "is empty"), (" ", "is empty"), ("C" * 257, "is longer than 256 characters"),
     ("C\x00", "has control characters"), ("C\x85C", "has control characters")],
)  # fmt: skip
def test_a_wrong_id_is_refused(value: str, reason: str) -> None:
    assert value_fault("contact_id", value) == f"f.csv:2: contact_id: {reason}"


def test_an_id_may_have_256_characters() -> None:
    assert len(contacts(f"{'C' * 256},,,,,")[0].contact) == 256


def test_an_id_that_comes_twice_is_refused_where_it_comes_again() -> None:
    assert faults("C-1,A,,,,", "C-2,,,,,", " C-1,B,,,,") == ["f.csv:4: contact_id: is in line 2 already"]


def test_all_faults_of_a_file_are_told_in_the_order_of_its_lines() -> None:
    assert faults("C-1,,x,1,,", "C-2,,", 'C-3,"x"y,,,,', "C-4,,,,,Mars") == [
        "f.csv:2: email: is not an e-mail address",
        "f.csv:2: phone: is not international: begin with + and the country's code",
        "f.csv:3: has 3 values, the header has 6 columns",
        "f.csv:4: not CSV: ',' expected after '\"'",
        "f.csv:5: time_zone: is not a time zone such as Europe/Berlin",
    ]


def test_the_line_of_a_fault_is_where_its_record_begins() -> None:
    assert faults('C-1,"Anna', 'Schmidt",,,,', "C-2,,x,,,") == [
        "f.csv:2: name: has control characters",
        "f.csv:4: email: is not an e-mail address",
    ]


def test_a_quote_that_is_not_closed_is_told() -> None:
    assert faults('C-1,"Anna,,,,', "C-2,,,,,") == ["f.csv:2: not CSV: unexpected end of data"]


@pytest.mark.parametrize(
    ("header", "reasons"),
    [
        ("contact_id,name,mail,phone,language,time_zone",
         ["column 3 is not known (did you mean `email`?)", "column email is missing"]),
        ("contact_id,name,email,phone,language", ["column time_zone is missing"]),
        (f"{HEADER},name", ["column name is there twice"]),
        ("contact_id;name;email;phone;language;time_zone", ["separate the columns by commas, not semicolons"]),
        ("C-1,Anna,anna@example.org,,,", [f"the first line names the columns {HEADER}"]),
        ("", [f"the first line names the columns {HEADER}"]),
    ],
)  # fmt: skip
def test_a_header_that_is_not_ours_is_refused_without_reading_on(header: str, reasons: list[str]) -> None:
    assert sorted(faults("C-1,,x", header=header)) == sorted(f"f.csv:{1 if header else 2}: {why}" for why in reasons)


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(Invalid, match=r"^f.csv:1: the first line names the columns"):
        read_contacts("f.csv", b"")


def test_a_file_in_another_encoding_is_refused_at_its_line() -> None:
    with pytest.raises(Invalid, match=r"^f.csv:3: not UTF-8$"):
        read_contacts("f.csv", f"{HEADER}\nC-1,,,,,\nC-2,Jürgen,,,,".encode("latin-1"))


def test_a_header_alone_is_a_file_without_contacts() -> None:
    assert contacts() == []


def test_devices_have_an_owner_and_may_have_a_model() -> None:
    raw = f"{DEVICES}\nD-1,C-1,Heat pump HP 9\nD-2,C-1,\n".encode()
    assert read_devices("d.csv", raw) == [PutDevice("D-1", "C-1", "Heat pump HP 9"), PutDevice("D-2", "C-1")]


def test_a_device_without_an_owner_is_refused_but_an_owner_may_have_several() -> None:
    with pytest.raises(Invalid) as refused:
        read_devices("d.csv", f"{DEVICES}\nD-1,C-1,\nD-2,,\nD-1,C-1,\n".encode())
    assert str(refused.value) == "d.csv:3: contact_id: is empty\nd.csv:4: device_id: is in line 2 already"


SECRET = "zQ9secret"


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=8), st.integers(0, 6))
def test_no_fault_ever_repeats_what_is_in_the_file(values: list[str], place: int) -> None:
    text = io.StringIO()
    csv.writer(text).writerow([*values[:place], f"{SECRET}@\1", *values[place:]])  # wrong in any column
    for raw in (text.getvalue().encode(), f"{HEADER}\n{text.getvalue()}".encode()):
        with pytest.raises(Invalid) as refused:
            read_contacts("f.csv", raw)
        assert SECRET not in str(refused.value)
