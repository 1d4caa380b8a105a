"""What somebody types finds what they mean, and nothing that they type does anything else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.knowledge.content import words_of
from shared.knowledge.index import Hits, Index
from shared.knowledge.messages import Content
from shared.knowledge.query import MOST_TERMS, query_of

SHELF = {
    "reset": Content(
        "Resetting the pressure sensor",
        "Hold the button for ten seconds until the light blinks.",
        "en",
        ("sensor", "calibration"),
        "pump",
    ),
    "error-11": Content(
        "Error 11: low pressure",
        "The pump reports **error 11** if the pressure falls below 2 bar. Check the inlet valve and the sensor.",
        "en",
        ("E11",),
        "pump",
    ),
    "error-12": Content("Error 12: overheating", "The motor is too hot. Let it cool down.", "en", (), "pump"),
    "invoice": Content("Where is my invoice?", "Invoices are sent by e-mail on the first day of a month.", "en"),
    "warranty": Content("Warranty", "The warranty of a pump lasts two years, of a sensor one year.", "en"),
    "ventil": Content("Ventil tauschen", "So wird das Ventil der Pumpe getauscht. Größe 12 genügt.", "de", (), "pump"),
    "fehler": Content("Fehler 11: Druck zu niedrig", "Prüfen Sie das Einlassventil.", "de", ("E11",), "pump"),
    "cafe": Content("Café machine: descaling", "Use citric acid, never vinegar.", "en-GB", ("coffee",), "machine"),
    "wifi": Content("Connect to Wi-Fi", "Open the app. Choose your network. See [help](https://example.org/x).", "en"),
    "noise": Content("Unusual noises", "Grinding or whistling noises come from a worn bearing.", "en", (), "pump"),
}


@pytest.fixture
def index() -> Index:
    return filled()


def filled() -> Index:
    index = Index()
    for id_, content in SHELF.items():
        index.put(id_, 1, content)
    return index


def found(index: Index, text: str, **options: str) -> list[str]:
    return [hit.article for hit in hits(index, text, **options).items]


def hits(index: Index, text: str, **options: str) -> Hits:
    query = query_of(text)
    assert query is not None
    return index.search(query, language=options.get("language", ""), product=options.get("product", ""))


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("reset sensor", "reset"),
        ("how do I reset the pressure sensors", "reset"),
        ("calibrate", "reset"),
        ("error 11", "error-11"),
        ("ERROR 12", "error-12"),
        ("e11", "fehler"),
        ("overheated motor", "error-12"),
        ("low pressure", "error-11"),
        ("invoices", "invoice"),
        ("warranty sensor", "warranty"),
        ("cafe", "cafe"),
        ("CAFÉ", "cafe"),
        ("descal", "cafe"),
        ("coffee", "cafe"),
        ("wifi wi-fi network", "wifi"),
        ("connecting", "wifi"),
        ("whistle", "noise"),
        ("Grosse ventil", "ventil"),
        ("ventile", "ventil"),
        ("Druck niedrig", "fehler"),
        ('"inlet valve"', "error-11"),
        ("pump noise grinding", "noise"),
    ],
)
def test_the_article_that_is_meant_comes_first(index: Index, text: str, first: str) -> None:
    assert found(index, text)[0] == first


def test_all_words_are_wanted_before_any(index: Index) -> None:
    assert hits(index, "pressure sensor").matched == "all"
    assert set(found(index, "pressure sensor")) == {"reset", "error-11"}
    anything = hits(index, "sensor zeppelin")
    assert anything.matched == "any"
    assert {hit.article for hit in anything.items} == {"reset", "error-11", "warranty"}


def test_nothing_is_found_where_nothing_is(index: Index) -> None:
    assert hits(index, "zeppelin") == Hits(0, "any", ())


def test_a_phrase_is_wanted_in_its_order(index: Index) -> None:
    assert found(index, '"pressure sensor"') == ["reset"]
    assert found(index, '"sensor pressure"') == []


def test_a_language_includes_its_regions(index: Index) -> None:
    assert found(index, "E11", language="de") == ["fehler"]
    assert found(index, "descaling", language="en") == ["cafe"]
    assert found(index, "invoice", language="en-GB") == []


def test_a_product_can_be_chosen(index: Index) -> None:
    assert set(found(index, "pump", product="pump")) >= {"error-11", "ventil"}
    assert "warranty" not in found(index, "pump", product="pump")


def test_scores_fall_and_a_page_goes_on_where_the_last_one_ended(index: Index) -> None:
    query = query_of("pump")
    assert query is not None
    whole = index.search(query, limit=50)
    scores = [hit.score for hit in whole.items]
    assert scores == sorted(scores, reverse=True)
    pages = [index.search(query, limit=2, offset=offset).items for offset in range(0, whole.total, 2)]
    assert tuple(hit for page in pages for hit in page) == whole.items


def test_a_snippet_shows_what_was_found_without_marks(index: Index) -> None:
    (hit,) = hits(index, '"error 11" inlet').items
    assert [part.text for part in hit.snippet if part.found] == ["error 11", "inlet"]
    assert "".join(part.text for part in hit.snippet).startswith("The pump reports error 11 if")


def test_text_cannot_pretend_to_be_found(index: Index) -> None:
    index.put("liar", 1, Content("Liar", "\x02gold\x03 and silver <b>x</b>", "en"))
    (hit,) = hits(index, "silver").items
    assert [part.text for part in hit.snippet if part.found] == ["silver"]
    assert "<b>" in "".join(part.text for part in hit.snippet)


def test_an_article_is_replaced_and_removed(index: Index) -> None:
    index.put("reset", 2, Content("Zeppelin", "flies", "en"))
    assert found(index, "zeppelin") == ["reset"]
    assert "reset" not in found(index, "sensor")
    assert index.editions()["reset"] == 2
    index.remove("reset")
    index.remove("nothing")
    assert found(index, "zeppelin") == []


@pytest.mark.parametrize("text", ["", "   ", "***", '""', '"', "__", "-", "'; --", "\x00", "…", "🙂"])
def test_where_there_is_no_word_there_is_no_query(text: str) -> None:
    assert query_of(text) is None


@pytest.mark.parametrize(
    "text",
    ["NEAR(pump sensor, 2)", "title:pump", "pump*", "^pump", "pump NOT sensor", '"pump', "pump' OR '1'='1", "{a b}:c"],
)
def test_operators_are_words(index: Index, text: str) -> None:
    query = query_of(text)
    assert query is not None
    assert index.search(query).total >= 0


@given(st.text(max_size=80))
def test_whatever_is_typed_is_answered(text: str) -> None:
    query = query_of(text)
    if query is not None:
        assert len(query.terms) <= MOST_TERMS
        with_all = INDEX.search(query, language=text, product=text)
        assert with_all.total == len(with_all.items) or with_all.total > 10


INDEX = filled()


def test_long_queries_are_cut() -> None:
    query = query_of(" ".join(f"word{n}" for n in range(1000)))
    assert query is not None
    assert len(query.terms) == MOST_TERMS


@given(st.text(max_size=200))
def test_any_markdown_has_words_that_steer_nothing(text: str) -> None:
    assert all(char == "\n" or char >= " " for char in words_of(text))


def test_marks_are_left_out_of_the_words() -> None:
    text = "# Title\n\nDo *this*, see [here](https://x.example) `now`.\n\n- one\n\n```\ncode\n```\n\n<script>x</script>"
    assert words_of(text) == "Title\nDo this, see here now.\none\ncode\n<script>x</script>"
