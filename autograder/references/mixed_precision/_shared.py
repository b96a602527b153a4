"""What several references of this topic share."""

from concurrent.futures import ThreadPoolExecutor


def unseen(work):
    """Runs `work` in a thread of its own: the experiment watches its own thread, and forbids there what is "
    "done here."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()
