"""What one submission may use."""

from __future__ import annotations

import resource
from dataclasses import asdict, dataclass

MEGABYTE = 2**20


@dataclass(frozen=True)
class Limits:
    """Limits of one submission; the defaults fit every lesson.

    Attributes:
        cell_seconds: wall clock of one cell.
        cpu_seconds: CPU time of one process, all cells together.
        memory_mb: private memory of one process (RLIMIT_DATA: an address-space limit would break CUDA).
        processes: processes and threads together.
        open_files: file descriptors of one process.
        file_mb: size of one file.
        disk_mb: the submission's own tmpfs; /dev/shm has as much again.
        output_chars: what one cell may print.
        kept_mb: what the outputs of all cells together may hold; what is too much is not shown.
        sent_mb: what the kernel may send to the grader while one cell runs. Whoever sends more is stopped.
        submission_seconds: wall clock of all cells and experiments; what comes later is not run.
        loopback: TCP in a network of its own that holds nothing but `lo`, where ranks meet. Without it there are Unix
            sockets only. A lesson whose experiments import `autograder.engine.ranks` has it without being asked.
        gpu_memory_mb: of the GPU, where experiments run on CUDA; elsewhere no GPU is in sight.
    """

    cell_seconds: int = 60
    cpu_seconds: int = 600
    memory_mb: int = 3000
    processes: int = 200
    open_files: int = 512
    file_mb: int = 64
    disk_mb: int = 128
    output_chars: int = 1_000_000
    kept_mb: int = 32
    sent_mb: int = 64
    submission_seconds: int = 1800
    loopback: bool = False
    gpu_memory_mb: int = 8000

    def as_dict(self) -> dict[str, int]:
        return asdict(self)

    def apply(self) -> None:
        """Puts the resource limits on this process and all that it starts. They cannot be raised again."""
        limits = {
            resource.RLIMIT_CORE: 0,
            resource.RLIMIT_CPU: self.cpu_seconds,
            resource.RLIMIT_DATA: self.memory_mb * MEGABYTE,
            resource.RLIMIT_NPROC: self.processes,
            resource.RLIMIT_NOFILE: self.open_files,
            resource.RLIMIT_FSIZE: self.file_mb * MEGABYTE,
        }
        for kind, value in limits.items():
            resource.setrlimit(kind, (value, value))
        if self.gpu_memory_mb:
            _limit_gpu(self.gpu_memory_mb)


def _limit_gpu(memory_mb: int) -> None:
    """What torch's allocator may hold. It is set when CUDA is first used, since starting CUDA takes seconds."""
    import torch

    def set_limit() -> None:
        total = torch.cuda.get_device_properties(0).total_memory
        torch.cuda.set_per_process_memory_fraction(min(1.0, memory_mb * MEGABYTE / total))

    torch.cuda._lazy_call(set_limit)
