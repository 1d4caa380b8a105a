"""The provider fails on demand, in every way it can; each customer gets one SMS, or there is a reason why not."""

from pathlib import Path

from tests.faults.cloud import running_cloud
from tests.faults.scenarios import FAILURES, failures

EACH = 2


async def test_every_delivery_is_one_sms_or_has_a_reason(tmp_path: Path) -> None:
    async with running_cloud(tmp_path, EACH * (len(FAILURES) + 1)) as cloud:
        (await failures(cloud, times=1)).check()
