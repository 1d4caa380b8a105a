"""What happens in a simulated world: devices report, agents work, reports come back; all drawn by the seed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from shared.bootstrap import Services
from shared.cases.messages import CancelCase, ChangeStatus, ReactivateCase, ResolveCase
from shared.contacts.messages import PutContact, PutPushSubscription, SetConsent
from shared.definitions.faults import Invalid
from shared.devices.messages import PutDevice
from shared.journeys.messages import ChangeJourney, JourneyTick, MoveRuns
from shared.runtime.bus import BusMessage
from shared.runtime.codec import plain
from shared.runtime.envelope import Body, Envelope
from shared.runtime.ids import derived
from tests.simulation.schedule import START
from tests.simulation.world import World, documents

PEOPLE = {"ada": "en", "bo": "de", "cy": "en"}
PHONES = {"ada": "+15550111", "bo": "+4930901820", "cy": "+15550113"}
DEVICES = {"D-1": "ada", "D-2": "bo", "D-3": "cy", "D-4": "ada"}
LATE_DEVICE = "D-9"
CODES = (10, 11, 12)
CITIES = ("Kiel", "Bonn")
SEGMENTED = ("weekly", "welcome")
PAUSABLE = ("winding", "patience", "critical-device-error", "weekly", "welcome")
LAST = 99
"""The number of the report on all messages."""
SECOND_VERSION = 3600
"""Seconds after the start when changed definitions are published, while events come in."""


@dataclass(slots=True)
class Story:
    """What was put in: the audit holds what came out against it."""

    accepted: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Events answered 2xx or taken by the bus: event id to its data."""
    commands: dict[str, Body] = field(default_factory=dict)
    """Commands of agents: id to body."""
    opted_out: set[str] = field(default_factory=set)
    controls: list[tuple[datetime, str, str]] = field(default_factory=list)
    """When a journey was told to pause, resume or stop: time, journey, command."""
    people: dict[str, list[tuple[datetime, dict[str, str]]]] = field(default_factory=dict)
    """What was said of each person, and when."""
    moved: set[str] = field(default_factory=set)
    """Journeys whose runs were moved to their second version."""


def tell(world: World) -> Story:
    """Plan a story of a few devices over a few hours."""
    story = Story()
    rng = world.rng
    _set_up(world, story)
    for number in range(rng.randint(1, 4)):
        _plan_event(world, story, number)
    for number in range(rng.choice((0, 0, 1, 4))):
        at = rng.choice((95, 200, 7300, 20100)) + rng.random() * 60
        _plan_recovery(world, number, rng.choice([*DEVICES, "D-1"]), at)
    if rng.random() < 0.15:
        _plan_flapping(world, story)
    for number in range(rng.randint(1, 4)):
        _plan_command(world, story, number)
    if rng.random() < 0.3:
        world.plan(3600 * 2, lambda: send(world, story, "late-device", PutDevice(LATE_DEVICE, "cy")))
        world.plan(3600 * 3, lambda: replay_unmatched(world))
    if rng.random() < 0.5:
        sold = rng.choice((95, 500, 7205, 7600, 20500))
        world.plan(sold, lambda: send(world, story, "sold", PutDevice("D-1", "cy")))
    _plan_people(world, story)
    _plan_controls(world, story)
    for minutes in (1, 75, 200, 480):
        world.plan(60 * minutes, lambda: tick(world))
    for seconds in range(600, 3600 * 12, 1800):
        if rng.random() < world.faults.redrive:
            world.plan(seconds, world.redrive)
    return story


def _set_up(world: World, story: Story) -> None:
    calm = world.store.faults
    world.calm()

    world.plan(0, lambda: publish(world, 1))
    world.plan(SECOND_VERSION, lambda: publish(world, 2))
    for person, language in PEOPLE.items():
        say(world, story, person, f"contact-{person}", language=language, city=CITIES[0])
    world.plan(
        10, lambda: send(world, story, "browser", PutPushSubscription("ada", "https://push.example/1", "p", "a"))
    )
    for device, owner in DEVICES.items():
        send(world, story, f"device-{device}", PutDevice(device, owner))
    if world.rng.random() < 0.3:
        story.opted_out.add("cy")
        world.plan(5, lambda: send(world, story, "no-sms", SetConsent("cy", "sms", "transactional", "opted_out")))

    def rage() -> None:
        world.faults = world.store.faults = world.bus.faults = world.provider.faults = calm

    world.plan(20, rage)


def say(world: World, story: Story, person: str, identity: str, language: str, city: str) -> None:
    """Put what is said of a person, who keeps their address."""
    story.people.setdefault(person, []).append((world.time.now, {"language": language, "city": city}))
    body = PutContact(person, person.title(), f"{person}@example.com", PHONES[person], language, city=city)
    send(world, story, identity, body)


def _plan_people(world: World, story: Story) -> None:
    """Some move, some learn German: journeys that are for segments must notice."""
    rng = world.rng
    for number in range(rng.randint(0, 3)):
        person, language, city = rng.choice([*PEOPLE]), rng.choice(("de", "en")), rng.choice(CITIES)
        world.plan(
            rng.choice((200, 3700, 7300, 9000, 15000)) + rng.random() * 60,
            lambda number=number, person=person, language=language, city=city: say(  # type: ignore[misc]
                world, story, person, f"person-{number}", language=language, city=city
            ),
        )


def _plan_controls(world: World, story: Story) -> None:
    """Operators pause journeys and let them go on, stop one, or move its runs to a new version."""
    rng = world.rng
    pausable = [name for name in PAUSABLE if name in documents(1, world.optional).journeys]
    if rng.random() < 0.4:
        journey, at = rng.choice(pausable), rng.choice((100, 1500, 3650, 7250, 12000))
        world.plan(at, lambda: control(world, story, journey, "pause"))
        goes_on = at + rng.choice((60, 2000, 9000))
        world.plan(goes_on, lambda: control(world, story, journey, "resume"))
        if rng.random() < 0.3:
            world.plan(goes_on + rng.choice((20, 700)), lambda: control(world, story, journey, "pause"))
            world.plan(goes_on + 5000, lambda: control(world, story, journey, "resume"))
    if rng.random() < 0.15:
        stopped = rng.choice(pausable)
        world.plan(rng.choice((1500, 9000, 16000)), lambda: control(world, story, stopped, "stop"))
    if rng.random() < 0.3:
        moving = rng.choice([name for name in ("winding", "patience") if name in pausable])
        world.plan(SECOND_VERSION + rng.choice((300, 5000)), lambda: move(world, story, moving))


def control(world: World, story: Story, journey: str, command: str) -> None:
    story.controls.append((world.time.now, journey, command))
    send(world, story, f"{command}-{journey}-{len(story.controls)}", ChangeJourney(journey, command, "operator"))


def move(world: World, story: Story, journey: str) -> None:
    latest = tables(world, "definitions").get("catalogue", {}).get("latest")
    if latest is None or latest["journeys"].get(journey, {}).get("version") != 2:
        return
    story.moved.add(journey)
    send(world, story, f"move-{journey}", MoveRuns(journey, 2))


def tick(world: World) -> None:
    """Let the timer fire; a tick that is lost is made up for by the next. The sixth, at rest, is surely a full one."""
    world.ticks += 1
    body = JourneyTick(full=world.ticks == 6 or world.rng.random() < 0.1)
    envelope = Envelope(f"tick-{world.ticks}", body.kind, world.time.now, plain(body))
    world.call(f"tick {world.ticks}", lambda services: services.pipeline.take(envelope))


def publish(world: World, version: int) -> None:
    """Publish a version; who publishes tries again until it is done."""

    async def put(services: Services) -> None:
        try:
            await services.definitions.publish(documents(version, world.optional))
        except Invalid as invalid:
            world.trace(f"version {version} is not published: {invalid}")

    world.call(f"publish version {version}", put, lambda: publish(world, version))


def _plan_event(world: World, story: Story, number: int) -> None:
    rng = world.rng
    device = rng.choice([*DEVICES, "D-1", "D-1", LATE_DEVICE])
    code = rng.choice(CODES)
    at = rng.choice((90, 90, 120, SECOND_VERSION, 7200, 20000)) + rng.random() * 20
    is_timed = rng.random() < (0.4 if device == "D-1" else 0.8)
    times = [at + rng.choice((0, 0, 1, 900)) for _ in range(rng.choice((1, 1, 2, 3)))]
    _report(world, story, f"e{number}", device, code, at if is_timed else None, times)


def _report(
    world: World, story: Story, id_: str, device: str, code: int, seen: float | None, times: Sequence[float]
) -> None:
    """Let a device report an error that it saw then, once at each of these times."""
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": id_,
        "source": "/plants/1",
        "type": "iot-device-malfunction",
        "data": {"device_id": device, "error_code": code},
    }
    if seen is not None:
        event["time"] = (START + timedelta(seconds=seen)).isoformat()
    for at in times:
        door = world.rng.choice((_knock, _produce))
        world.plan(at, lambda door=door: door(world, story, event))  # type: ignore[misc]


def _plan_flapping(world: World, story: Story) -> None:
    """An error of a device comes and goes."""
    device, code, at = "D-2", 12, world.rng.choice((100, 7400))
    for turn in range(world.rng.randint(2, 7)):
        at += world.rng.choice((5, 30, 400))
        _report(world, story, f"f{turn}", device, code, at, [at])
        _plan_recovery(world, 100 + turn, device, at + world.rng.choice((1, 4, 20)))


def _plan_recovery(world: World, number: int, device: str, at: float) -> None:
    """A device says that it works again, or did a while ago; of one of its errors, or of all."""
    rng = world.rng
    data: dict[str, Any] = {"device_id": device}
    if rng.random() < 0.7:
        data["error_code"] = rng.choice(CODES)
    seen = START + timedelta(seconds=at - rng.choice((0, 0, 30)))
    envelope = {"specversion": "1.0", "id": f"w{number}", "source": "/plants/1", "type": "device-recovered"}
    event = json.dumps({**envelope, "time": seen.isoformat(), "data": data}).encode()
    for twin in range(rng.choice((1, 1, 2))):
        message = BusMessage(f"device-w{number}-{twin}", event)
        world.plan(at + rng.choice((0, 0, 900)), lambda message=message: _put(world, "device-events", message))  # type: ignore[misc]


def _knock(world: World, story: Story, event: dict[str, Any]) -> None:
    """Post the event; a client that got no 2xx posts it again."""
    body = json.dumps(event).encode()
    headers = {"content-type": "application/cloudevents+json"}

    async def post(services: Services) -> None:
        accepted = await services.ingest.from_http(headers, body)
        story.accepted[accepted.accepted[0].event] = event["data"]

    def again() -> None:
        world.plan((world.time.now - START).total_seconds() + 7, lambda: _knock(world, story, event))

    world.call(f"POST {event['id']}", post, again)


def _produce(world: World, story: Story, event: dict[str, Any]) -> None:
    """Put the event on device-events, as a bus producer does."""
    message = BusMessage(f"device-{event['id']}-{world.rng.random()}", json.dumps(event).encode())
    _put(world, "device-events", message)
    story.accepted[derived("event", event["source"], event["id"])] = event["data"]


def _plan_command(world: World, story: Story, number: int) -> None:
    rng = world.rng
    at = rng.choice((100, 120, 160, 1000, 7300, 9000, 25000)) + rng.random() * 50
    kind = rng.choice(("status", "status", "resolve", "resolve", "cancel", "reactivate"))

    def act() -> None:
        case = _some_case(world)
        if case is not None:
            command_id = f"command-{number}"
            body = _command(kind, case, world)
            for _ in range(rng.choice((1, 1, 2))):
                send(world, story, command_id, body)

    world.plan(at, act)


def _some_case(world: World) -> dict[str, Any] | None:
    heads = [row["head"] for row in tables(world, "cases").values() if "head" in row]
    return world.rng.choice(heads)["state"] if heads else None


def _command(kind: str, case: dict[str, Any], world: World) -> Body:
    key = case["id"]
    match kind:
        case "status":
            reason = world.rng.choice(("on_hold", "waiting_for_details", "researching", "in_progress"))
            return ChangeStatus(key, "agent", reason)
        case "resolve":
            return ResolveCase(key, "agent", text="fixed")
        case "cancel":
            return CancelCase(key, "agent")
    return ReactivateCase(key, "agent", case["device"], case["error_code"])


def send(world: World, story: Story, identity: str, body: Body) -> None:
    """Put a command on its queue, as an API that has already answered would have."""
    story.commands[identity] = body
    envelope = Envelope(identity, body.kind, world.time.now, plain(body))
    _put(world, body.queue, BusMessage(f"{identity}-{world.rng.random()}", envelope.encode()))


def replay_unmatched(world: World) -> None:
    """Send every unmatched event again, as `carebus unmatched replay` does."""
    for rows in tables(world, "unmatched").values():
        for key, line in rows.items():
            envelope = json.dumps(line["envelope"] | {"attempt": 1}).encode()
            _put(world, "trigger-events", BusMessage(f"replay-{key}", envelope))


def report(world: World, number: int) -> None:
    """Let the provider report on some of what it has accepted, at last on all: late, twice, in any order.

    Nobody reports on push.
    """
    reported = [one for one in world.provider.inner.accepted if one.channel != "push"]
    for message in reported if number == LAST else [one for one in reported if world.rng.random() < 0.4]:
        for twin in range(world.rng.choice((1, 1, 2))):
            _put(
                world, "delivery-reports", BusMessage(f"r{number}-{twin}-{message.request_id}", _event(world, message))
            )


def _event(world: World, message: Any) -> bytes:
    provider_id = world.provider.inner.id_of(message)
    sms = message.channel == "sms"
    kind = "SMSDeliveryReportReceived" if sms else "EmailDeliveryReportReceived"
    data = {"messageId": provider_id, "deliveryStatus": "Delivered", "status": "Delivered"}
    if sms:
        data["tag"] = message.tag
    event = {
        "id": f"delivered-{provider_id}",
        "source": "acs",
        "type": f"Microsoft.Communication.{kind}",
        "time": world.time.now.isoformat(),
        "data": data,
    }
    return json.dumps(event).encode()


def tables(world: World, table: str) -> dict[str, dict[str, Any]]:
    """Return a whole table: partition to row key to data."""
    return {
        partition: {row.key: row.data for row in finished(world.rows.page(table, partition, limit=100_000)).rows}
        for partition in world.rows.partitions(table)
    }


def finished(coroutine: Any) -> Any:
    """Run a coroutine that never waits."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("it waits")


def _put(world: World, queue: str, message: BusMessage) -> None:
    finished(world.queues.send(queue, [message]))
