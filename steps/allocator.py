"""The allocator: what has a process keep the memory of one picture for the next."""

from collections.abc import Mapping

KEEPS_MEMORY: Mapping[str, str] = {
    "MALLOC_MMAP_THRESHOLD_": str(32 * 2**20),  # bytes; the most that it takes
    "MALLOC_TRIM_THRESHOLD_": str(256 * 2**20),
}
"""Variables that glibc reads as a process starts; other C libraries pass over them.

Without them the 18 MB of a picture of 6 MP are given back to the kernel and cleared by it again
for each picture, which takes a tenth or more of the CPU time (docs/benchmarks.md).
"""
