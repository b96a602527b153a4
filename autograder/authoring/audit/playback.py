"""Playing back the visible sheet must not pay: who hands in what every student has been shown knows nothing."""

from __future__ import annotations

from autograder.authoring.audit.report import Report
from autograder.authoring.audit.trial import Trial
from autograder.engine.observe import Evidence
from autograder.engine.sheet import VISIBLE_SEED
from autograder.engine.verdict import Verdict

MOST_PLAYED_BACK = 0.1  # of an exercise's points


def audit_playback(trial: Trial, report: Report) -> None:
    """The visible sheet, judged against hidden ones, earns next to nothing: what is shown follows from the seed."""
    visible, hidden = trial.sheets[0], [sheet for sheet in trial.sheets if sheet.seed != VISIBLE_SEED]
    verdicts = [trial.judged(Evidence(visible.expected), sheet) for sheet in hidden]
    report.played_back = max(verdict.earned / verdict.points for verdict in verdicts)
    if report.played_back > MOST_PLAYED_BACK:
        report.problems.append(
            f"handing back the visible sheet earns {report.played_back:.0%} of the points; at most "
            f"{MOST_PLAYED_BACK:.0%}. These look the same under every seed: {', '.join(_the_same(verdicts))}"
        )


def _the_same(verdicts: list[Verdict]) -> list[str]:
    right = [{finding.name for finding in verdict.findings if not finding.difference} for verdict in verdicts]
    return sorted(set.intersection(*right))
