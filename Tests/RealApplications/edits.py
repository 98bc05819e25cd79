"""What a person changes in a proposed map, one change at a time.

An edit file is a list. Each entry says `why` and one of:

    set: [path, to, key]    with `to:` the new value; the path must lead to a mapping that exists
    paths: [tables]         with `to:` the paths of the rows that are people's own, in the tables' own collections
    mentions: [tables]      with `to:` the paths of the collections that only mention people; none drops them
    never_export: [schema.table.column, …]    with `why` as the reason
    not_a_path: [schema.table.column, …]      a reference to people by which rows are nobody's; `why` is the reason
    erasure: [tables]       with `to:` what erasure does with the rows
    describe: collection    with `to:` the whole collection, for a table that the proposal left undecided or out
    leave_out: [tables]     out of `collections`, into `not_included` with `why` as the reason

Tables are named, not collections: whatever `habeas map init` calls them, the edit finds them.
"""
import yaml


class Missing(Exception):
    """The proposal has nothing for an edit to change."""


def edited(proposal, edits):
    """The proposed map, a text, with the edits made, and the edits that changed nothing."""
    data_map = yaml.safe_load(proposal)
    needless = []
    for number, edit in enumerate(edits, 1):
        before = yaml.safe_dump(data_map)
        if not edit.get("why"):
            raise SystemExit(f"edit {number} doesn't say why")
        try:
            apply(data_map, edit)
        except Missing as fault:
            raise SystemExit(f"edit {number} ({edit['why']}): {fault}") from fault
        if yaml.safe_dump(data_map) == before:
            needless.append(f"edit {number} ({edit['why']})")
    return data_map, needless


def apply(data_map, edit):
    why = edit["why"]
    if "set" in edit:
        *path, last = edit["set"]
        at = data_map
        for key in path:
            if key not in at:
                raise Missing(f"{key} of {edit['set']} isn't in the proposal")
            at = at[key]
        at[last] = edit["to"]
    elif "paths" in edit:
        for table in edit["paths"]:
            collection = own(data_map, table)
            collection["paths"] = edit["to"]
            collection.pop("inside", None)
    elif "erasure" in edit:
        for table in edit["erasure"]:
            own(data_map, table)["erasure"] = edit["to"]
    elif "mentions" in edit:
        for table in edit["mentions"]:
            names = mentions(data_map, table)
            if not names:
                raise Missing(f"nothing mentions people in {table}")
            for name in names[1:] if edit["to"] else names:
                del data_map["collections"][name]
            if edit["to"]:
                data_map["collections"][names[0]]["paths"] = edit["to"]
    elif "never_export" in edit:
        for place in edit["never_export"]:
            table, column = place.rsplit(".", 1)
            for collection in data_map["collections"].values():
                if collection["table"] == table:
                    if column not in collection["fields"]:
                        raise Missing(f"{place} isn't in the proposal")
                    collection["fields"][column] = {"never_export": why}
    elif "not_a_path" in edit:
        for place in edit["not_a_path"]:
            table, column = place.rsplit(".", 1)
            fields = own(data_map, table)["fields"]
            if column not in fields:
                raise Missing(f"{place} isn't in the proposal")
            rule = fields[column] if isinstance(fields[column], dict) else {"category": fields[column]}
            fields[column] = {**rule, "not_a_path": why}
    elif "describe" in edit:
        table = edit["to"]["table"]
        data_map["not_included"] = [line for line in data_map.get("not_included", []) if line["table"] != table]
        for name in [name for name, collection in data_map["collections"].items() if collection["table"] == table]:
            del data_map["collections"][name]
        data_map["collections"][edit["describe"]] = edit["to"]
    elif "leave_out" in edit:
        for table in edit["leave_out"]:
            leave_out(data_map, table, why)
    else:
        raise Missing("it says nothing to do")


def only_mentions(collection):
    return bool(collection.get("paths")) and all(
        isinstance(path, dict) and path.get("ownership") == "mention" for path in collection["paths"])


def mentions(data_map, table):
    return [name for name, collection in data_map["collections"].items()
            if collection["table"] == table and only_mentions(collection)]


def own(data_map, table):
    """The collection of a table that holds people's own rows."""
    for collection in data_map["collections"].values():
        if collection["table"] == table and not only_mentions(collection):
            return collection
    raise Missing(f"no collection holds rows of {table}")


def leave_out(data_map, table, why):
    """Names a table under `not_included`, whether or not a collection was proposed for it."""
    collections = data_map["collections"]
    for name in [name for name, collection in collections.items() if collection["table"] == table]:
        del collections[name]
    left_out = data_map.setdefault("not_included", [])
    if not any(line["table"] == table for line in left_out):
        left_out.append({"table": table, "reason": why})
