"""The ways to the server that are compared: directly, through Signet, through pgbouncer, through haproxy.

Each is a process of its own on a port of its own, with its files in the folder of the run, and ends by its pid.
"""
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
PATIENCE = 60
# Debian's, which are not on everybody's path.
PGBOUNCER, HAPROXY = "/usr/sbin/pgbouncer", "/usr/sbin/haproxy"
# PostgreSQL and pgbouncer refuse root.
UNPRIVILEGED = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"] if os.geteuid() == 0 else []


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def filled(template, target, **values):
    """Writes a template of this folder with its @NAMES@ filled in."""
    with open(os.path.join(HERE, template), encoding="utf-8") as file:
        text = file.read()
    for name, value in values.items():
        text = text.replace(f"@{name.upper()}@", str(value))
    with open(target, "w", encoding="utf-8") as file:
        file.write(text)


class Run:
    """What scripts/bench.sh has prepared: a folder, a server with its password and certificate, the programs."""

    def __init__(self):
        self.work, self.signet = os.environ["WORK"], os.environ["SIGNET"]
        self.pgbench, self.client = os.environ["PGBENCH"], os.environ["CLIENT"]
        self.port, self.server = int(os.environ["POSTGRES_PORT"]), int(os.environ["POSTGRES_PID"])
        with open(f"{self.work}/password", encoding="utf-8") as file:
            self.password = file.read().strip()

    def straight(self, *arguments):
        """psql around everything."""
        address = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-d", "bench"]
        command = ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", *address, *arguments]
        environment = {**os.environ, "PGPASSWORD": self.password}
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout.strip()


class Direct:
    """To the server itself. The other ways are this with a process between."""

    def __init__(self, run, name):
        self.run, self.name, self.process, self.port = run, name, None, run.port
        self.user, self.password, self.masks = "postgres", run.password, False

    def start(self):
        """The server runs already."""
        return self

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()
            self.process = None

    def environment(self, tls=False):
        """Who and where, for clients."""
        door = {"PGPORT": str(self.port), "PGUSER": self.user, "PGPASSWORD": self.password, "PGDATABASE": "bench"}
        how = {"PGSSLROOTCERT": f"{self.run.work}/tls/server.crt"} if tls else {"PGSSLMODE": "disable"}
        return {**os.environ, **door, **how, "RUST_BACKTRACE": "0"}

    def counts(self):
        """Records, syncs of the journal and masked values so far, of who counts them."""
        return None

    def folder(self):
        """A new one of its own."""
        folder = f"{self.run.work}/{self.name.replace(' ', '-')}"
        shutil.rmtree(folder, ignore_errors=True)
        os.mkdir(folder)
        return folder

    def launch(self, command, ready):
        """Starts a process, and waits until it serves."""
        log = f"{self.run.work}/{self.name}.log"
        with open(log, "w", encoding="utf-8") as output:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        deadline = time.monotonic() + PATIENCE
        while not ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                with open(log, encoding="utf-8") as file:
                    sys.exit(f"{self.name} did not start:\n{file.read()}")
            time.sleep(0.05)
        return self

    def listens(self):
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", self.port)) == 0


class Signet(Direct):
    """A gateway of its own; the person says what is masked."""

    def __init__(self, run, name, mode="strict", person="ada"):
        super().__init__(run, name)
        self.mode, self.user, self.operations, self.masks = mode, person, None, person == "grace"

    def start(self):
        self.port, self.operations = free_port(), free_port()
        folder, config = self.folder(), f"{self.run.work}/{self.name}.toml"
        os.makedirs(f"{self.run.work}/compared", exist_ok=True)
        shutil.copy(f"{HERE}/signet.cedar", f"{self.run.work}/compared/")
        filled("signet.toml", config, folder=folder, work=self.run.work, port=self.port, mode=self.mode,
               operations_port=self.operations, postgres_port=self.run.port)
        self.launch([self.run.signet, "--config", config, "server"], self.healthy)
        making = [self.run.signet, "--config", config, "token", "create", self.user, "--ttl", "8h"]
        self.password = subprocess.run(making, check=True, capture_output=True, text=True).stdout.strip()
        return self

    def ask(self, path):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://127.0.0.1:{self.operations}{path}", timeout=5) as answer:
            return answer.read().decode()

    def healthy(self):
        try:
            return self.ask("/health") == "ok\n"
        except OSError:
            return False

    def counts(self):
        values = dict(line.rsplit(" ", 1) for line in self.ask("/metrics").splitlines() if not line.startswith("#"))
        names = ["journal_records", "journal_syncs", "values_masked"]
        return [int(values[f"signet_{name}_total"]) for name in names]


class PgBouncer(Direct):
    """In session mode. It knows the password as the server does, so that it need not hash it for each client."""

    def start(self):
        self.port = free_port()
        folder = self.folder()
        filled("pgbouncer.ini", f"{folder}/pgbouncer.ini", port=self.port, postgres_port=self.run.port, folder=folder)
        verifier = self.run.straight("-c", "SELECT rolpassword FROM pg_authid WHERE rolname = 'postgres'")
        with open(f"{folder}/users.txt", "w", encoding="utf-8") as file:
            file.write(f'"postgres" "{verifier}"\n')
        for name in ["server.crt", "server.key"]:
            shutil.copy(f"{self.run.work}/tls/{name}", folder)
        if UNPRIVILEGED:
            for name in ["", *os.listdir(folder)]:
                shutil.chown(f"{folder}/{name}", "postgres", "postgres")
        return self.launch([*UNPRIVILEGED, PGBOUNCER, f"{folder}/pgbouncer.ini"], self.listens)


class HAProxy(Direct):
    """In TCP mode: it looks at nothing."""

    def start(self):
        self.port = free_port()
        config = f"{self.folder()}/haproxy.cfg"
        filled("haproxy.cfg", config, port=self.port, postgres_port=self.run.port)
        return self.launch([HAPROXY, "-db", "-f", config], self.listens)
