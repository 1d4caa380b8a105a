"""The one dict: message kind to what handles it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared import facts
from shared.agents import agent as agents
from shared.agents import messages as agent_messages
from shared.agents import seek, slots
from shared.cases import assignment, between, commands, coverage, family, merge
from shared.cases import case as cases
from shared.cases import decide as case_decisions
from shared.cases import messages as case_messages
from shared.cases.facts import CaseFacts
from shared.contacts import contact as contacts
from shared.contacts import messages as contact_messages
from shared.contacts import push
from shared.definitions.published import Definitions
from shared.deliveries import delivery as deliveries
from shared.deliveries import messages as delivery_messages
from shared.deliveries.reply import Replies, Reply, take_again, take_reply
from shared.deliveries.report import apply_report
from shared.deliveries.send import SendFacts, provider_answered, send, send_again
from shared.devices import alert, recovery
from shared.devices import device as devices
from shared.devices import guard as guards
from shared.devices import messages as device_messages
from shared.devices.recoveries import Recoveries
from shared.entitlements import decide as entitlement_decisions
from shared.entitlements import entitlement as entitlements
from shared.entitlements import entries as entitlement_entries
from shared.entitlements import ledger
from shared.entitlements import messages as entitlement_messages
from shared.events.messages import TriggerFired
from shared.intake import correspondent as correspondents
from shared.intake import messages as intake_messages
from shared.intake.decide import go_on, release, take, take_first
from shared.intake_facts import IntakeFactsGatherer
from shared.journeys import messages as journey_messages
from shared.journeys import run as runs
from shared.journeys import segment_walk
from shared.journeys.advance import answered, awaited, end_run, look_again, time_up
from shared.journeys.control import Control
from shared.journeys.enter import enter, enter_first
from shared.journeys.move import move_run
from shared.journeys.start import StartJourneys
from shared.journeys.tick import Ticking
from shared.knowledge import article as articles
from shared.knowledge import decide as article_decisions
from shared.knowledge import messages as article_messages
from shared.routing_facts import RoutingFacts
from shared.run_facts import RunFactsGatherer
from shared.runtime.decision import Decision
from shared.runtime.envelope import Message
from shared.runtime.handler import AnyHandler, Handler, Key, Router, no_facts, not_found
from shared.runtime.ids import joined, quoted
from shared.runtime.store import Store
from shared.sla.messages import SlaTick
from shared.sla.tick import SlaTicking
from shared.tasks import messages as task_messages
from shared.tasks import task as tasks

GUARD_ROWS = {
    device_messages.BindAlert.kind: "alert",
    device_messages.ClaimGuard.kind: "claim",
    device_messages.RecoverAlert.kind: "recovery",
    device_messages.SettleAlert.kind: "settling",
}
"""What each message to a guard leaves beside it."""

TicketLink = Callable[[str, datetime], str]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What decisions are given besides rows: definitions, who sends, and how a ticket is linked to."""

    definitions: Definitions
    senders: Mapping[str, str]
    """Channel to the address that messages come from."""
    ticket_link: TicketLink
    run_facts: RunFactsGatherer
    control: Control
    ticking: Ticking
    replies: Replies
    line_mover: merge.LineMover
    recoveries: Recoveries
    routing_facts: RoutingFacts
    intake_facts: IntakeFactsGatherer
    reply_mark: Callable[[str, str, bool], tuple[str, str]]
    sla_ticking: SlaTicking


def handlers(start: StartJourneys, around: Surroundings) -> Mapping[str, AnyHandler]:
    """Return every handler by the kind it handles."""
    return {
        handler.body.kind: handler
        for handler in (
            Router(TriggerFired, start.route),
            Router(journey_messages.TellWaiters, start.tell),
            Router(delivery_messages.SmsReceived, around.replies.route),
            *_journeys(around),
            *_cases(around),
            Router(SlaTick, around.sla_ticking.tick),
            *_agents(around),
            *_tasks(),
            *_devices(around),
            *_entitlements(),
            *_articles(),
            *_contacts(),
            *_deliveries(around),
            *_intake(around),
        )
    }


def _journeys(around: Surroundings) -> tuple[AnyHandler, ...]:
    read = around.run_facts

    def entry_key(message: Message[journey_messages.EnterJourney]) -> Key:
        body = message.body
        return Key(runs.TABLE, runs.partition(body.journey, body.contact), "head", f"step:{body.run}:{message.id}")

    def run_key(message: Message[Any]) -> Key:
        body = message.body
        return Key(
            runs.TABLE, runs.partition(body.journey, body.contact), f"run:{body.run}", f"step:{body.run}:{message.id}"
        )

    def walk_key(message: Message[journey_messages.WalkSegment]) -> Key:
        body = message.body
        place = joined(body.journey, body.occurrence)
        return Key(segment_walk.TABLE, place, segment_walk.HEAD, f"page:{message.id}")

    def step(body: type[Any], decide: Any, gather: Any = read.of_step) -> AnyHandler:
        return Handler(body, runs.Run, run_key, decide, runs.gone, gather)

    return (
        Handler(journey_messages.EnterJourney, runs.Entries, entry_key, enter, enter_first, read.of_entry, True),
        step(journey_messages.Answered, answered),
        step(journey_messages.Awaited, awaited),
        step(journey_messages.TimeUp, time_up),
        step(journey_messages.LookAgain, look_again),
        step(journey_messages.EndRun, end_run),
        step(journey_messages.MoveRun, move_run, read.of_move),
        Handler(
            journey_messages.WalkSegment,
            segment_walk.Occurrence,
            walk_key,
            segment_walk.go_on_walking,
            segment_walk.begin_walk,
            read.of_page,
        ),
        Router(journey_messages.ChangeJourney, around.control.change),
        Router(journey_messages.ReleaseParked, around.control.release),
        Router(journey_messages.EndRuns, around.control.end_runs),
        Router(journey_messages.MoveRuns, around.control.move_runs),
        Router(journey_messages.RepairRuns, around.control.repair_runs),
        Router(journey_messages.JourneyTick, around.ticking.tick),
    )


def _cases(around: Surroundings) -> tuple[AnyHandler, ...]:
    def key(message: Message[Any]) -> Key:
        return Key(cases.TABLE, quoted(message.body.case), cases.HEAD, f"activity:{message.id}")

    async def gathered(store: Store, _message: Message[Any], case: cases.Case | None) -> CaseFacts:
        catalogue = await around.definitions.current()
        return CaseFacts(catalogue, await facts.sla(store, around.definitions, catalogue, case))

    async def opening(
        store: Store, message: Message[case_messages.CreateCase], case: cases.Case | None
    ) -> coverage.Opening[CaseFacts]:
        offers = await facts.offers(store, message.body) if case is None else ()
        return coverage.Opening(await gathered(store, message, case), offers)

    async def open_case(message: Message[case_messages.OpenCase], _now: datetime) -> Decision[None]:
        return case_decisions.open_case(message, await around.definitions.current())

    def changing(body: type[Any]) -> AnyHandler:
        return Handler(body, cases.Case, key, commands.TURNED[body], commands.without_case(body), gathered)

    return (
        Router(case_messages.OpenCase, open_case),
        Router(case_messages.ReactivateCase, case_decisions.reactivate_case),
        Router(case_messages.SetParent, family.set_parent),
        Router(between.MoveLines, around.line_mover.move),
        Handler(
            case_messages.CreateCase,
            cases.Case,
            key,
            case_decisions.created_before,
            coverage.covered(commands.CREATED),
            opening,
            writes_first=True,
        ),
        *(changing(body) for body in commands.TURNED),
        Handler(case_messages.SeekAgent, cases.Case, key, assignment.seek_agent, gather=around.routing_facts.of_search),
    )


def _agents(around: Surroundings) -> tuple[AnyHandler, ...]:
    read = around.routing_facts

    def key(message: Message[Any]) -> Key:
        return Key(agents.TABLE, quoted(message.body.agent), agents.HEAD, f"change:{message.id}")

    def changing(body: type[Any], change: Any, create: Any = not_found, gather: Any = no_facts) -> AnyHandler:
        return Handler(body, agents.Agent, key, change, create, gather)

    return (
        changing(agent_messages.PutAgent, agents.put_agent, agents.create_agent),
        changing(agent_messages.SetPresence, agents.set_presence),
        changing(agent_messages.TakeSlot, slots.take_slot, slots.no_such_agent),
        changing(agent_messages.FreeSlot, slots.free_slot),
        changing(agent_messages.SeekCases, seek.seek_cases, gather=read.of_seeking),
        changing(case_messages.PickCase, slots.pick_case, gather=read.of_hand),
        changing(case_messages.AssignCase, slots.assign_case, gather=read.of_hand),
    )


def _tasks() -> tuple[AnyHandler, ...]:
    def key(message: Message[Any]) -> Key:
        return Key(tasks.TABLE, quoted(message.body.task), tasks.HEAD, f"change:{message.id}")

    return (
        Router(task_messages.CreateTask, tasks.create_task),
        Handler(task_messages.PutTask, tasks.Task, key, tasks.put_before, tasks.put_task, writes_first=True),
        Handler(task_messages.CloseTask, tasks.Task, key, tasks.close_task, tasks.close_unborn),
        Handler(task_messages.MoveTask, tasks.Task, key, tasks.move_task, tasks.move_unborn),
    )


def _entitlements() -> tuple[AnyHandler, ...]:
    messages, decide = entitlement_messages, entitlement_decisions

    def key(message: Message[Any]) -> Key:
        place = quoted(message.body.entitlement)
        return Key(entitlements.TABLE, place, entitlements.HEAD, f"change:{message.id}")

    def entry_key(message: Message[entitlement_messages.ChargeCase]) -> Key:
        entry = entitlement_entries.key_of(message.body.case, message.id)
        return Key(entitlements.TABLE, quoted(message.body.entitlement), entitlements.HEAD, entry)

    async def entries(
        store: Store, message: Message[entitlement_messages.ChargeCase], _head: object
    ) -> tuple[entitlement_entries.Entry, ...]:
        return await entitlement_entries.entries_of(store, message.body.entitlement, message.body.case)

    def change(body: type[Any], decided: Any, create: Any = not_found) -> AnyHandler:
        return Handler(body, entitlements.Entitlement, key, decided, create)

    return (
        change(messages.PutEntitlement, decide.put_entitlement, decide.draft_entitlement),
        change(messages.ActivateEntitlement, decide.activate_entitlement),
        change(messages.CancelEntitlement, decide.cancel_entitlement),
        change(messages.RenewEntitlement, decide.renew_entitlement),
        Handler(
            messages.ChargeCase,
            entitlements.Entitlement,
            entry_key,
            ledger.charge_case,
            ledger.charge_nothing,
            entries,
        ),
    )


def _articles() -> tuple[AnyHandler, ...]:
    messages, decide = article_messages, article_decisions

    def key(message: Message[Any]) -> Key:
        return Key(articles.TABLE, quoted(message.body.article), articles.HEAD, f"change:{message.id}")

    async def counted(
        store: Store, message: Message[article_messages.LinkArticle], _head: object
    ) -> article_decisions.Counted:
        place, case = quoted(message.body.article), quoted(message.body.case)
        linked, solved = [await store.get(articles.TABLE, place, f"{name}:{case}") for name in ("linked", "solved")]
        return article_decisions.Counted(linked is not None, solved is not None)

    def change(body: type[Any], decided: Any, create: Any = not_found, gather: Any = no_facts) -> AnyHandler:
        return Handler(body, articles.Article, key, decided, create, gather)

    return (
        change(messages.DraftArticle, decide.drafted_before, decide.draft_article),
        change(messages.EditArticle, decide.edit_article),
        change(messages.MoveArticle, decide.move_article),
        change(messages.ImportArticle, decide.import_article, decide.import_first),
        change(messages.LinkArticle, decide.link_article, gather=counted),
    )


def _devices(around: Surroundings) -> tuple[AnyHandler, ...]:
    async def guard_facts(store: Store, message: Message[Any], guard: guards.Guard | None) -> guards.GuardFacts:
        policy = (await around.definitions.current()).policy
        held = await facts.glance(store, guard.case, policy) if guard and guard.case else None
        wanted = getattr(message.body, "reactivation", None) if guard else None
        wanted_one = await facts.glance(store, wanted.case, policy) if wanted else None
        return guards.GuardFacts(held, wanted_one, policy, await facts.heir(store, held, policy))

    def guard_key(message: Message[Any]) -> Key:
        partition, row = message.body.place
        return Key(devices.TABLE, partition, row, f"{GUARD_ROWS[message.body.kind]}:{message.id}")

    def device_key(message: Message[device_messages.PutDevice]) -> Key:
        return Key(devices.TABLE, quoted(message.body.device), devices.HEAD, f"change:{message.id}")

    return (
        Handler(
            device_messages.BindAlert,
            guards.Guard,
            guard_key,
            alert.bind_alert,
            alert.open_first,
            guard_facts,
            writes_first=True,
        ),
        Handler(device_messages.ClaimGuard, guards.Guard, guard_key, guards.claim_guard, gather=guard_facts),
        Router(device_messages.RecoverDevice, around.recoveries.route),
        Handler(
            device_messages.RecoverAlert,
            guards.Guard,
            guard_key,
            recovery.recover_alert,
            recovery.recover_first,
            guard_facts,
        ),
        Handler(device_messages.SettleAlert, guards.Guard, guard_key, recovery.settle_alert, gather=guard_facts),
        Handler(device_messages.PutDevice, devices.Device, device_key, devices.put_device, devices.register),
    )


def _contacts() -> tuple[AnyHandler, ...]:
    def key(message: Message[Any]) -> Key:
        return Key(contacts.TABLE, quoted(message.body.contact), contacts.HEAD, f"change:{message.id}")

    return (
        Handler(contact_messages.PutContact, contacts.Contact, key, contacts.put_contact, contacts.create_contact),
        Handler(contact_messages.SetConsent, contacts.Contact, key, contacts.set_consent),
        Handler(contact_messages.PutPushSubscription, contacts.Contact, key, push.put_push_subscription),
        Handler(contact_messages.RemovePushSubscription, contacts.Contact, key, push.remove_push_subscription),
    )


def _deliveries(around: Surroundings) -> tuple[AnyHandler, ...]:
    def key(message: Message[Any]) -> Key:
        return Key(deliveries.TABLE, quoted(message.body.contact), f"delivery:{message.body.delivery}")

    def reply_key(message: Message[delivery_messages.TakeReply]) -> Key:
        return Key(deliveries.TABLE, quoted(message.body.contact), f"reply:{message.body.reply}")

    async def newest_sms(store: Store, message: Message[delivery_messages.TakeReply], reply: Reply | None) -> str:
        return "" if reply else await facts.newest_sms(store, message.body.contact, message.body.at)

    def gathered(channel: str) -> Any:
        async def send_facts(
            store: Store, message: Message[delivery_messages.SendMessage], _delivery: object
        ) -> SendFacts:
            body = message.body
            recipient = await facts.recipient(store, body.contact, channel, body.points_of)
            template, version = await around.definitions.template(body.template)
            sender = around.senders.get(channel, "")
            is_stopped = await around.definitions.is_stopped(body.journey) if body.journey else False
            return SendFacts(
                channel, recipient, template, version, sender, around.ticket_link, around.reply_mark, is_stopped
            )

        return send_facts

    return (
        *(
            Handler(body, deliveries.Delivery, key, send_again, send, gathered(channel), writes_first=True)
            for channel, body in delivery_messages.SEND.items()
        ),
        Handler(delivery_messages.ProviderAnswered, deliveries.Delivery, key, provider_answered),
        Handler(delivery_messages.DeliveryReported, deliveries.Delivery, key, apply_report),
        Handler(delivery_messages.TakeReply, Reply, reply_key, take_again, take_reply, newest_sms),
    )


def _intake(around: Surroundings) -> tuple[AnyHandler, ...]:
    def key(message: Message[intake_messages.TakeActivity]) -> Key:
        return Key(correspondents.TABLE, message.body.correspondent, correspondents.HEAD, f"taken:{message.id}")

    def row_key(message: Message[Any]) -> Key:
        body = message.body
        row = f"{correspondents.ROW}{body.activity}"
        return Key(correspondents.TABLE, quoted(body.correspondent), row, f"step:{body.activity}:{message.id}")

    read, incoming = around.intake_facts, correspondents.Incoming
    return (
        Handler(intake_messages.TakeActivity, correspondents.Correspondent, key, take, take_first, read.of_activity),
        Handler(intake_messages.ContinueActivity, incoming, row_key, go_on),
        Handler(intake_messages.ReleaseActivity, incoming, row_key, release, gather=read.of_release),
    )
