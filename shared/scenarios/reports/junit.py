"""Results as JUnit XML, which every CI server shows: one test case for each scenario."""

import io
import re
from collections.abc import Sequence

from junitparser import Failure, JUnitXml, TestCase, TestSuite

from shared.scenarios.reports import text
from shared.scenarios.result import Result

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no place for (section 2.2)."""


def report(results: Sequence[Result]) -> str:
    """One suite; a case's class is its journey. Without durations: the same file gives the same bytes."""
    suite = TestSuite("carebus simulate")
    for result in results:
        suite.add_testcase(_case(result))
    whole = JUnitXml("carebus simulate")
    whole.add_testsuite(suite)
    written = io.BytesIO()
    whole.write(written)
    return written.getvalue().decode() + "\n"


def _case(result: Result) -> TestCase:
    case = TestCase(_xml(result.scenario.name), _xml(result.scenario.journey or "scenarios"), time=0)
    failures = result.failures()
    if failures:
        message = "; ".join(f"expected {failure.expected}, found {failure.found}" for failure in failures)
        failure = Failure(_xml(message), "expectation")
        failure.text = _xml("\n".join(f"{each.expected}\n    found: {each.found}" for each in failures))
        case.result = [failure]
    case.system_out = _xml(text.report([result]))
    return case


def _xml(written: str) -> str:
    return _NOT_XML.sub(" ", written)
