"""The shapes in which products keep what belongs to people. Each adds tables with their keys, paths and rows."""

from builder import KEY_TYPES, values_of, whole
from world import FULL, Hop, Path


def parent(b, deep=5):
    """A table of people's rows to hang something on, not too far away."""
    found = [t for t in b.world.tables if t.role != "reference" and any(p.ownership != "mention" for p in t.paths)
             and min(len(p.hops) for p in t.paths) < deep and t.primary_key]
    people = [t for t in found if t.role == "subject"]
    return b.rng.choice(people if people and b.chance(0.35) else found)


def fan(b):
    return b.rng.choice([0, 0, 1, 1, 2, 3])


def child(b, word="item"):
    """A table with a foreign key to another; some rows of nobody; sometimes partitioned, empty or without a key."""
    up = parent(b)
    table = b.table(word)
    is_keyless, is_partitioned = b.chance(0.12), b.chance(0.25)
    if not is_keyless:
        b.any_key(table)
    if is_partitioned and not is_keyless:
        b.partition(table)
    is_nullable = b.chance(0.25)
    key = b.rng.choice([up.primary_key, *up.uniques]) if b.chance(0.3) else up.primary_key
    hop = b.refer(table, up, f"{up.name[:20]}_id" if b.chance(0.6) else b.rng.choice(["owner", "belongs_to", "ref"]),
                  key, is_nullable, more=b.rng.choice(["", " ON DELETE CASCADE", " DEFERRABLE INITIALLY DEFERRED"]))
    b.payload(table)
    if is_keyless:
        keyless(b, table)
    b.through(table, hop)
    if b.chance(0.08):
        b.trait("empty table")
        return table
    for row in up.rows:
        if any(row.values[name] is None for name in hop.key):
            continue
        for _ in range(fan(b)):
            b.put(table, whole(row.people), values_of(hop, row))
    if is_nullable:
        b.put(table, {}, {})
    if is_keyless and table.rows:
        table.rows.append(table.rows[0])
    return table


def keyless(b, table):
    """No primary key: rows are told apart by a text, and one of them stands twice."""
    b.trait("no primary key")
    if not any(pool == "token" for _, pool in b.payloads[table]):
        b.payloads[table].append((b.column(table, "note", "text"), "token"))
    table.identity = (next(name for name, pool in b.payloads[table] if pool == "token"),)


def profile(b):
    """One row a person, whose key is the person's."""
    up = parent(b, 2)
    table = b.table("profile")
    hop = b.refer(table, up, f"{up.name[:20]}_id")
    table.primary_key = table.identity = hop.columns
    b.payload(table)
    b.through(table, hop)
    for row in up.rows:
        if b.chance(0.7):
            b.put(table, whole(row.people), values_of(hop, row))


def by_name(b):
    """No foreign key: only the column's name tells, and its type may be another."""
    kind = b.rng.choice([kind for kind in b.world.kinds if len(kind.key) == 1] or [None])
    if kind is None:
        return child(b)
    as_text = kind.table.column(kind.key[0]).type != "text" and b.chance(0.5)
    b.trait("int ↔ text" if as_text else "no foreign key")
    table = b.table("event")
    b.any_key(table)
    hop = b.refer(table, kind.table, f"{singular(kind)}_id", kind.key, b.chance(0.3), False, as_text, 0)
    b.payload(table)
    b.through(table, hop)
    fill(b, table, hop, kind)
    return table


def under_another_name(b):
    """No foreign key and a name that tells nothing: only a person can know."""
    kind = b.rng.choice(b.world.kinds)
    b.trait("hidden link")
    key = (kind.email,) if kind.email and (len(kind.key) > 1 or b.chance(0.6)) else kind.key
    table = b.table("mailing")
    b.any_key(table)
    hop = b.refer(table, kind.table, "sent_to", key, True, False)
    b.payload(table)
    table.paths = [Path(kind.table, "own", (hop,))]
    fill(b, table, hop, kind)
    return table


def either(b):
    """Two identifiers: some rows name the account, others only the address."""
    kind = next((kind for kind in b.world.kinds if kind.email), None)
    if kind is None:
        return child(b)
    b.trait("two identifiers")
    table = b.table("subscription")
    b.any_key(table)
    account = b.refer(table, kind.table, f"{singular(kind)}_id", kind.key, True)
    address = b.refer(table, kind.table, "email", (kind.email,), True, False, oddness=0)
    b.payload(table)
    table.paths = [Path(kind.table, "own", (account,)), Path(kind.table, "own", (address,))]
    for row in kind.table.rows:
        for _ in range(fan(b)):
            mode = b.rng.choice(["account", "address", "both"]) if row.values[kind.email] else "account"
            fixed = {**(values_of(account, row) if mode != "address" else {}),
                     **(values_of(address, row) if mode != "account" else {})}
            b.put(table, whole(row.people), fixed)
    b.put(table, {}, {address.columns[0]: "nobody@example.org"})
    return table


def tree(b):
    """Rows in rows; only the root names the person."""
    kind = b.rng.choice(b.world.kinds)
    b.trait("tree")
    table = b.table("folder")
    b.any_key(table)
    hop = b.refer(table, kind.table, f"{singular(kind)}_id", kind.key, True)
    up = b.refer(table, table, "parent_id", nullable=True)
    up = Hop(up.columns, up.to, up.key, repeated=True)
    b.payload(table)
    table.paths = [Path(kind.table, "own", (up, hop))]
    for row in kind.table.rows:
        for _ in range(fan(b)):
            mine = [b.put(table, whole(row.people), values_of(hop, row))]
            for _ in range(b.rng.randint(0, 4)):
                mine.append(b.put(table, whole(row.people), values_of(up, b.rng.choice(mine))))
    b.put(table, {}, {})
    return table


def self_reference(b):
    """Rows that answer others' rows: each is its own person's, whoever wrote what it answers."""
    kind = b.rng.choice(b.world.kinds)
    b.trait("self reference")
    table = b.table("message")
    b.any_key(table)
    hop = b.refer(table, kind.table, b.rng.choice([f"{singular(kind)}_id", "owner_id"]), kind.key)
    answer = b.refer(table, table, "reply_to", nullable=True)
    b.payload(table)
    b.through(table, hop)
    fill(b, table, hop, kind)
    for row in table.rows:
        if b.chance(0.6):
            row.values.update(values_of(answer, b.rng.choice(table.rows)))
    return table


def cycle(b):
    """Two tables that name each other."""
    kind = b.rng.choice(b.world.kinds)
    b.trait("cycle")
    first, second = b.table("project"), b.table("document")
    b.any_key(first)
    b.any_key(second)
    hop = b.refer(first, kind.table, f"{singular(kind)}_id", kind.key)
    down = b.refer(second, first, "project_id", more=" DEFERRABLE INITIALLY DEFERRED")
    main = b.refer(first, second, "main_document_id", nullable=True, more=" DEFERRABLE")
    b.payload(first)
    b.payload(second)
    b.through(first, hop)
    b.through(second, down)
    fill(b, first, hop, kind)
    for row in first.rows:
        mine = [b.put(second, whole(row.people), values_of(down, row)) for _ in range(fan(b))]
        if mine and b.chance(0.7):
            row.values.update(values_of(main, b.rng.choice(mine)))


def join(b):
    """What ties people's rows to tags that are nobody's."""
    up, tags = parent(b), b.rng.choice([t for t in b.world.tables if t.role == "reference" and t.primary_key])
    b.trait("join table")
    table = b.table(f"{up.name[:12]}_tags")
    hop, tag = b.refer(table, up, f"{up.name[:20]}_id"), b.refer(table, tags, "tag_id")
    table.primary_key = table.identity = (*hop.columns, *tag.columns)
    b.through(table, hop)
    for row in up.rows:
        for other in b.rng.sample(tags.rows, min(len(tags.rows), fan(b))):
            b.put(table, whole(row.people), {**values_of(hop, row), **values_of(tag, other)})


def household(b):
    """People who share a house, and the house's bills."""
    kind = b.rng.choice(b.world.kinds)
    b.trait("household")
    house, member, bill = b.table("household"), b.table("household_member"), b.table("household_bill")
    for table in (house, bill):
        b.any_key(table)
    at = b.refer(member, house, "household_id")
    who = b.refer(member, kind.table, f"{singular(kind)}_id", kind.key)
    member.primary_key = member.identity = (*at.columns, *who.columns)
    due = b.refer(bill, house, "household_id")
    for table in (house, bill, member):
        b.payload(table, 0)
    member.paths = [Path(kind.table, "own", (who,))]
    back = Hop(at.key, member, at.columns, unenforced=False)
    house.paths = [Path(kind.table, "shared", (back, who))]
    bill.paths = [Path(kind.table, "shared", (due, back, who))]
    for number in range(b.rng.randint(2, 3)):
        living = [row for row in kind.table.rows if b.chance(0.4)]
        people = {person: share for row in living for person, share in row.people.items() if share == FULL}
        home = b.put(house, people, {})
        for row in living:
            b.put(member, whole(row.people), {**values_of(at, home), **values_of(who, row)})
        for _ in range(fan(b)):
            b.put(bill, people, values_of(due, home))


def address(b, kind):
    """Addresses that people name; two at one address share the row. Made before its people have rows."""
    b.trait("shared address")
    table = b.table("address")
    b.primary_key(table)
    b.payload(table, 2)
    hop = b.refer(kind.table, table, "address_id", nullable=True)
    table.paths = [Path(kind.table, "shared", (Hop(hop.key, kind.table, hop.columns),))]
    for _ in range(4):
        b.put(table, {}, {})
    return hop


def mention(b):
    """Somebody's rows that name others: to them only these fields count."""
    kind = b.rng.choice(b.world.kinds)
    b.trait("mention")
    table = b.table("task")
    b.any_key(table, 0)
    is_owned = b.chance(0.8)
    own = b.refer(table, kind.table, f"{singular(kind)}_id", kind.key) if is_owned else None
    other = b.refer(table, kind.table, b.rng.choice(["assignee_id", "created_by", "approved_by"]), kind.key, True)
    b.payload(table)
    fields = (*table.primary_key, *other.columns)
    table.paths = [Path(kind.table, "own", (own,))] if own else []
    table.paths.append(Path(kind.table, "mention", (other,), fields))
    for row in kind.table.rows:
        for _ in range(fan(b)):
            named = b.rng.choice([None, *kind.table.rows])
            people = {person: frozenset(fields) for person in whole(named.people)} if named else {}
            if own:
                people.update(whole(row.people))
            b.put(table, people, {**(values_of(own, row) if own else {}), **values_of(other, named)})


def diamond(b):
    """Comments under somebody's posts: whoever wrote them owns them."""
    kind = b.rng.choice(b.world.kinds)
    b.trait("diamond")
    post, comment = b.table("post"), b.table("comment")
    b.any_key(post)
    b.any_key(comment)
    hop = b.refer(post, kind.table, f"{singular(kind)}_id", kind.key)
    under = b.refer(comment, post, "post_id")
    author = b.refer(comment, kind.table, f"{singular(kind)}_id", kind.key)
    b.payload(post)
    b.payload(comment)
    b.through(post, hop)
    b.through(comment, author)
    fill(b, post, hop, kind)
    for row in post.rows:
        for _ in range(fan(b)):
            writer = b.rng.choice(kind.table.rows)
            b.put(comment, whole(writer.people), {**values_of(under, row), **values_of(author, writer)})


def review(b):
    """What others write about somebody's things: it is theirs whose address it bears, not the things' owner's."""
    kind = next((kind for kind in b.world.kinds if kind.email), None)
    if kind is None:
        return child(b)
    b.trait("review")
    up = parent(b)
    table = b.table("review")
    b.any_key(table)
    under = b.refer(table, up, f"{up.name[:20]}_id")
    word = b.rng.choice(["email", "reviewer_email"])
    writer = b.refer(table, kind.table, word, (kind.email,), True, False, oddness=0)
    b.payload(table)
    table.paths = [Path(kind.table, "own", (writer,))]
    for row in up.rows:
        for _ in range(fan(b)):
            named = b.rng.choice([person for person in kind.table.rows if person.values[kind.email]])
            b.put(table, whole(named.people), {**values_of(under, row), **values_of(writer, named)})


def pair(b):
    """Friendships: both are meant."""
    kind = b.rng.choice(b.world.kinds)
    b.trait("pair")
    table = b.table("friendship")
    one, two = (b.refer(table, kind.table, f"{singular(kind)}_{letter}", kind.key) for letter in "ab")
    table.primary_key = table.identity = (*one.columns, *two.columns)
    b.payload(table, 0)
    table.paths = [Path(kind.table, "own", (one,)), Path(kind.table, "own", (two,))]
    for row in kind.table.rows:
        for other in b.rng.sample(kind.table.rows, min(2, fan(b))):
            if other is not row:
                people = {**whole(row.people), **whole(other.people)}
                b.put(table, people, {**values_of(one, row), **values_of(two, other)})


def two_kinds(b):
    """Rows of either kind of person."""
    if len(b.world.kinds) < 2:
        return child(b)
    b.trait("rows of two kinds")
    table = b.table("booking")
    b.any_key(table)
    hops = [(kind, b.refer(table, kind.table, f"{singular(kind)}_id", kind.key, True)) for kind in b.world.kinds]
    b.payload(table)
    table.paths = [Path(kind.table, "own", (hop,)) for kind, hop in hops]
    for kind, hop in hops:
        fill(b, table, hop, kind)


def reference(b, word):
    """A table without anybody in it."""
    table = b.table(word, "reference")
    b.primary_key(table, b.rng.choice(KEY_TYPES))
    b.payload(table)
    for _ in range(b.rng.randint(0 if word == "flag" else 2, 5)):
        b.put(table, {}, {})
    return table


def decoy(b):
    """Nobody's table with a column that sounds like a person: ships have owners too."""
    kind = b.world.kinds[0]
    if len(kind.key) > 1:
        return None
    b.trait("decoy")
    table = b.table("ship", "reference")
    b.primary_key(table)
    name = b.column(table, f"{singular(kind)}_id", kind.table.column(kind.key[0]).type, "", 0)
    b.payload(table)
    for row in kind.table.rows[:3]:
        b.put(table, {}, {name: row.values[kind.key[0]]})
    return table


def fill(b, table, hop, kind):
    """Rows of each person; some of nobody where that may be."""
    for row in kind.table.rows:
        if any(row.values[name] is None for name in hop.key):
            continue
        for _ in range(fan(b)):
            b.put(table, whole(row.people), values_of(hop, row))
    if not any(table.column(name).more for name in hop.columns):
        b.put(table, {}, {})


def singular(kind):
    return kind.table.name.rstrip("s").lower()[:30]


SHAPES = [child, child, child, child, profile, by_name, either, tree, self_reference, cycle, join, household, mention,
          diamond, review, pair, two_kinds, under_another_name, decoy]
