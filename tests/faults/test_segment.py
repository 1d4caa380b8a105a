"""A segment's members enter a journey while the host is killed: none is lost, none enters twice, all are counted."""

from pathlib import Path

from tests.faults.cloud import running_cloud
from tests.faults.members import Crowd
from tests.faults.segment import enter_segment

MEMBERS, KILLS = 500, 1


async def test_every_member_enters_once_though_the_host_is_killed(tmp_path: Path) -> None:
    crowd = Crowd(MEMBERS)
    async with running_cloud(tmp_path, 0, prepare=crowd.prepare()) as cloud:
        (await enter_segment(cloud, crowd, KILLS, seed=1)).check()
