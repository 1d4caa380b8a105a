"""Stands in for the SDK tests' own servicebus_preparer, whose decorators make resources in Azure.

Each decorator gives the test the arguments that the original gives it. Where the original shares a queue between
tests ("cached") to save time, these have one each: what one test leaves behind must not decide about another.
"""

import functools
import inspect
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

from tests.cloud.servicebus import KEY
from tests.sdk.namespace import POLICY, namespace

type Test = Callable[..., Any]

FOREVER = "P10675199DT2H48M5.4775807S"
"""A new queue's time to live in Azure: no message has one that its sender did not give it."""

NEEDS = "needs_of_the_sdk_test"
"""The attribute of a test that names the kinds of resources it asks for."""


class Preparer:
    """A decorator that adds arguments to the call of a test, and says what kind of resource they are."""

    kind = ""

    def __init__(self, name_prefix: str = "", *, parameter_name: str = "", **options: Any) -> None:
        self.parameter_name = parameter_name or f"servicebus_{self.kind}"
        self.options = options

    def __call__(self, test: Test) -> Test:
        prepared = self.prepare()

        @functools.wraps(test)
        def call(self: object, *args: Any, **kwargs: Any) -> Any:
            return test(self, *args, **{**kwargs, **prepared(kwargs)})

        @functools.wraps(test)
        async def call_async(self: object, *args: Any, **kwargs: Any) -> None:
            await test(self, *args, **{**kwargs, **prepared(kwargs)})

        wrapped = call_async if inspect.iscoroutinefunction(test) else call
        setattr(wrapped, NEEDS, getattr(test, NEEDS, frozenset()) | {self.kind, *self.features()})
        return wrapped

    def prepare(self) -> Callable[[dict[str, Any]], dict[str, Any]]:
        """Return what makes the arguments, given those of the decorators above."""
        return lambda _: {self.parameter_name: SimpleNamespace(name=self.kind)}

    def features(self) -> Sequence[str]:
        """Name what is asked for beyond the resource itself."""
        return ()


class ResourceGroupPreparer(Preparer):
    kind = "resource-group"


class NamespacePreparer(Preparer):
    kind = "namespace"

    def prepare(self) -> Callable[[dict[str, Any]], dict[str, Any]]:
        return lambda _: {
            self.parameter_name: SimpleNamespace(name=namespace.host),
            f"{self.parameter_name}_connection_string": namespace.connection_string,
            f"{self.parameter_name}_key_name": POLICY,
            f"{self.parameter_name}_primary_key": KEY,
        }


class QueuePreparer(Preparer):
    kind = "queue"

    def prepare(self) -> Callable[[dict[str, Any]], dict[str, Any]]:
        name = namespace.add_queue(
            {
                "RequiresSession": self.options.get("requires_session", False),
                "RequiresDuplicateDetection": self.options.get("requires_duplicate_detection", False),
                "DeadLetteringOnMessageExpiration": self.options.get("dead_lettering_on_message_expiration", False),
                "LockDuration": self.options.get("lock_duration", "PT30S"),
                "DefaultMessageTimeToLive": FOREVER,
            }
        )
        return lambda _: {self.parameter_name: SimpleNamespace(name=name)}

    def features(self) -> Sequence[str]:
        return ["partitioning"] if self.options.get("enable_partitioning") else []


class TopicPreparer(Preparer):
    kind = "topic"


class SubscriptionPreparer(Preparer):
    kind = "subscription"


class AuthorizationRulePreparer(Preparer):
    """A policy of the namespace."""

    kind = "authorization_rule"

    def prepare(self) -> Callable[[dict[str, Any]], dict[str, Any]]:
        return lambda _: {f"{self.parameter_name}_connection_string": namespace.connection_string}

    def features(self) -> Sequence[str]:
        return ["restricted-policy"] if self.options.get("access_rights") else []


class QueueAuthorizationRulePreparer(Preparer):
    """A policy of the queue that was prepared before; its connection string is bound to that queue."""

    kind = "queue_authorization_rule"

    def prepare(self) -> Callable[[dict[str, Any]], dict[str, Any]]:
        return lambda above: {
            f"{self.parameter_name}_connection_string": (
                f"{namespace.connection_string}EntityPath={above['servicebus_queue'].name};"
            )
        }


MODULE: dict[str, object] = {
    "SERVICEBUS_ENDPOINT_SUFFIX": "",
    "ServiceBusResourceGroupPreparer": ResourceGroupPreparer,
    "ServiceBusNamespacePreparer": NamespacePreparer,
    "ServiceBusQueuePreparer": QueuePreparer,
    "ServiceBusTopicPreparer": TopicPreparer,
    "ServiceBusSubscriptionPreparer": SubscriptionPreparer,
    "ServiceBusNamespaceAuthorizationRulePreparer": AuthorizationRulePreparer,
    "ServiceBusQueueAuthorizationRulePreparer": QueueAuthorizationRulePreparer,
    "CachedServiceBusResourceGroupPreparer": ResourceGroupPreparer,
    "CachedServiceBusNamespacePreparer": NamespacePreparer,
    "CachedServiceBusQueuePreparer": QueuePreparer,
    "CachedServiceBusTopicPreparer": TopicPreparer,
    "CachedServiceBusSubscriptionPreparer": SubscriptionPreparer,
}
"""What the tests import from servicebus_preparer."""
