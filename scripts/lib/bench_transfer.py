"""Bulk transfer over SSH, against sftp and scp of the same files from and to the same sshd; needs no cluster."""
import getpass
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from bench_parts import ROOT, free_port, run

DRIVER = os.environ.get("FARFIELD_TRANSFER", f"{ROOT}/.build/release/Transfer")
TRANSPORTS = ("libssh2", "openssh")


class Site:
    """An sshd of the measurement's own, as the user who measures, and a folder for both sides."""

    def __init__(self, megabytes, files):
        self.home, self.port, self.user = tempfile.mkdtemp(prefix="farfield-bench-", dir="/var/tmp"), free_port(), getpass.getuser()
        for name in ("host", "user"):
            run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.path(name)], check=True)
        lines = [
            f"Port {self.port}", "ListenAddress 127.0.0.1", f"HostKey {self.path('host')}", "PidFile none", "UsePAM no",
            f"AuthorizedKeysFile {self.path('user.pub')}", "StrictModes no", "PermitRootLogin prohibit-password",
            "Subsystem sftp internal-sftp", "LogLevel ERROR",
        ]
        self.write("config", "\n".join(lines) + "\n")
        key = " ".join(open(self.path("host.pub")).read().split()[:2])
        self.write("known", f"[127.0.0.1]:{self.port} {key}\n")
        self.words = ["-q", "-P", str(self.port), "-i", self.path("user"), "-o", f"UserKnownHostsFile={self.path('known')}", "-F", "none"]
        if os.geteuid() == 0:
            os.makedirs("/run/sshd", exist_ok=True)
        self.process = subprocess.Popen(["/usr/sbin/sshd", "-D", "-e", "-f", self.path("config")])
        with open(self.path("big"), "wb") as file:
            for _ in range(megabytes):
                file.write(os.urandom(1 << 20))
        for number in range(files):
            folder = self.path(f"tree/{number // 100}")
            os.makedirs(folder, exist_ok=True)
            with open(f"{folder}/{number % 100}", "wb") as file:
                file.write(os.urandom(4096))

    def path(self, name):
        return f"{self.home}/{name}"

    def write(self, name, text):
        with open(self.path(name), "w") as file:
            file.write(text)

    def far(self, name):
        return f"{self.user}@127.0.0.1:{self.path(name)}"

    def close(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)

    def time(self, words, source):
        """Seconds of one transfer, connecting included; what came is compared with what was sent."""
        shutil.rmtree(self.path("to"), ignore_errors=True)
        os.makedirs(self.path("to"))
        begin = time.perf_counter()
        done = run(words)
        seconds = time.perf_counter() - begin
        arrived = run(["diff", "-r", self.path(source), self.path(f"to/{source}")]).returncode == 0
        if done.returncode != 0 or not arrived:
            sys.exit(f"{' '.join(words)} failed: {done.stderr[-500:]}")
        return seconds, done.stdout

    def ours(self, transport, what, source):
        far, near = (self.path(f"to/{source}"), self.path(source)) if "put" in what else (self.path(source), self.path(f"to/{source}"))
        words = [DRIVER, transport, str(self.port), self.user, self.path("user"), self.path("known"), what, far, near]
        seconds, output = self.time(words, source)
        return seconds, int(output.split()[2]) / 1024

    def theirs(self, name, what, source):
        """The same by hand."""
        if name == "scp":
            ends = [self.path(source), self.far("to")] if "put" in what else [self.far(source), self.path("to")]
            return self.time(["scp", *self.words, *ends], source)[0]
        if "put" in what:
            self.write("batch", f"put -r {self.path(source)} {self.path('to')}\n")
            return self.time(["sftp", "-b", self.path("batch"), *self.words, f"{self.user}@127.0.0.1"], source)[0]
        return self.time(["sftp", "-r", *self.words, self.far(source), self.path("to")], source)[0]


def measure(site, what, source, rivals, rounds):
    """The median seconds of each, all in turn in every round, and the peak of our memory."""
    times, memory = {}, {}
    for _ in range(rounds):
        for transport in TRANSPORTS:
            seconds, peak = site.ours(transport, what, source)
            times.setdefault(transport, []).append(seconds)
            memory[transport] = max(memory.get(transport, 0), peak)
        for rival in rivals:
            times.setdefault(rival, []).append(site.theirs(rival, what, source))
    return {name: statistics.median(values) for name, values in times.items()}, memory


def transfer(arguments, _):
    """A large file and many small ones, both ways, by both transports."""
    site = Site(arguments.megabytes, arguments.files)
    size = arguments.megabytes * (1 << 20) / 1e6
    rows = []
    try:
        for what, words in (("get", "from"), ("put", "to")):
            times, memory = measure(site, what, "big", ("sftp", "scp"), arguments.rounds)
            for transport in TRANSPORTS:
                rows.append((
                    f"{arguments.megabytes} MiB {words} a site, `{transport}`",
                    f"{size / times[transport]:.0f} MB/s, peak {memory[transport]:.0f} MiB", f"`sftp {what}` (`scp`)",
                    f"{size / times['sftp']:.0f} MB/s ({size / times['scp']:.0f} MB/s)",
                    f"{times['sftp'] / times[transport]:.2f} ({times['scp'] / times[transport]:.2f})", "0.9",
                ))
        for what, words in (("get-tree", "from"), ("put-tree", "to")):
            times, memory = measure(site, what, "tree", ("sftp",), arguments.rounds)
            for transport in TRANSPORTS:
                rows.append((
                    f"{arguments.files} files of 4 kB {words} a site, `{transport}`",
                    f"{times[transport]:.2f} s, peak {memory[transport]:.0f} MiB", f"`sftp -r`, {what[:3]}",
                    f"{times['sftp']:.2f} s", f"{times['sftp'] / times[transport]:.1f} times as fast", "above 1",
                ))
        return rows
    finally:
        site.close()
