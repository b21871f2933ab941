"""What the figures are measured on: a gateway of their own, the local cluster, and the same work done by hand."""
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINARY = os.environ.get("FARFIELD_BINARY", f"{ROOT}/.build/release/farfield")
BARE = os.environ.get("FARFIELD_BARE_ROUTE", f"{ROOT}/.build/release/BareRoute")
USER = "researcher1"


def run(words, **options):
    return subprocess.run(words, capture_output=True, text=True, **options)


class Cluster:
    """A Slurm cluster of the measurement's own; thousands of jobs left in it go with it."""

    def __init__(self):
        self.folder = f"/var/tmp/farfield-bench-cluster-{os.getpid()}"
        ports = os.environ.get("FARFIELD_BENCH_PORTS", "26500")
        self.environment = {**os.environ, "FARFIELD_CLUSTER": self.folder, "FARFIELD_CLUSTER_PORTS": ports}
        up = self.control("up")
        if up.returncode != 0:
            self.close()
            sys.exit(f"the cluster does not come up: {up.stderr[-500:]}")
        pairs = re.findall(r"^export (\w+)=(.*)$", self.control("env").stdout, re.M)
        self.values = {name: shlex.split(value)[0] for name, value in pairs}

    def control(self, *words):
        return run([f"{ROOT}/scripts/cluster", *words], env=self.environment)

    def close(self):
        self.control("down", "--wipe")

    def as_user(self, line):
        """A command line as the researcher on the box itself."""
        words = ["env", f"SLURM_CONF={self.values['SLURM_CONF']}", "sh", "-c", line]
        before = ["runuser", "-u", USER, "--"] if os.geteuid() == 0 else ["sudo", "-n", "-u", USER]
        return run(before + words)

    def site(self):
        return f"""
  - name: a
    host: 127.0.0.1
    port: {self.values['FARFIELD_CLUSTER_PORT_A']}
    user: {USER}
    privateKey: {self.values['FARFIELD_CLUSTER_SSH_KEY']}
    knownHosts: {self.values['FARFIELD_CLUSTER_KNOWN_HOSTS']}
    workFolder: ~/farfield-bench
    defaults: {{partition: normal, account: TG-BIO1}}
"""


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """A program under measurement, ended with the measurement."""

    def __init__(self, words, address):
        self.begun = time.perf_counter()
        self.process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while True:
            try:
                urllib.request.urlopen(address, timeout=1).close()
                break
            except OSError as error:
                if hasattr(error, "code"):
                    break
                if self.process.poll() is not None:
                    sys.exit(f"{words[0]} ended at once: run it by hand to see why")
                time.sleep(0.002)
        self.start_seconds = time.perf_counter() - self.begun

    def memory(self):
        """Resident memory in MiB."""
        text = open(f"/proc/{self.process.pid}/status").read()
        return int(re.search(r"VmRSS:\s+(\d+)", text).group(1)) / 1024

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Gateway(Server):
    """A gateway with a state folder of its own."""

    def __init__(self, cluster, more=""):
        self.home, self.port = tempfile.mkdtemp(prefix="farfield-bench-"), free_port()
        path = f"{self.home}/farfield.yaml"
        with open(path, "w") as file:
            file.write(f"listen: 127.0.0.1:{self.port}\nhome: {self.home}/state\nlogLevel: warning\nlimits: {{rates: {{reads: 1000000000/1m, writes: 1000000000/1m, submissions: 1000000000/1m}}, jobsPerPerson: off}}\n{more}sites:{cluster.site()}")
        super().__init__([BINARY, "serve", "--config", path], f"http://127.0.0.1:{self.port}/health/live")
        self.token = open(f"{self.home}/state/admin.token").read().strip()

    def metric(self, name, **labels):
        """The sum of the samples of that name whose labels fit."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/metrics", headers={"Authorization": f"Bearer {self.token}"}
        )
        total = 0.0
        for line in urllib.request.urlopen(request).read().decode().splitlines():
            if re.match(rf"{name}(\{{|\s)", line) and all(f'{key}="{value}"' in line for key, value in labels.items()):
                total += float(line.rsplit(" ", 1)[1])
        return total

    def stop(self):
        super().stop()
        shutil.rmtree(self.home, ignore_errors=True)


class Login:
    """The system's ssh with a control master: the quickest a person has by hand."""

    def __init__(self, cluster):
        values = cluster.values
        self.base = [
            "ssh", "-q", "-i", values["FARFIELD_CLUSTER_SSH_KEY"], "-o", "ControlMaster=auto",
            "-o", f"ControlPath={tempfile.mkdtemp()}/s", "-o", "ControlPersist=60",
            "-o", f"UserKnownHostsFile={values['FARFIELD_CLUSTER_KNOWN_HOSTS']}",
            "-p", values["FARFIELD_CLUSTER_PORT_A"], f"{USER}@127.0.0.1",
        ]
        self.run("true")

    def run(self, command, text=None):
        return run(self.base + [command], input=text)

    def close(self):
        run(self.base[:1] + ["-O", "exit"] + self.base[1:])
