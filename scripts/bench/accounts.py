"""The kernel's accounts: CPU of process trees and of the machine, memory, and what a durable write costs."""
import collections
import os
import statistics
import time

TICK = 1 / os.sysconf("SC_CLK_TCK")
KERNEL = 2  # kthreadd: threads of the kernel write for us


class Moment:
    """CPU seconds of every process up to now, with those of its children that have ended."""

    def __init__(self):
        self.own, self.children = {}, collections.defaultdict(list)
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                    fields = file.read().rpartition(")")[2].split()
            except OSError:
                continue  # it has ended
            self.children[int(fields[1])].append(int(name))
            self.own[int(name)] = TICK * sum(map(int, fields[11:15]))
        with open("/proc/stat", encoding="utf-8") as file:
            user, nice, system, _, _, _, _, steal = map(int, file.readline().split()[1:9])
        self.machine = TICK * (user + nice + system + steal)
        self.at = time.monotonic()

    def below(self, root):
        """A process and all below it."""
        return [root, *(pid for child in self.children[root] for pid in self.below(child))]

    def of(self, root):
        """Of these together."""
        return sum(self.own.get(pid, 0) for pid in self.below(root))


def foreign(before, after, ours):
    """Cores that were taken by what is not below one of these."""
    known = sum(after.of(root) - before.of(root) for root in ours)
    # Its threads come and go, and nobody keeps the accounts of those that have gone.
    kernel = sum(after.own[pid] - before.own[pid] for pid in after.below(KERNEL) if pid in before.own and pid in after.own)
    return max(0, after.machine - before.machine - known - kernel) / (after.at - before.at)


def resident(pid):
    """Resident memory in bytes."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return next(1024 * int(line.split()[1]) for line in file if line.startswith("VmRSS:"))


def disk_latency(folder):
    """Microseconds of an fdatasync of 512 bytes there, the median: no gateway that records first can be faster."""
    path, times = os.path.join(folder, "probe"), []
    file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    for _ in range(300):
        os.write(file, b"x" * 512)
        start = time.perf_counter()
        os.fdatasync(file)
        times.append((time.perf_counter() - start) * 1e6)
    os.close(file)
    os.unlink(path)
    return statistics.median(times)
