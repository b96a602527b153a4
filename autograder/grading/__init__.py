"""The grading service: runs a submission in a kernel of its own, and decides outside of it."""

import sys

if "jsonschema" not in sys.modules:
    # jsonschema would compile a grammar of international addresses, two seconds in every process; notebooks have none.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
