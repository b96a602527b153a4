"""The build, in parts: what is made (`make`), how (`notebook`, `release`), and what is out of date (`stale`)."""
