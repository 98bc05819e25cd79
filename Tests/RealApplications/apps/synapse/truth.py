"""Writes truth.json: which rows of Synapse belong to whom.

    truth.py DATABASE_URL OUTPUT

Synapse has next to no foreign keys: a user is a text, `@kim:habeas.test` in most tables, the part before the colon in
some. So the truth is found the blunt way: every text column of every table that holds exactly a person's id or local
part makes the row theirs, save for the columns named in ABOUT_OTHERS, whose meaning Synapse's schema and code tell.
FOLLOWING are the tables without such a column whose rows stand beside a row that has one. Nothing here knows a map.
"""
import json
import sys

import psycopg2

# The person is the object of somebody else's act, or the row is a server's working copy of a room's state.
ABOUT_OTHERS = {
    ("ignored_users", "ignored_user_id"): "whom the other one ignores",
    ("user_reports", "target_user_id"): "whom the other one reported",
    ("users_who_share_private_rooms", "other_user_id"): "the other side, which has a row of its own",
    ("room_memberships", "sender"): "who invited or banned; the row is about user_id",
    ("sliding_sync_membership_snapshots", "sender"): "the same",
    ("room_memberships", "display_name"): "a name that somebody chose",
    ("profiles", "displayname"): "the same",
    ("user_directory", "display_name"): "the same",
    ("current_state_delta_stream", "state_key"): "a working copy of a room's state",
    ("current_state_events", "state_key"): "the same",
    ("state_events", "state_key"): "the same",
    ("state_groups_state", "state_key"): "the same",
    ("events", "state_key"): "whom a state event is about; room_memberships holds it",
    ("scheduled_tasks", "resource_id"): "a job of the server",
}

# The tables from one without a person's id to one that has it, each with the column that the two have in common.
FOLLOWING = {
    "event_json": [("events", "event_id")],
    "event_search": [("events", "event_id")],
    "event_relations": [("events", "event_id")],
    "redactions": [("events", "event_id")],
    "local_media_repository_thumbnails": [("local_media_repository", "media_id")],
    "sliding_sync_connection_positions": [("sliding_sync_connections", "connection_key")],
    "sliding_sync_connection_required_state": [("sliding_sync_connections", "connection_key")],
    "sliding_sync_connection_lazy_members": [("sliding_sync_connections", "connection_key")],
    "sliding_sync_connection_room_configs": [("sliding_sync_connection_positions", "connection_position"),
                                             ("sliding_sync_connections", "connection_key")],
    "sliding_sync_connection_streams": [("sliding_sync_connection_positions", "connection_position"),
                                        ("sliding_sync_connections", "connection_key")],
}

# What tells rows apart where the unique key holds a secret, or where there is none.
KEY = {
    "login_tokens": ["user_id", "expiry_ts"],
    "open_id_tokens": ["user_id", "ts_valid_until_ms"],
    "user_ips": ["user_id", "device_id", "ip", "last_seen"],
    "device_inbox": ["user_id", "device_id", "stream_id"],
    "device_lists_stream": ["user_id", "device_id", "stream_id"],
    "presence_stream": ["user_id", "stream_id"],
    "push_rules_stream": ["user_id", "stream_id", "rule_id"],
    "user_daily_visits": ["user_id", "device_id", "timestamp"],
    "deleted_pushers": ["stream_id", "app_id", "user_id"],
    "device_auth_providers": ["user_id", "device_id", "auth_provider_id"],
    "event_push_actions_staging": ["event_id", "user_id"],
}

TEXTS = """
SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
 WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
   AND a.atttypid IN ('text'::regtype, 'varchar'::regtype) ORDER BY 1, a.attnum"""

UNIQUE = """
SELECT array_agg(a.attname ORDER BY k.place) FROM pg_index i
 CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(number, place)
  JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
 WHERE i.indrelid = %s::regclass AND i.indisunique AND i.indpred IS NULL
 GROUP BY i.indexrelid, i.indisprimary ORDER BY i.indisprimary DESC, count(*), i.indexrelid LIMIT 1"""


def main(url, output):
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        def rows(statement, *values):
            cursor.execute(statement, values)
            return cursor.fetchall()

        columns = {}
        for table, column in rows(TEXTS):
            if (table, column) not in ABOUT_OTHERS:
                columns.setdefault(table, []).append(column)
        people = [name for (name,) in rows("SELECT name FROM users ORDER BY name")]
        truth = {"key": {}, "people": {}}

        def key(table):
            if f"public.{table}" not in truth["key"]:
                found = rows(UNIQUE, f"public.{table}")
                truth["key"][f"public.{table}"] = KEY.get(table) or (found[0][0] if found else None)
            return truth["key"][f"public.{table}"]

        for person in people:
            names = [person, person[1:].split(":")[0]]
            owned = {}
            for table, texts in columns.items():
                condition = " OR ".join(f'"{column}" = ANY(%s)' for column in texts)
                (count,), = rows(f'SELECT count(*) FROM "{table}" WHERE {condition}', *[names] * len(texts))
                if count:
                    if key(table) is None:
                        raise SystemExit(f"{table}: nothing tells its rows apart; name columns in KEY")
                    parts = ", ".join(f'"{column}"::text' for column in key(table))
                    owned[f"public.{table}"] = rows(f'SELECT {parts} FROM "{table}" WHERE {condition}', *[names] * len(texts))
            for table, steps in FOLLOWING.items():
                parts = ", ".join(f't."{column}"::text' for column in key(table))
                joins = " ".join(f'JOIN "{name}" USING ("{column}")' for name, column in steps)
                holder = steps[-1][0]
                condition = " OR ".join(f'"{holder}"."{column}" = ANY(%s)' for column in columns[holder])
                found = rows(f'SELECT {parts} FROM "{table}" t {joins} WHERE {condition}', *[names] * len(columns[holder]))
                if found:
                    owned[f"public.{table}"] = found
            truth["people"][f"public.users:{person}"] = {table: sorted(map(list, found), key=str) for table, found in owned.items()}
    with open(output, "w") as file:
        json.dump(truth, file, indent=1, sort_keys=True)


main(*sys.argv[1:])
