"""How long people wait for the machine when a command is held, with real programs on all sides.

psql sends an INSERT, `signet requests --watch` shows it, an approver agrees, and the statement itself tells when it ran: all
of them go by the clock of one machine. Approvals come over a connection to the HTTP interface that stays open, and then from
`signet requests approve`, whose start counts in.

usage: holds.py SIGNET WORK GATEWAY_PORT API_PORT HOLDS APPROVERS
"""
import http.client
import json
import math
import os
import queue
import random
import ssl
import subprocess
import sys
import threading
import time

PATIENCE = 30
SIGNET, WORK, GATEWAY_PORT, API_PORT = sys.argv[1:5]
HOLDS, APPROVERS = int(sys.argv[5]), int(sys.argv[6])
SERVER = f"https://127.0.0.1:{API_PORT}"
AUTHORITY = f"{WORK}/gateway/tls/ca.crt"


def token_of(name):
    command = [SIGNET, "--config", f"{WORK}/signet.toml", "token", "create", name, "--ttl", "1h"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def as_person(name):
    """The beginning of commands of that person, who is signed in."""
    command = [SIGNET, "--credentials", f"{WORK}/{name}.credentials"]
    signing_in = [*command, "login", "--server", SERVER, "--as", name, "--ca", AUTHORITY]
    subprocess.run(signing_in, check=True, capture_output=True, env={**os.environ, "SIGNET_TOKEN": token_of(name)})
    return command


class Watch:
    """`signet requests --watch --json`, with the time at which each request was shown whole."""

    def __init__(self):
        command = [*as_person("watcher"), "requests", "--watch", "--json"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.shown = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if line == "}\n":
                self.shown.put((time.time(), json.loads("".join(lines))))
                lines = []

    def pending(self, text):
        while True:
            at, request = self.shown.get(timeout=PATIENCE)
            if request["state"] == "pending" and request["command"]["text"]["text"] == text:
                return at, request


class Psql:
    """A psql of ada's that is signed in and reads commands from a pipe."""

    def __init__(self):
        address = f"host=127.0.0.1 port={GATEWAY_PORT} user=ada dbname=bench sslmode=require"
        self.process = subprocess.Popen(
            ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", address], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=open(f"{WORK}/psql.err", "w", encoding="utf-8"), text=True, env={**os.environ, "PGPASSWORD": token_of("ada")})

    def send(self, text):
        self.process.stdin.write(text + ";\n")
        self.process.stdin.flush()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit("psql ended: " + open(f"{WORK}/psql.err", encoding="utf-8").read())
        return float(line)


class Interface:
    """Approvals over a connection that stays open, one for each approver."""

    def __init__(self, names):
        trust = ssl.create_default_context(cafile=AUTHORITY)
        self.approvers = []
        for name in names:
            connection = http.client.HTTPSConnection("127.0.0.1", int(API_PORT), timeout=PATIENCE, context=trust)
            headers = {"authorization": f"Bearer {token_of(name)}", "content-type": "application/json"}
            self.approvers.append((connection, headers))

    def ready(self, at):
        """The approver has read the request over this connection before."""
        connection, headers = self.approvers[at % len(self.approvers)]
        connection.request("GET", "/v1/status", headers=headers)
        connection.getresponse().read()

    def approve(self, at, request):
        connection, headers = self.approvers[at % len(self.approvers)]
        body = json.dumps({"digest": request["command"]["digest"]})
        connection.request("POST", f"/v1/requests/{request['id']}/approve", body, headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            sys.exit(f"not approved: {answer.status} {text.decode()}")


class Commands:
    """Approvals by a command that is started for each."""

    def __init__(self, names):
        self.approvers = [as_person(name) for name in names]

    def ready(self, at):
        """A command has nothing to prepare."""

    def approve(self, at, request):
        command = [*self.approvers[at % len(self.approvers)], "requests", "approve", request["id"], "--yes"]
        subprocess.run([*command, "--digest", request["command"]["digest"]], check=True, capture_output=True)


def measure(psql, watch, approvals, name):
    """Seconds from sending to being shown, and from the approval to the statement running, of each hold."""
    shown, ran = [], []
    for at in range(HOLDS):
        text = f"INSERT INTO held VALUES ('{name}', {at}) RETURNING extract(epoch FROM clock_timestamp())"
        approvals.ready(at)
        # At any phase of whatever the gateway does at intervals.
        time.sleep(random.uniform(0, 0.05))
        sent = time.time()
        psql.send(text)
        seen, request = watch.pending(text)
        shown.append(seen - sent)
        agreed = time.time()
        approvals.approve(at, request)
        ran.append(psql.answer() - agreed)
    return shown, ran


def row(what, seconds):
    times = sorted(1000 * time for time in seconds)
    percentile = times[math.ceil(len(times) * 0.99) - 1]
    print(f"{what:<66} {len(times):>5} {times[len(times) // 2]:>10.1f} {percentile:>10.1f} {times[-1]:>10.1f}", flush=True)


def main():
    psql, watch = Psql(), Watch()
    try:
        report(psql, watch)
    finally:
        psql.process.terminate()
        watch.process.terminate()


def report(psql, watch):
    """Holds a command and has it approved, again and again, in both ways."""
    names = [f"approver-{number}" for number in range(1, APPROVERS + 1)]
    half = len(names) // 2
    ways = [Interface(names[:half]), Commands(names[half:])]
    shown, ran = zip(*(measure(psql, watch, way, name) for way, name in zip(ways, ["interface", "commands"])))
    print(f"{'':<66} {'holds':>5} {'median ms':>10} {'99th ms':>10} {'most ms':>10}")
    row("psql sends -> requests --watch has shown it", shown[0] + shown[1])
    row("approval sent to the HTTP interface -> the statement runs", ran[0])
    row("`signet requests approve` started -> the statement runs", ran[1])


main()
