"""A random database and who is who in it: what the generator makes, and what everything else is judged by."""

from dataclasses import dataclass, field

#: A row that is the person's, whole. Else a row's share is the set of its fields that mention the person.
FULL = "full"


@dataclass(frozen=True, order=True)
class Person:
    #: the subject table, as `schema.table` in SQL
    kind: str
    #: the key's columns as text
    key: tuple

    @property
    def reference(self):
        """The key as the command line takes it."""
        return ",".join(self.key)


@dataclass(frozen=True)
class Hop:
    columns: tuple
    to: object
    key: tuple
    as_text: bool = False
    unenforced: bool = False
    repeated: bool = False


@dataclass(frozen=True)
class Path:
    #: the table of the kind of person at its end
    kind: object
    ownership: str
    hops: tuple
    #: of a mention: the fields that count
    fields: tuple = ()


@dataclass
class Column:
    name: str
    #: the type as SQL writes it
    type: str
    more: str = ""
    is_generated: bool = False


@dataclass
class ForeignKey:
    columns: tuple
    to: object
    key: tuple
    more: str = ""


@dataclass
class Row:
    #: column → the value in PostgreSQL's own text, or None
    values: dict
    #: Person → FULL or the fields that mention them
    people: dict


@dataclass(eq=False)
class Table:
    schema: str
    name: str
    #: subject, personal or reference
    role: str = "personal"
    columns: list = field(default_factory=list)
    primary_key: tuple = ()
    #: columns by which the generator tells rows apart; copies of one row belong to the same people
    identity: tuple = ()
    uniques: list = field(default_factory=list)
    foreign_keys: list = field(default_factory=list)
    #: the statement's end: PARTITION BY …
    partitioned: str = ""
    partitions: list = field(default_factory=list)
    rows: list = field(default_factory=list)
    paths: list = field(default_factory=list)
    secrets: set = field(default_factory=set)
    soft_delete: str = ""
    has_row_security: bool = False
    policy: str = ""

    @property
    def sql(self):
        return f"{quoted(self.schema)}.{quoted(self.name)}"

    def column(self, name):
        return next(column for column in self.columns if column.name == name)

    def key_of(self, row):
        return tuple(row.values[name] for name in self.identity)


@dataclass
class Scope:
    """How row security learns who is meant."""

    setting: str
    claim: str = ""
    shows_more: bool = False

    def expression(self):
        """The person's key in a policy, as text."""
        value = f"nullif(current_setting('{self.setting}', true), '')"
        return f"({value}::json ->> '{self.claim}')" if self.claim else value

    def as_map(self):
        found = {"setting": self.setting}
        if self.claim:
            found["claim"] = self.claim
        if self.shows_more:
            found["shows"] = "more"
        return found


@dataclass
class Kind:
    """One kind of person."""

    table: Table
    key: tuple
    email: str = ""
    scope: Scope = None
    people: list = field(default_factory=list)

    def person(self, row):
        return Person(self.table.sql, tuple(row.values[name] for name in self.key))


@dataclass
class World:
    seed: int
    schemas: list = field(default_factory=list)
    #: statements before the tables: types
    prologue: list = field(default_factory=list)
    tables: list = field(default_factory=list)
    kinds: list = field(default_factory=list)
    #: a table and a column of a person's key's type, always null: a foreign key may come there later
    spare: tuple = ()
    #: what was drawn, for the printed line
    traits: list = field(default_factory=list)

    def truth(self, person):
        """{table: [(identity, share)]} of every row that belongs to a person."""
        found = {}
        for table in self.tables:
            mine = [(table.key_of(row), row.people[person]) for row in table.rows if person in row.people]
            if mine:
                found[table.sql] = mine
        return found

    def kind(self, person):
        return next(kind for kind in self.kinds if kind.table.sql == person.kind)

    @property
    def people(self):
        return [person for kind in self.kinds for person in kind.people]


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def literal(value):
    if value is None:
        return "NULL"
    text = value.replace("'", "''")
    return "E'" + text.replace("\\", "\\\\") + "'" if "\\" in text else f"'{text}'"
