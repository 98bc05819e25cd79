"""The PostgreSQL server behind a connection, shut down without a word and started again."""

import os
import subprocess
import time

from service import Psql, ServerGone


class Server:
    def __init__(self, conninfo):
        self.psql = Psql(conninfo)
        self.data = self.psql.value("SELECT to_json(current_setting('data_directory'))")
        owner = os.stat(self.data)
        self.owner = {"user": owner.st_uid, "group": owner.st_gid} if os.geteuid() == 0 else {}
        with open(f"{self.data}/postmaster.pid") as file:
            program = os.readlink(f"/proc/{int(file.readline())}/exe")
        self.pg_ctl = os.path.join(os.path.dirname(program), "pg_ctl")
        # The program, and what it was started with.
        with open(f"{self.data}/postmaster.opts") as file:
            self.options = file.read().strip().partition(" ")[2]

    def _run(self, *arguments):
        subprocess.run([self.pg_ctl, "-D", self.data, "-s", *arguments], check=True, cwd="/", stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, **self.owner)

    def crash(self):
        """Every server process ends at once; nothing is written any more."""
        self.psql.close()
        self._run("-m", "immediate", "stop")

    def start(self):
        self._run("-l", f"{self.data}/../log", "-o", self.options, "-w", "start")
        end = time.monotonic() + 60
        while True:
            try:
                return self.psql.value("SELECT to_json(1)")
            except ServerGone:
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)
