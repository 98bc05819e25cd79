"""One random database with habeas over it, in a folder of its own."""

import json
import os
import subprocess

import generator
import hoptext
import server

TIMEOUT = 300


class Outcome:
    """What one command did."""

    def __init__(self, done):
        self.status = done.returncode
        self.output = done.stdout.decode("utf-8", "replace")
        self.errors = done.stderr.decode("utf-8", "replace")

    @property
    def error(self):
        """The error that `--json` prints: code, message, hint."""
        try:
            return json.loads(self.errors)["error"]
        except (ValueError, KeyError, TypeError):
            return {"code": f"status {self.status}", "message": self.errors.strip()[-600:]}

    @property
    def said(self):
        error = self.error
        return f"{error['code']}: {error['message']}"


class Bench:
    """A database made from a seed, and the program over it."""

    def __init__(self, binary, cluster, keys, folder, world):
        self.binary, self.cluster, self.keys, self.folder, self.world = binary, cluster, keys, folder, world
        self.name = f"random_schema_{world.seed}_{os.getpid()}"
        self.roles = {"exporter": f"{self.name}_reader", "verifier": f"{self.name}_counter"}
        self.exports = 0
        self.proposed = None

    def __enter__(self):
        self.database = self.cluster.make(self.name)
        try:
            server.run(self.database, "BEGIN;\n" + generator.sql(self.world, self.roles["exporter"]) + "COMMIT;\n")
            self.read()
            self._settings()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *_):
        self.remove()

    def remove(self):
        self.cluster.drop(self.name, *self.roles.values())

    def read(self):
        self.contents = server.contents(self.database, self.world)

    def _settings(self):
        settings = {
            "database": {"url": self.database, **{role: {"user": name} for role, name in self.roles.items()}},
            "map": self.map_path, "keys": self.keys}
        with open(os.path.join(self.folder, "habeas.yaml"), "w", encoding="utf-8") as handle:
            json.dump(settings, handle)

    @property
    def map_path(self):
        return os.path.join(self.folder, "map.yaml")

    def write_map(self, text):
        with open(self.map_path, "w", encoding="utf-8") as handle:
            handle.write(text)

    def habeas(self, *arguments):
        return Outcome(subprocess.run(
            [self.binary, *arguments], cwd=self.folder, capture_output=True, timeout=TIMEOUT, check=False))

    def propose(self):
        """The map as `map init` proposes it: the outcome, and the text if there is one."""
        path = os.path.join(self.folder, "proposed.yaml")
        arguments = ["map", "init", "--json", "--output", path]
        for schema in self.world.schemas:
            arguments += ["--schema", schema]
        for kind in self.world.kinds:
            arguments += ["--subject", hoptext.write_table(kind.table)]
        outcome = self.habeas(*arguments)
        if outcome.status or not os.path.exists(path):
            return outcome, None
        with open(path, encoding="utf-8") as handle:
            self.proposed = handle.read()
        return outcome, self.proposed

    def check(self):
        """What `map check` finds wrong: its errors; None when it didn't get that far."""
        outcome = self.habeas("map", "check", "--json")
        try:
            return outcome, [one for one in json.loads(outcome.output) if one["severity"] == "error"]
        except ValueError:
            return outcome, None

    def export(self, reference):
        """One archive; the outcome, and its file if there is one."""
        self.exports += 1
        place = os.path.join(self.folder, f"out{self.exports}")
        os.mkdir(place)
        path = os.path.join(place, "archive.zip")
        outcome = self.habeas(
            "export", reference, "--right", "access", "--format", "both", "--json", "--ticket", "RANDOM-1", "--reason",
            "random", "--output", path)
        left = os.listdir(place)
        return outcome, [os.path.join(place, name) for name in left]
