"""What a person changes in a proposed map, one change at a time.

An edit file is a list. Each entry says `why` and one of:

    set: [path, to, key]     with `to:` the new value; the path must lead to a mapping that exists
    remove: [path, to, key]  which must exist
    fields: collection       with `to:` a mapping of columns to rules, merged over the proposed ones
    leave_out: [tables]      out of `collections`, into `not_included` with `why` as the reason
"""
import yaml


def edited(proposal, edits):
    """The proposed map, a text, with the edits made; an edit that finds nothing to change is an error."""
    data_map = yaml.safe_load(proposal)
    for number, edit in enumerate(edits, 1):
        try:
            apply(data_map, edit)
        except (KeyError, TypeError) as fault:
            raise SystemExit(f"edit {number} ({edit.get('why')}): {fault!r} isn't in the proposal") from fault
    return data_map


def apply(data_map, edit):
    if not edit.get("why"):
        raise SystemExit(f"an edit without why: {edit}")
    if "set" in edit:
        *path, last = edit["set"]
        at(data_map, path)[last] = edit["to"]
    elif "remove" in edit:
        *path, last = edit["remove"]
        del at(data_map, path)[last]
    elif "fields" in edit:
        data_map["collections"][edit["fields"]]["fields"].update(edit["to"])
    elif "leave_out" in edit:
        for table in edit["leave_out"]:
            leave_out(data_map, table, edit["why"])
    else:
        raise SystemExit(f"an edit that says nothing to do: {edit}")


def at(value, path):
    for key in path:
        value = value[key]
    return value


def leave_out(data_map, table, why):
    """Names a table under `not_included`, whether or not a collection was proposed for it."""
    collections = data_map["collections"]
    for name in [name for name, collection in collections.items() if collection["table"] == table]:
        del collections[name]
    left_out = data_map.setdefault("not_included", [])
    left_out[:] = [line for line in left_out if line["table"] != table]
    left_out.append({"table": table, "reason": why})
