"""Modules that the SDK's tests import and that are Microsoft's own, or would bring in what nothing here needs."""

import functools
import sys
from types import ModuleType
from typing import Any

from azure.core.credentials import AccessToken
from azure.core.exceptions import HttpResponseError
from azure.servicebus import ServiceBusClient
from azure.servicebus.aio import ServiceBusClient as AsyncServiceBusClient

from tests.sdk import preparers
from tests.sdk.namespace import namespace


class Credential:
    """Stands for an identity of Entra ID that may do everything: its tokens are shared access signatures."""

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        return namespace.token()

    def close(self) -> None:
        pass

    def __enter__(self) -> "Credential":
        return self

    def __exit__(self, *_: object) -> None:
        pass


class AsyncCredential:
    """The same for the asynchronous clients."""

    async def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        return namespace.token()

    async def close(self) -> None:
        pass

    async def __aenter__(self) -> "AsyncCredential":
        return self

    async def __aexit__(self, *_: object) -> None:
        pass


class RecordedTestCase:
    """The base of test classes, without anything recorded."""

    @staticmethod
    def await_prepared_test(test: Any) -> Any:
        return test


class AccessRights:
    """Of azure.mgmt.servicebus.models."""

    manage, send, listen = "Manage", "Send", "Listen"


def get_credential(*, is_async: bool = False) -> Credential | AsyncCredential:
    return AsyncCredential() if is_async else Credential()


def _nothing(*_: object, **__: object) -> None:
    """Take the place of what prepares a recording."""


MODULES: dict[str, dict[str, object]] = {
    "servicebus_preparer": preparers.MODULE,
    "devtools_testutils": {
        "AzureMgmtRecordedTestCase": RecordedTestCase,
        "AzureRecordedTestCase": RecordedTestCase,
        "RandomNameResourceGroupPreparer": preparers.ResourceGroupPreparer,
        "get_credential": get_credential,
        "set_custom_default_matcher": _nothing,
    },
    "devtools_testutils.sanitizers": {
        "add_remove_header_sanitizer": _nothing,
        "add_general_regex_sanitizer": _nothing,
        "add_oauth_response_sanitizer": _nothing,
    },
    "azure.mgmt.servicebus.models": {"AccessRights": AccessRights},
    "azure.common": {"AzureHttpError": HttpResponseError, "AzureConflictHttpError": HttpResponseError},
}


def install() -> None:
    """Let the tests import these modules, and let the clients they make speak without TLS, as the emulator does.

    `UseDevelopmentEmulator=true` in a connection string turns TLS off; most of the tests pass host and credential
    instead, where only the keyword `use_tls` does it.
    """
    for name, members in MODULES.items():
        module = ModuleType(name)
        vars(module).update(members)
        sys.modules[name] = module
    for client in (ServiceBusClient, AsyncServiceBusClient):
        client.__init__ = _without_tls(client.__init__)  # type: ignore[method-assign]


def _without_tls(construct: Any) -> Any:
    @functools.wraps(construct)
    def construct_without_tls(self: object, *args: Any, **options: Any) -> None:
        construct(self, *args, **{**options, "use_tls": False})

    return construct_without_tls
