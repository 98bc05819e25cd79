"""Row security: none, by a setting, by JWT claims; written as comparisons or as a look-up in a list of rights."""

from world import Scope, literal, quoted

#: where the product keeps who may see what; not among the map's schemas
RIGHTS = "access_rules"


def protect(b):
    """Draws whether and how rows are guarded."""
    way = b.rng.choice(["none", "none", "setting", "claims"])
    if way == "none" or any(len(kind.key) > 1 for kind in b.world.kinds):
        return
    is_partial, shows_more = b.chance(0.25), b.chance(0.15)
    b.trait(f"row security by {way}" + (", partly" if is_partial else "") + (", shows more" if shows_more else ""))
    for number, kind in enumerate(b.world.kinds):
        setting = ["app.user_id", "app.guest"][number] if way == "setting" else "request.jwt.claims"
        claim = "" if way == "setting" else ["sub", "guest"][number]
        kind.scope = Scope(setting, claim, shows_more)
    for table in b.world.tables:
        if table.role == "reference" or (is_partial and table.role != "subject" and b.chance(0.3)):
            continue
        table.has_row_security = True
        table.policy = _condition(b, table)
        if shows_more and table.role == "subject":
            table.policy += " OR true"


def _condition(b, table):
    """Which rows a person may see: exactly those that belong to them, or mention them."""
    kinds = {kind.table: kind for kind in b.world.kinds}
    parts = []
    for path in table.paths:
        kind = kinds[path.kind]
        if not path.hops:
            parts.append(_equals(table, kind.key[0], kind.scope, False))
        elif len(path.hops) == 1 and path.hops[0].key == kind.key and path.hops[0].to is kind.table and b.chance(0.7):
            parts.append(_equals(table, path.hops[0].columns[0], kind.scope, path.hops[0].as_text))
        else:
            return f"{RIGHTS}.may_see({literal(table.sql)}, {row_name(table)})"
    return " OR ".join(parts)


def _equals(table, name, scope, as_text):
    value = scope.expression()
    return f"{quoted(name)} = {value if as_text else f'{value}::{table.column(name).type}'}"


def row_name(table):
    """An expression that names a row of the table."""
    return "concat_ws('|', " + ", ".join(f"{quoted(name)}::text" for name in table.identity) + ")"


def security(world, exporter):
    """The statements: the list of rights, policies, and the roles they name."""
    guarded = [table for table in world.tables if table.has_row_security]
    if not guarded:
        return []
    lines = [
        f"DO $$ BEGIN CREATE ROLE {quoted(exporter)}; "
        "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;",
        f"CREATE SCHEMA {RIGHTS};", f"GRANT USAGE ON SCHEMA {RIGHTS} TO PUBLIC;",
        f"CREATE TABLE {RIGHTS}.rights (tbl text, line text, kind text, person text);",
        f"CREATE INDEX ON {RIGHTS}.rights (tbl, line);", *_rights(world, guarded), _function(world)]
    for number, table in enumerate(guarded):
        lines.append(f"ALTER TABLE {table.sql} ENABLE ROW LEVEL SECURITY;")
        lines.append(f"ALTER TABLE {table.sql} FORCE ROW LEVEL SECURITY;")
        to = "PUBLIC" if number % 3 else quoted(exporter)
        lines.append(f"CREATE POLICY theirs ON {table.sql} FOR SELECT TO {to} USING ({table.policy});")
    return lines


def _rights(world, guarded):
    rows = [
        (table.sql, "|".join(value for value in table.key_of(row) if value is not None), person.kind, person.key[0])
        for table in guarded for row in table.rows for person in row.people]
    if not rows:
        return []
    text = ",\n  ".join("(" + ", ".join(literal(value) for value in row) + ")" for row in rows)
    return [f"INSERT INTO {RIGHTS}.rights VALUES\n  {text};"]


def _function(world):
    meant = " OR ".join(
        f"(r.kind = {literal(kind.table.sql)} AND r.person = {kind.scope.expression()})" for kind in world.kinds)
    return (
        f"CREATE FUNCTION {RIGHTS}.may_see(text, text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER "
        f"SET search_path = pg_catalog AS $$ SELECT EXISTS (SELECT FROM {RIGHTS}.rights r "
        f"WHERE r.tbl = $1 AND r.line = $2 AND ({meant})) $$;")

