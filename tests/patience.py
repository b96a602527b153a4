"""How long a test waits for what must come. It is no measure of speed: where it never comes, the run ends all the same.

On a slow machine with three workers, what takes half a minute elsewhere has taken six.
"""

from __future__ import annotations

PATIENCE = 600  # seconds for one step: a cell, a command, a process that is to end
WHOLE_CLASS = 3 * PATIENCE
