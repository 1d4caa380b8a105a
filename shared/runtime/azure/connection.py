"""How a service is reached: by a connection string, or by an address and the identity we run under."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from azure.core.credentials_async import AsyncTokenCredential

from shared.runtime.errors import MissingSettings


@dataclass(frozen=True, slots=True)
class ConnectionString:
    """Holds its own key."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Identity:
    """An address; Entra ID says who we are. `client_id` names a user-assigned identity."""

    address: str
    client_id: str | None = None

    def credential(self) -> AsyncTokenCredential:
        """Return the managed identity in the cloud, the developer's sign-in elsewhere."""
        # Imported here: a deployment with connection strings should not pay for it at each cold start.
        from azure.identity.aio import DefaultAzureCredential

        return DefaultAzureCredential(managed_identity_client_id=self.client_id)


Connection = ConnectionString | Identity


def tables_connection(settings: Mapping[str, str], name: str = "TablesConnection") -> Connection:
    """Read `NAME` or `NAME__endpoint`; raises MissingSettings."""
    return _connection(settings, name, "endpoint")


def servicebus_connection(settings: Mapping[str, str], name: str = "ServiceBusConnection") -> Connection:
    """Read `NAME` or `NAME__fullyQualifiedNamespace`, as the Functions host does; raises MissingSettings."""
    return _connection(settings, name, "fullyQualifiedNamespace")


def _connection(settings: Mapping[str, str], name: str, address: str) -> Connection:
    if text := settings.get(name):
        return ConnectionString(text)
    if found := settings.get(f"{name}__{address}"):
        return Identity(found, settings.get(f"{name}__clientId"))
    raise MissingSettings(f"{name} or {name}__{address} is missing.")
