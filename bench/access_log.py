"""Table requests, read from Azurite's access log: counted by the server, whatever the client says."""

import re
from collections import Counter
from pathlib import Path

LINE = re.compile(rb'"(?P<verb>[A-Z]+) /devstoreaccount1/(?P<resource>[^ (?"]+)')
LOG_SECONDS = 0.3
"""Azurite writes its log a moment after it answers."""
DEFINITIONS = "definitions"
"""Read once a cache period by each process, however many stories there are."""


class AccessLog:
    """Counts what was written to the log since it was looked at last."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._offset = file.stat().st_size

    def since_last_look(self) -> Counter[str]:
        """Return requests by what they do: `GET runs`, `POST $batch`."""
        with self._file.open("rb") as log:
            log.seek(self._offset)
            new = log.read()
        complete = new[: new.rfind(b"\n") + 1]
        self._offset += len(complete)
        found = (LINE.search(line) for line in complete.splitlines())
        names = (f"{match['verb'].decode()} {match['resource'].decode()}" for match in found if match)
        return Counter(name for name in names if not name.endswith(DEFINITIONS))
