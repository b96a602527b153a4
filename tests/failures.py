"""Who fails is named at once: where a run is ended from outside, nothing would tell of it."""

from __future__ import annotations

import pytest


class NamedAtOnce:
    """A plugin for pytest that prints a line for each failure when it happens; the whole follows at the end."""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            crash = getattr(report.longrepr, "reprcrash", None)  # not there where a fixture of pytest's own is missing
            reason = crash.message.partition("\n")[0] if crash else ""
            print(f"\nFAILED {report.nodeid} ({report.when}) {reason}", flush=True)
