"""The audit: every exercise's claims, tried. The answer earns all and the blank nothing; each known mistake is
rejected and named; each alternative is accepted; machine-made mutants of the answer are rejected; the visible sheets
are those of today's experiments and references."""

from autograder.authoring.audit.report import Report, equivalent_call
from autograder.authoring.audit.run import audit, audit_exercise
from autograder.authoring.audit.survivors import LEAST_KILLED
from autograder.authoring.audit.tasks import tasks

__all__ = ["LEAST_KILLED", "Report", "audit", "audit_exercise", "equivalent_call", "tasks"]
