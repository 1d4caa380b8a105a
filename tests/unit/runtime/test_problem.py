"""Each error means one answer, and no answer tells more than it should."""

import json

import pytest

from shared.runtime.errors import (
    CarebusError,
    Conflict,
    Contended,
    MissingSettings,
    Permanent,
    Throttled,
    TooLarge,
    Transient,
    Unavailable,
    Undecodable,
)
from shared.runtime.problem import MAX_ERRORS, FieldError, Kind, Problem, problem_of

TEAPOT = Kind("teapot", 418, "This is a teapot", "Ask for tea.")


class ServerBusy(Throttled):
    """A narrower error than the table knows."""


@pytest.mark.parametrize(
    ("error", "status", "name"),
    [
        (Throttled(), 429, "throttled"),
        (ServerBusy(), 429, "throttled"),
        (Unavailable(), 503, "unavailable"),
        (Contended(), 503, "contended"),
        (Transient(), 503, "transient"),
        (TooLarge(), 413, "too-large"),
        (Undecodable("malformed_json"), 400, "undecodable"),
        (Conflict(), 409, "conflict"),
        (MissingSettings(), 500, "not-configured"),
        (Permanent(), 500, "unexpected"),
        (CarebusError(), 500, "unexpected"),
        (KeyError("s3cret"), 500, "unexpected"),
        (RecursionError(), 500, "unexpected"),
    ],
)
def test_the_nearest_class_of_an_error_gives_its_answer(error: Exception, status: int, name: str) -> None:
    problem = problem_of(error)
    assert (problem.kind.status, problem.kind.name) == (status, name)


@pytest.mark.parametrize("error", [Throttled(), Unavailable(), Contended(), Transient()])
def test_what_may_work_later_says_when(error: Exception) -> None:
    assert int(problem_of(error).kind.headers["Retry-After"]) > 0


@pytest.mark.parametrize("error", [ValueError("s3cret"), TooLarge("s3cret"), MissingSettings("s3cret"), Conflict("s3")])
def test_the_message_of_an_error_stays_inside(error: Exception) -> None:
    assert b"s3" not in problem_of(error).encode()


def test_an_undecodable_message_names_its_field() -> None:
    assert problem_of(Undecodable("invalid_body", "body.n")).errors == (FieldError("body.n", "invalid_body"),)


def test_a_problem_is_answered_as_it_is() -> None:
    problem = Problem(TEAPOT, "No coffee here.")
    assert problem_of(problem) is problem


def test_the_body_has_the_members_of_problem_details_and_two_of_ours() -> None:
    problem = Problem(TEAPOT, "No coffee here.", [FieldError("drink", "must be tea")])
    assert json.loads(problem.encode()) == {
        "type": "urn:carebus:problem:teapot",
        "title": "This is a teapot",
        "status": 418,
        "detail": "No coffee here.",
        "errors": [{"field": "drink", "reason": "must be tea"}],
        "next": "Ask for tea.",
    }


def test_ten_thousand_faults_are_not_ten_thousand_lines() -> None:
    problem = Problem(TEAPOT, "No coffee here.", [FieldError(str(n), "is wrong") for n in range(10_000)])
    assert len(problem.body()["errors"]) == MAX_ERRORS
