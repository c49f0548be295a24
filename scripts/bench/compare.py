"""What the gateway costs beside the bare server and two proxies that look at nothing: one table, and the same as JSON.

Every way alternates with the direct one, in both orders; a ratio is a run through the neighbouring direct runs, and of
all rounds the median counts, with half the distance of the quartiles. Beside it stands the CPU that the proxy itself took
for a unit of work. A round in which anything foreign took more than a tenth of a core is repeated, as often as there are rounds.

usage: compare.py [table] [rows] [connections] [idle]        (scripts/bench.sh prepares what it needs; docs/benchmark.md)
"""
import contextlib
import json
import os
import re
import signal
import statistics
import subprocess
import sys

from accounts import Moment, disk_latency, foreign, resident
from paths import HAPROXY, PGBOUNCER, Direct, HAProxy, PgBouncer, Run, Signet
from report import Report, spread

SECONDS = int(os.environ["SIGNET_BENCH_SECONDS"])
ROUNDS = int(os.environ["SIGNET_BENCH_ROUNDS"])
CLIENTS = [int(count) for count in os.environ["SIGNET_BENCH_CLIENTS"].split()]
ROWS = int(os.environ["SIGNET_BENCH_ROWS"])
SESSIONS = int(os.environ["SIGNET_BENCH_SESSIONS"])
QUIET = 0.1
RUN, REPORT = Run(), Report()


def ways(*signets):
    """All ways, the direct one first."""
    return [Direct(RUN, "direct"), *signets, PgBouncer(RUN, "pgbouncer"), HAProxy(RUN, "haproxy")]


class Sample:
    """One run: what the client says of it, and what it cost."""

    def __init__(self, path, work):
        counted, before = path.counts(), Moment()
        # The value that is compared, and so many units of work.
        self.value, self.units = work(path)
        after = Moment()
        self.counts = counted and [now - then for now, then in zip(path.counts(), counted)]
        self.foreign = foreign(before, after, [os.getpid(), RUN.server])
        self.cpu = path.process and after.of(path.process.pid) - before.of(path.process.pid)
        self.ratio = None


@contextlib.contextmanager
def started(*paths):
    """These ways, until the end of the block."""
    try:
        yield [path.start() for path in paths]
    finally:
        for path in paths:
            path.stop()


def one_round(direct, others, work):
    """Each of them between two direct runs."""
    samples = {direct: [Sample(direct, work)]}
    for path in others:
        samples[path] = [Sample(path, work)]
        samples[direct].append(Sample(direct, work))
        neighbours = [sample.value for sample in samples[direct][-2:]]
        samples[path][0].ratio = samples[path][0].value / statistics.mean(neighbours)
    return samples


def alternate(direct, others, work):
    """All rounds: the samples of each way."""
    rounds, repeats = [], ROUNDS
    while len(rounds) < ROUNDS:
        samples = one_round(direct, others if len(rounds) % 2 == 0 else others[::-1], work)
        if repeats > 0 and max(sample.foreign for way in samples.values() for sample in way) > QUIET:
            repeats -= 1
        else:
            rounds.append(samples)
    return {path: [sample for samples in rounds for sample in samples[path]] for path in [direct, *others]}


def reason(error):
    """What a client said first."""
    return next(iter(error.stderr.strip().splitlines()), f"exit code {error.returncode}")


def willing(paths, work):
    """Those through which it works at all; it warms them, too."""
    serving = []
    for path in paths:
        try:
            work(path)
            serving.append(path)
        except subprocess.CalledProcessError as error:
            REPORT.fail(f"{path.name} does not serve it: {reason(error)}")
    return serving


def compare(part, workload, paths, work, shown, *, first=None, cpu_unit="us"):
    """A block of the table. `first` is the same without the work: the CPU of signing in is taken off what the work cost."""
    serving = willing(paths, first or work)
    sign_in = {path: Sample(path, first).cpu if first else 0 for path in serving}
    direct, *others = serving
    for path, samples in alternate(direct, others, work).items():
        measured = {"values": [sample.value for sample in samples], "foreign_cores": max(sample.foreign for sample in samples)}
        if path is not direct:
            ratios = [sample.ratio for sample in samples]
            cpu = statistics.median((sample.cpu - sign_in[path]) / sample.units for sample in samples)
            cpu *= {"us": 1e6, "ns": 1e9}[cpu_unit]
            measured.update(ratio=statistics.median(ratios), ratio_spread=spread(ratios), ratios=ratios)
            measured.update({f"cpu_{cpu_unit}": cpu, "cpu_shown": f"{cpu:.1f} {cpu_unit}"})
        if samples[0].counts:
            measured["counts"] = [sum(column) for column in zip(*(sample.counts for sample in samples))]
        REPORT.row(part, workload, path, shown(statistics.median(measured["values"])), **measured)


def output(command, path, tls=False):
    return subprocess.run(command, check=True, capture_output=True, text=True, env=path.environment(tls)).stdout


def client(path, *arguments, tls=False):
    """Runs our own client (crates/signet/benches/client)."""
    return json.loads(output([RUN.client, *map(str, arguments)], path, tls))


def pgbench(script, mode, clients, length):
    """A run of pgbench: transactions a second, and how many."""
    def work(path):
        address = ["-h", "127.0.0.1", "-p", str(path.port), "-U", path.user]
        threads = str(min(clients, 2))
        text = output([RUN.pgbench, "-n", *script, "-M", mode, "-c", str(clients), "-j", threads, *length, *address, "bench"], path)
        done = re.search(r"actually processed: (\d+)", text)[1]
        return float(re.search(r"tps = ([\d.]+)", text)[1]), int(done)
    return work


def table():
    """pgbench, through both modes of the journal."""
    REPORT.begin("pgbench, transactions a second (ratio: higher is better; CPU of the proxy a transaction)")
    paths = ways(Signet(RUN, "signet strict"), Signet(RUN, "signet async", mode="async"))
    with started(*paths):
        for name, script in [("select-only", ["-S"]), ("TPC-B-like", ["-b", "tpcb-like"])]:
            for mode in ["simple", "extended", "prepared"]:
                for clients in CLIENTS:
                    RUN.straight("-c", "VACUUM pgbench_branches, pgbench_tellers", "-c", "TRUNCATE pgbench_history")
                    work = pgbench(script, mode, clients, ["-T", str(SECONDS)])
                    sign_in = pgbench(script, mode, clients, ["-t", "1"])
                    workload = f"{name}, {mode}, {clients} client{'s'[:clients > 1]}"
                    compare("table", workload, paths, work, "{:.0f} tps".format, first=sign_in)


def rows():
    """Large results: text of a SELECT and of a COPY, one stream and four."""
    REPORT.begin(f"{ROWS} rows of six columns (ratio of times: lower is better; CPU of the proxy a row)")
    paths = ways(Signet(RUN, "signet"), Signet(RUN, "signet masked", person="grace"))
    with started(*paths):
        for name, sql in [("SELECT", "SELECT * FROM people"), ("COPY OUT", "COPY people TO STDOUT")]:
            for streams in [1, 4]:
                row_bytes, times = [], 2 if streams == 1 else 1

                def work(path):
                    answer = client(path, "rows", streams, times, sql)
                    if answer["rows"] != streams * times * ROWS:
                        sys.exit(f"{path.name} gave {answer['rows']} rows")
                    row_bytes[:] = row_bytes or [answer["bytes"] / answer["rows"]]
                    return 1e9 * answer["seconds"] / answer["rows"], answer["rows"]

                compare("rows", f"{name}, {streams} stream{'s'[:streams > 1]}", paths, work,
                        lambda ns: f"{ns:.0f} ns/row, {1e3 * row_bytes[0] / ns:.0f} MB/s", cpu_unit="ns")


def connections():
    """Connect, sign in by SCRAM, SELECT 1, close."""
    REPORT.begin("connections a second (ratio: higher is better; CPU of the proxy a connection); pgbouncer keeps those to the server")
    paths = ways(Signet(RUN, "signet"))
    with started(*paths):
        for tls in [False, True]:
            for clients in [1, 8]:
                def work(path):
                    answer = client(path, "connections", clients, SECONDS, tls=tls)
                    return answer["connections"] / answer["seconds"], answer["connections"]
                workload = f"{'TLS' if tls else 'no TLS'}, {clients} client{'s'[:clients > 1]}"
                compare("connections", workload, paths, work, "{:.0f} /s".format)


def idle():
    """Memory of a session that has done one statement, in a process that has just started."""
    REPORT.begin(f"resident memory of the proxy for an idle session, of {SESSIONS} (lower is better)")
    for tls in [False, True]:
        for path in ways(Signet(RUN, "signet"))[1:]:
            with started(path):
                # Whatever the first sessions set up for all is there then.
                if not willing([path], lambda path: (1, client(path, "connections", 1, 1, tls=tls)["connections"])):
                    continue
                counted, before = path.counts(), resident(path.process.pid)
                command = [RUN.client, "idle", str(SESSIONS)]
                with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=path.environment(tls)) as held:
                    if not held.stdout.readline():
                        sys.exit(f"{path.name} does not take {SESSIONS} sessions")
                    kib = (resident(path.process.pid) - before) / 1024 / SESSIONS
                    counts = counted and [now - then for now, then in zip(path.counts(), counted)]
                REPORT.row("idle", "TLS" if tls else "no TLS", path, f"{kib:.1f} KiB", values=[kib], counts=counts)


def facts():
    """What the figures go by."""
    def version(*command):
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[0]
    return {
        "cores": os.cpu_count(), "seconds": SECONDS, "rounds": ROUNDS, "rows_of_a_result": ROWS, "sessions": SESSIONS,
        "fdatasync_us": disk_latency(RUN.work), "postgres": version(RUN.pgbench, "--version"),
        "signet": version(RUN.signet, "--version"), "pgbouncer": version(PGBOUNCER, "--version"), "haproxy": version(HAPROXY, "-v")}


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    known = facts()
    print(f"{known['cores']} cores; an fdatasync takes {known['fdatasync_us']:.0f} us (median); {ROUNDS} rounds of {SECONDS} s; "
          "no TLS but where it says so")
    target = os.environ["SIGNET_BENCH_JSON"]
    try:
        for part in sys.argv[1:]:
            {"table": table, "rows": rows, "connections": connections, "idle": idle}[part]()
    except subprocess.CalledProcessError as error:
        REPORT.fail(f"{' '.join(map(str, error.cmd[:3]))}: {reason(error)}")
    finally:
        REPORT.write(target, known)
    print(f"\nthe same as JSON: {target}")
    if REPORT.failures:
        sys.exit(f"the comparison is not whole: {len(REPORT.failures)} times FAILED")


main()
