"""What the story prints."""

import io

from local.story.timeline import Timeline


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_verdict_is_good_only_if_every_check_holds() -> None:
    out = io.StringIO()
    timeline = Timeline(out)
    timeline.check("The SMS names the ticket", holds=True)
    assert timeline.verdict()
    timeline.check("The page opens", holds=False, seen=404)
    assert not timeline.verdict()
    assert out.getvalue().endswith("  ✓ The SMS names the ticket\n  ✗ The page opens: 404\n")


def test_a_story_without_checks_proves_nothing() -> None:
    assert not Timeline(io.StringIO()).verdict()


def test_colours_are_for_terminals() -> None:
    plain, terminal = io.StringIO(), Terminal()
    for out in (plain, terminal):
        Timeline(out).fact("SMS", "An error was found")
    assert "\x1b" not in plain.getvalue()
    assert "\x1b" in terminal.getvalue()


def test_what_somebody_reads_stands_below_the_fact() -> None:
    out = io.StringIO()
    timeline = Timeline(out)
    timeline.fact("E-MAIL", "anna@example.com")
    timeline.quote("Hello\n\nBye\n")
    fact, *quoted = out.getvalue().splitlines()
    assert fact.index("anna") == quoted[0].index("|")
    assert [line.strip() for line in quoted] == ["| Hello", "|", "| Bye"]
