"""The composition root: every client is built here, on first use, and nowhere else."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial

from shared import facts
from shared.cases import measures
from shared.cases.merge import LineMover
from shared.channels.provider import Provider
from shared.definitions.published import Definitions
from shared.deliveries.perform import Performer
from shared.deliveries.provider_report import ProviderReports
from shared.deliveries.reply import Replies
from shared.devices.recoveries import Recoveries
from shared.events import credentials
from shared.events.ingest import Ingest
from shared.facts.intake import IntakeFactsGatherer
from shared.facts.routing import RoutingFacts
from shared.facts.runs import RunFactsGatherer
from shared.handlers.surroundings import Surroundings
from shared.handlers.table import handlers
from shared.intake.door import IntakeDoor
from shared.intake.reply_tokens import ReplyTokens
from shared.journeys.control import Control
from shared.journeys.start import StartJourneys
from shared.journeys.tick import Ticking
from shared.knowledge.library import Library
from shared.pages.links import Links, link_keys
from shared.runtime import log
from shared.runtime.bus import Bus
from shared.runtime.clock import Clock, SystemClock
from shared.runtime.errors import MissingSettings
from shared.runtime.handler import AnyHandler
from shared.runtime.pipeline import Perform, Pipeline
from shared.runtime.publisher import Publisher
from shared.runtime.settings import Settings
from shared.runtime.store import Store
from shared.sla.tick import SlaTicking


@dataclass(frozen=True, slots=True)
class Services:
    """What the functions call."""

    settings: Settings
    store: Store
    bus: Bus
    clock: Clock
    definitions: Definitions
    library: Library
    links: Links
    ingest: Ingest
    intake: IntakeDoor
    reports: ProviderReports
    pipeline: Pipeline
    handlers: Mapping[str, AnyHandler]


def compose(settings: Settings, store: Store, bus: Bus, clock: Clock, perform: Perform) -> Services:
    """Put the system together over any store, bus, clock and provider: the cloud's, or a simulation's."""
    definitions = Definitions(store, clock, settings.definitions_cache)
    links = Links(settings.public_url, link_keys(settings.link_keys))
    tokens = ReplyTokens(settings.reply_address, link_keys(settings.link_keys))
    start = StartJourneys(store, definitions.current, partial(facts.audience, store), partial(facts.verdicts, store))
    senders = {"sms": settings.sms_from, "email": settings.email_from}
    if settings.vapid_key:
        senders["push"] = settings.vapid_subject
    around = Surroundings(
        definitions,
        senders,
        links.ticket,
        RunFactsGatherer(definitions, clock),
        Control(store, bus, definitions),
        Ticking(store, definitions, (measures.NAME,)),
        Replies(partial(facts.whose_phone, store), definitions.current),
        LineMover(store),
        Recoveries(store, definitions.current),
        RoutingFacts(definitions),
        IntakeFactsGatherer(definitions, clock),
        tokens.marks,
        SlaTicking(store),
    )
    known = handlers(start, around)
    return Services(
        settings=settings,
        store=store,
        bus=bus,
        clock=clock,
        definitions=definitions,
        library=Library(store, clock),
        links=links,
        ingest=Ingest(bus, definitions, clock, credentials.parse(settings.senders)),
        intake=IntakeDoor(bus, clock, tokens, {settings.email_from.lower(), settings.reply_address.lower()}),
        reports=ProviderReports(store, clock, settings.public_url),
        pipeline=Pipeline(store, bus, clock, known, Publisher(store, bus, start.admit, clock), perform),
        handlers=known,
    )


def connect(environment: Mapping[str, str]) -> Services:
    """Build the clients that the settings name; raises MissingSettings. Nothing connects before it is used."""
    # Imported here: indexing the functions must not pay for clients, and a failure must be one invocation's.
    from shared.channels.acs import AcsProvider
    from shared.runtime.azure.bus import AzureBus
    from shared.runtime.azure.connection import servicebus_connection, tables_connection
    from shared.runtime.azure.store import AzureStore

    settings = Settings.read(environment)
    try:
        acs = AcsProvider.from_connection_string(settings.acs_connection)
    except ValueError as error:
        raise MissingSettings(f"AcsConnection: {error}.") from None
    return compose(
        settings,
        AzureStore(tables_connection(environment)),
        AzureBus(servicebus_connection(environment)),
        SystemClock(),
        Performer({"sms": acs, "email": acs, **push(settings)}),
    )


def push(settings: Settings) -> dict[str, Provider]:
    """Build the provider of push messages, where they are set up; raises MissingSettings."""
    from shared.channels.webpush import SUBJECT, WebPushProvider

    if not settings.vapid_key:
        return {}
    if not SUBJECT.fullmatch(settings.vapid_subject):
        raise MissingSettings("CAREBUS_VAPID_SUBJECT is no mailto: or https: URL.")
    try:
        return {"push": WebPushProvider(settings.vapid_key, local=settings.is_development)}
    except ValueError as error:
        raise MissingSettings(f"CAREBUS_VAPID_KEY {error}.") from None


@cache
def services() -> Services:
    """Return this process's services; raises MissingSettings at every call until the settings are complete."""
    log.configure()
    return connect(os.environ)
