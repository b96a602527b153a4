"""nbgrader's configuration for this course. Stock commands in this folder use it:
`nbgrader generate_assignment`, `autograde`, `generate_feedback`, `export`, and formgrader in `jupyter lab`."""

import mimetypes

from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearOutput,
    DeduplicateIds,
    LimitOutput,
    OverwriteCells,
    OverwriteKernelspec,
)

c = get_config()  # noqa: F821  (nbgrader provides it)

c.CourseDirectory.course_id = "tensors-to-transformers"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "notebooks"

# A page or drawing handed in beside the notebook would be served from the instructor's own server, script and all.
mimetypes.init()
active = [ending for ending, kind in mimetypes.types_map.items() if kind.endswith(("html", "xml"))]
c.CourseDirectory.ignore = [
    *(".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback"),
    *("*" + "".join(f"[{sign}{sign.upper()}]" for sign in ending) for ending in active),
]

c.ClearSolutions.code_stub = {"python": "raise NotImplementedError"}
c.ClearSolutions.text_stub = "*Write your answer here.*"
c.OverwriteCells.add_missing_cells = True

# The notebook that arrives is read, run and judged by ours; the rest is nbgrader's own.
c.Autograde.pre_convert_hook = "autograder.grading.submission.arrival.expect_lesson"
c.Autograde.exporter_class = "autograder.grading.plugin.SubmissionExporter"
c.Autograde.sanitize_preprocessors = [
    ClearOutput,
    DeduplicateIds,
    OverwriteKernelspec,
    OverwriteCells,
    CheckCellMetadata,
]
c.Autograde.autograde_preprocessors = [
    "autograder.grading.plugin.RunExperiments",
    LimitOutput,
    "autograder.grading.plugin.SaveVerdicts",
    AssignLatePenalties,
    CheckCellMetadata,
]
c.ExportApp.plugin_class = "autograder.grading.reporting.export.CsvExport"
