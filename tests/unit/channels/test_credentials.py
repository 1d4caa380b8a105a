"""Keys and connection strings that are wrong are named, and never shown."""

import pytest

from shared.channels.acs import AcsProvider
from shared.channels.credentials import AccessKey


def test_a_key_that_is_not_base64_is_not_repeated_in_the_error() -> None:
    with pytest.raises(ValueError, match="not base64") as error:
        AccessKey("s3cret!")
    assert "s3cret" not in str(error.value)
    assert error.value.__cause__ is None


@pytest.mark.parametrize("text", ["", "accesskey=AAAA", "endpoint", "endpoint=;accesskey=AAAA", "endpoint=/sms"])
def test_a_connection_string_without_an_endpoint_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="endpoint"):
        AcsProvider.from_connection_string(text)


@pytest.mark.parametrize(
    "text",
    [
        "endpoint=https://care.communication.azure.com/;accesskey=QUI=",
        "AccessKey=QUI9; Endpoint=https://care.communication.azure.com",
        "endpoint=https://care.communication.azure.com",
    ],
)
async def test_the_forms_of_the_portal_are_read(text: str) -> None:
    provider = AcsProvider.from_connection_string(text)
    await provider.aclose()
