import pytest

from local.host.web.constraints import constraint


@pytest.mark.parametrize(
    ("text", "accepted", "refused"),
    [
        ("int", ["0", "-2147483648", "+5"], ["2147483648", "1.0", "", "x", "٣"]),
        ("long", ["9223372036854775807"], ["9223372036854775808", "9" * 30]),
        ("guid", ["7f1d3b8e-5a52-4c53-9d0f-9e1d6a1c0b11"], ["7f1d", "x"]),
        ("bool", ["true", "FALSE"], ["1", "yes"]),
        ("decimal", ["1.5", "-2"], ["one"]),
        ("double", ["1e3"], ["e"]),
        ("float", ["0.25"], ["a"]),
        ("alpha", ["abc"], ["a1", ""]),
        ("required", ["x"], [""]),
        ("min(5)", ["5", "6"], ["4", "x"]),
        ("max(5)", ["5", "-1"], ["6"]),
        ("range(2,4)", ["2", "4"], ["1", "5"]),
        ("minlength(2)", ["ab"], ["a"]),
        ("maxlength(2)", ["ab"], ["abc"]),
        ("length(2)", ["ab"], ["a", "abc"]),
        ("length(2,3)", ["ab", "abc"], ["a", "abcd"]),
    ],
)
def test_a_constraint_takes_what_it_names(text: str, accepted: list[str], refused: list[str]) -> None:
    check = constraint(text)
    assert [value for value in accepted if not check(value)] == []
    assert [value for value in refused if check(value)] == []
