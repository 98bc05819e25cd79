"""The workspace database, written down by hand: which collection is which table, and what may not be in an archive.

It is deliberately not read from the product's data map.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Collection:
    name: str
    table: str
    #: columns of the primary key, in the order owned.tsv joins them with "|"
    key: tuple
    #: columns that order the rows before the primary key does
    order: tuple = ()
    secrets: tuple = ()
    #: columns that are absent from an archive for the right "export"
    inferred: tuple = ()
    #: columns that read "[redacted]" in an archive for the right "export"
    redacted: tuple = ()
    #: columns that are described under laws that forbid to disclose them, with the description
    described: tuple = ()
    #: whether all of it is absent for the right "export"
    is_inferred: bool = False
    #: for nested rows: the collection around them, the key they stand under, and the pairs of columns that tie them
    parent: str = ""
    nested_as: str = ""
    link: tuple = ()
    #: the column that points to a file, that of its name and what comes behind the name, that of its media type
    file_key: str = ""
    file_name: str = ""
    file_suffix: str = ""
    media_type: str = ""


COLLECTIONS = [
    Collection("account", "users", ("id",), secrets=("password_hash", "totp_secret")),
    Collection("profile", "profiles", ("user_id",)),
    Collection("contacts", "contacts", ("id",), order=("created_at",), inferred=("closeness",)),
    Collection("tasks", "tasks", ("id",), order=("created_at",)),
    Collection("conversations", "conversations", ("id",), inferred=("summary",)),
    Collection(
        "messages", "messages", ("id",), redacted=("author_email",), parent="conversations", nested_as="messages",
        link=(("conversation_id", "id"),)),
    Collection(
        "documents", "documents", ("id",), order=("created_at",), secrets=("storage_key",), file_key="storage_key",
        file_name="file_name", media_type="media_type"),
    Collection(
        "document_versions", "document_versions", ("document_id", "version"), secrets=("storage_key",),
        parent="documents", nested_as="versions", link=(("document_id", "id"),), file_key="storage_key",
        file_name="file_name", media_type="media_type"),
    Collection("briefings", "briefings", ("id",), order=("for_day",), is_inferred=True),
    Collection("assistant_runs", "assistant_runs", ("id",), order=("started_at",)),
    Collection("activity", "activity", ("id", "occurred_at"), order=("occurred_at",)),
    Collection("sessions", "sessions", ("id",), order=("created_at",), secrets=("token_hash",)),
    Collection("api_keys", "api_keys", ("id",), secrets=("key_hash",)),
    Collection(
        "billing_customers", "billing_customers", ("id",),
        described=(("vat_id", "government-issued identification number, your VAT identification number"),)),
    Collection(
        "invoices", "invoices", ("id",), order=("issued_on",), secrets=("pdf_key",), file_key="pdf_key",
        file_name="number", file_suffix=".pdf"),
    Collection(
        "invoice_lines", "invoice_lines", ("invoice_id", "line_number"), parent="invoices", nested_as="lines",
        link=(("invoice_id", "id"),)),
]

#: laws that forbid to disclose certain values even to the person, and the provision
NEVER_DISCLOSED = {"CCPA": "11 CCR § 7024(d)", "US-MN": "Minn. Stat. § 325M.14"}
#: collection, column and kind of such values; the first is a secret under every law
NEVER_DISCLOSED_COLUMNS = [
    ("account", "password_hash", "password"), ("billing_customers", "vat_id", "government_id")]

BY_NAME = {collection.name: collection for collection in COLLECTIONS}


def included(right):
    """Collections that an archive for this right holds."""
    return [c for c in COLLECTIONS if not (right == "export" and c.is_inferred)]


def absent_columns(collection, right):
    """Columns that an archive for this right may not show."""
    return set(collection.secrets) | (set(collection.inferred) if right == "export" else set())


def not_included(right):
    """What the manifest must say is not in here."""
    names = {c.name for c in COLLECTIONS} - {c.name for c in included(right)}
    for collection in included(right):
        names |= {f"{collection.name}.{column}" for column in absent_columns(collection, right)}
    return names


def marks(collection, right, regime):
    """What stands in place of a value, by column."""
    found = {name: "[redacted]" for name in collection.redacted if right == "export"}
    if regime in NEVER_DISCLOSED:
        found |= {name: f"[withheld: {words}; {NEVER_DISCLOSED[regime]}]" for name, words in collection.described}
    return found


def redacted(right, regime):
    """What the manifest must say was replaced."""
    return {f"{c.name}.{column}" for c in included(right) for column in marks(c, right, regime)}


def children(collection, right):
    """Collections nested in this one."""
    return [c for c in included(right) if c.parent == collection.name]
