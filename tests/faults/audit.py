"""The promise, held against the ledger: one run an event, one case and one SMS an error; nothing lost, nothing refused.

Each check yields what it finds wrong.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tests.faults.alerts import Alert
from tests.faults.ledger import FOLLOWING, JOURNEY, Ledger


class End(NamedTuple):
    """What a delivery came to, and how many SMS the customer got of it."""

    state: str
    reason: str
    sms: int


DELIVERED = End("delivered", "", 1)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was put in, and what came of it."""

    alerts: Sequence[Alert]
    ledger: Ledger
    ends: Mapping[str, End]

    @property
    def errors(self) -> Counter[tuple[str, str]]:
        """Device and error code to how many different events told of them."""
        return Counter((alert.person.device, str(alert.code)) for alert in set(self.alerts))


def violations(alerts: Sequence[Alert], ledger: Ledger, ends: Mapping[str, End] | None = None) -> list[str]:
    """Return everything that is wrong; `ends` says by contact how their delivery must end if not delivered."""
    evidence = Evidence(alerts, ledger, ends or {})
    return [f"{check.__name__}: {wrong}" for check in CHECKS for wrong in check(evidence)]


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
    if it.ledger.open_list != it.ledger.cases.keys():
        yield f"the list of open cases differs by {it.ledger.open_list ^ it.ledger.cases.keys()}"


def every_alert_is_an_occurrence(it: Evidence) -> Iterator[str]:
    counted = {error: guard["count"] for error, guard in it.ledger.guards.items()}
    if counted != it.errors:
        yield f"occurrences are {counted}, events {dict(it.errors)}"


def one_wait_a_case(it: Evidence) -> Iterator[str]:
    waiting = Counter(run["attributes"]["case"] for run in it.ledger.runs_of(FOLLOWING) if run["status"] == "running")
    if waiting != Counter(it.ledger.cases.keys()):
        yield f"{FOLLOWING} waits {waiting.total()} times beside {len(it.ledger.cases)} cases"


def one_sms_an_error(it: Evidence) -> Iterator[str]:
    received, deliveries = it.ledger.received(), it.ledger.deliveries
    owners = Counter(person.id for person, _ in {(alert.person, alert.code) for alert in it.alerts})
    told = Counter(delivery["contact"] for delivery in deliveries.values())
    if told != owners:
        yield f"deliveries differ from errors: {told - owners} too many, {owners - told} too few"
    for id_, delivery in deliveries.items():
        end = End(delivery["state"], delivery["reason"], received[id_])
        wanted = it.ends.get(delivery["contact"], DELIVERED)
        if end != wanted:
            yield f"delivery {id_} ended as {end}, not as {wanted}"
    yield from (f"an SMS of {id_}, which is no delivery" for id_ in received.keys() - deliveries.keys())


CHECKS: tuple[Callable[[Evidence], Iterator[str]], ...] = (
    nothing_is_refused,
    one_run_an_event,
    one_case_an_error,
    every_alert_is_an_occurrence,
    one_wait_a_case,
    one_sms_an_error,
)
