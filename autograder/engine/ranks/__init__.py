"""Ranks in a notebook: runs a function in N real processes that form one process group.

The function may be written in a cell: cloudpickle ships it. The processes are forked by a helper that has imported
torch once, starts at the first run and ends with this process: a later run takes some hundredths of a second, and
nothing is left behind.

| module | what |
|---|---|
| `run` | one run, from the call to what came of each rank |
| `helper` | our end of the process that forks ranks |
| `server` | that process |
| `life` | what a rank does, and the files that it leaves |
| `failure` | what went wrong first, told from what followed from it |
| `traffic` | what a rank sends |
| `on_ranks` | a run that several observations of an experiment share |
"""

from autograder.engine.ranks.failure import RankFailed
from autograder.engine.ranks.run import Rank, rank_device, run_on_ranks
from autograder.engine.ranks.traffic import Call, Traffic, counted_traffic

__all__ = ["Call", "Rank", "RankFailed", "Traffic", "counted_traffic", "rank_device", "run_on_ranks"]
