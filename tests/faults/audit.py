"""The promise, held against the ledger: one run an event, one case and one SMS an error, one e-mail a solution.

Nothing is lost, nothing refused. Each check yields what it finds wrong.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from shared.deliveries.send import REPEAT_DELAYS, REPEATABLE_FOR
from tests.faults.alerts import Alert
from tests.faults.ledger import FOLLOWING, JOURNEY, TELLING, Ledger


class End(NamedTuple):
    """What a delivery came to, and how many messages the customer got of it."""

    state: str
    reason: str
    messages: int


DELIVERED = End("delivered", "", 1)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was put in, and what came of it."""

    alerts: Sequence[Alert]
    ledger: Ledger
    ends: Mapping[str, End] = field(default_factory=dict)
    """By contact, how their delivery must end if not delivered."""
    resolved: frozenset[str] = frozenset()
    """The cases that an agent was told are on their way to being resolved."""

    @property
    def errors(self) -> Counter[tuple[str, str]]:
        """Device and error code to how many different events told of them."""
        return Counter((alert.person.device, str(alert.code)) for alert in set(self.alerts))

    @property
    def owners(self) -> Counter[str]:
        """Contact to how many different errors they must be told of."""
        return Counter(person.id for person, _ in {(alert.person, alert.code) for alert in self.alerts})

    def violations(self) -> list[str]:
        """Return everything that is wrong."""
        return [f"{check.__name__}: {wrong}" for check in CHECKS for wrong in check(self)]


def violations(alerts: Sequence[Alert], ledger: Ledger, ends: Mapping[str, End] | None = None) -> list[str]:
    """Return everything that is wrong where no case was resolved."""
    return Evidence(alerts, ledger, ends or {}).violations()


def is_beyond_telling(delivery: Mapping[str, Any]) -> bool:
    """True where nobody could know what became of a message: asking was over, by the clock or by number (I3)."""
    if (delivery["state"], delivery["reason"]) != ("failed", "outcome_unknown"):
        return False
    asked = _time(delivery["times"]["failed"]) - _time(delivery["outgoing"]["first_sent"])
    return bool(asked > REPEATABLE_FOR[delivery["channel"]] or delivery["calls"] > len(REPEAT_DELAYS))


def nothing_is_refused(it: Evidence) -> Iterator[str]:
    yield from (f"rejected: {line}" for line in it.ledger.rejected)
    yield from (f"unmatched: {line}" for line in it.ledger.unmatched)
    for queue, counts in it.ledger.queues.items():
        if counts["deadletter"]:
            yield f"{counts['deadletter']} dead letters of {queue}"


def one_run_an_event(it: Evidence) -> Iterator[str]:
    started = Counter(run["event"] for run in it.ledger.runs_of(JOURNEY))
    wanted = {alert.event for alert in it.alerts}
    yield from (f"event {event} started {started[event]} runs" for event in wanted if started[event] != 1)
    yield from (f"a run of {event}, which nobody sent" for event in started.keys() - wanted)
    for run in it.ledger.runs_of(JOURNEY):
        if (run["status"], run["reason"]) not in {("completed", ""), ("exited", "case_already_open")}:
            yield f"run {run['id']} is {run['status']} {run['reason']}"


def one_case_an_error(it: Evidence) -> Iterator[str]:
    opened = Counter((case["device"], str(case["error_code"])) for case in it.ledger.cases.values())
    yield from (f"{error} has {opened[error]} cases" for error in it.errors if opened[error] != 1)
    yield from (f"a case of {error}, which nobody sent" for error in opened.keys() - it.errors.keys())


def a_case_is_open_until_it_is_resolved(it: Evidence) -> Iterator[str]:
    for case in it.ledger.cases.values():
        wanted = "resolved" if case["id"] in it.resolved else "active"
        if case["status"] != wanted:
            yield f"case {case['id']} is {case['status']}, not {wanted}"
    still_open = it.ledger.cases.keys() - it.resolved
    if it.ledger.open_list != still_open:
        yield f"the list of open cases differs by {it.ledger.open_list ^ still_open}"


def every_alert_is_an_occurrence(it: Evidence) -> Iterator[str]:
    counted = {error: guard["count"] for error, guard in it.ledger.guards.items()}
    if counted != it.errors:
        yield f"occurrences are {counted}, events {dict(it.errors)}"


def one_wait_a_case(it: Evidence) -> Iterator[str]:
    """A wait that began after its case was resolved goes on; so only open cases tell how theirs must stand."""
    beside = Counter(run["attributes"]["case"] for run in it.ledger.runs_of(FOLLOWING))
    if beside != Counter(it.ledger.cases.keys()):
        yield f"{FOLLOWING} ran {beside.total()} times beside {len(it.ledger.cases)} cases"
    for run in it.ledger.runs_of(FOLLOWING):
        if run["status"] != "running" and run["attributes"]["case"] not in it.resolved:
            yield f"run {run['id']} is {run['status']} while its case is open"


def one_sms_an_error(it: Evidence) -> Iterator[str]:
    told = Counter(delivery["contact"] for delivery in it.ledger.deliveries_by("sms").values())
    if told != it.owners:
        yield f"deliveries differ from errors: {told - it.owners} too many, {it.owners - told} too few"
    yield from _ends(it, "sms")


def one_email_a_solution(it: Evidence) -> Iterator[str]:
    told = Counter(delivery["request"]["case"] for delivery in it.ledger.deliveries_by("email").values())
    if told != Counter(it.resolved):
        yield f"e-mails differ from solutions: {told - Counter(it.resolved)} too many, {it.resolved - told.keys()} none"
    runs = Counter(run["attributes"]["case"] for run in it.ledger.runs_of(TELLING) if run["status"] == "completed")
    if runs != Counter(it.resolved):
        yield f"{TELLING} ran {runs.total()} times for {len(it.resolved)} solutions"
    yield from _ends(it, "email")


def _ends(it: Evidence, channel: str) -> Iterator[str]:
    """One message or a reason for each delivery, and never two."""
    deliveries, received = it.ledger.deliveries_by(channel), it.ledger.received(channel)
    for id_, delivery in deliveries.items():
        end = End(delivery["state"], delivery["reason"], received[id_])
        wanted = it.ends.get(delivery["contact"], DELIVERED)
        if end != wanted and not (is_beyond_telling(delivery) and end.messages <= 1):
            yield f"delivery {id_} ended as {end}, not as {wanted}"
    yield from (f"{channel} message of {id_}, which is no delivery" for id_ in received.keys() - deliveries.keys())


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


CHECKS: tuple[Callable[[Evidence], Iterator[str]], ...] = (
    nothing_is_refused,
    one_run_an_event,
    one_case_an_error,
    a_case_is_open_until_it_is_resolved,
    every_alert_is_an_occurrence,
    one_wait_a_case,
    one_sms_an_error,
    one_email_a_solution,
)
