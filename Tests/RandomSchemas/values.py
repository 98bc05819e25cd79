"""Columns that hold data, with values to draw from: few and much alike, so that people share them."""

TEXTS = ["", "Ada", "Berlin", "a \"b\", c", "=1+1", "-5", "line\nbreak", "tab\there", "ß é 🙂 名", " lead", "\\N",
         "back\\slash", "it's", "[redacted]", "NULL", "x" * 300]
POOLS = [
    ("text", TEXTS),
    ("character varying(40)", ["Ada", "", "Grace", "@home", "Größe", "a,b"]),
    ("character(4)", ["ab", "abcd", ""]),
    ("smallint", ["0", "-1", "32767"]),
    ("integer", ["0", "1", "2", "-5", "2147483647"]),
    ("bigint", ["1", "2", "-9223372036854775808", "9007199254740993"]),
    ("numeric(12,2)", ["0.00", "10.50", "-12.34"]),
    ("numeric", ["NaN", "12345678901234567890.0123456789", "1.10", "0"]),
    ("double precision", ["0", "-0", "1e-7", "NaN", "Infinity", "0.1"]),
    ("real", ["1.5", "3.4e38", "-0"]),
    ("boolean", ["t", "f"]),
    ("date", ["2026-01-02", "infinity", "0044-03-15 BC", "10000-01-01"]),
    ("timestamp without time zone", ["2026-01-02 03:04:05", "2026-01-02 03:04:05.120", "-infinity"]),
    ("timestamp with time zone", ["2026-01-02 03:04:05+02", "2026-03-29 02:30:00.000001+00"]),
    ("time without time zone", ["03:04:05", "23:59:59.999"]),
    ("interval", ["1 year 2 mons -3 days 04:05:06.789", "00:00:00", "-00:00:01"]),
    ("uuid", ["00000000-0000-4000-8000-000000000001", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"]),
    ("json", ['{ "b": 1, "a":1,  "a":2 }', '"\\u0000"', "[]", "null", '{"half":"\\ud800"}']),
    ("jsonb", ['{"a": 2.50, "b": [1, null]}', "null", '"text"', "{}"]),
    ("bytea", ["\\x00ff10", "\\xfb", "\\x"]),
    ("integer[]", ["{}", "{1,2,NULL}", "{{1,2},{3,4}}"]),
    ("text[]", ['{"a,b",NULL,""}', "{x}", "{}"]),
    ("inet", ["192.0.2.0/24", "::1"]),
    ("int4range", ["[1,5)", "empty"]),
    ("money", ["12.50", "-0.01"]),
    ("bit(3)", ["101"]),
    ("xml", ["<a>b</a>"]),
]
MOODS = ["calm", "Busy", "so-so, really", "größer"]


def declared(schema):
    """Types of the schema's own: the statements that make them, and pools."""
    statements = [
        f"CREATE TYPE {schema}.\"Mood\" AS ENUM ({', '.join(repr(mood) for mood in MOODS)})",
        f"CREATE DOMAIN {schema}.short_text AS text CHECK (length(VALUE) < 50)",
        f"CREATE DOMAIN {schema}.\"Positive\" AS integer CHECK (VALUE > 0)",
        f"CREATE TYPE {schema}.pair AS (a integer, \"B b\" text)",
    ]
    pools = [
        (f'{schema}."Mood"', MOODS), (f"{schema}.short_text", ["short", "", "=x"]),
        (f'{schema}."Positive"', ["1", "7"]),
        (f"{schema}.pair", ['(1,"x, y")', "(,)"]), (f'{schema}."Mood"[]', ["{calm,Busy}", "{}"]),
    ]
    return statements, pools
