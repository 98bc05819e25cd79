"""access-report.json and .html: every item of the law's checklist, computed again from the map's YAML and the database.

The checklists are written down by hand (GDPR Art. 15, DSG Art. 25(2), Cal. Civ. Code § 1798.110 and .115, 11 CCR § 7024);
nothing here is read from the product's own tables.
"""

import json
import os
import re

import jsonschema
import yaml

import reportpage
import workspace

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
GDPR = {
    "controller": "GDPR", "data_protection_officer": "37", "confirmation": "15(1)", "purposes": "15(1)(a)",
    "categories": "15(1)(b)", "recipients": "15(1)(c)", "retention": "15(1)(d)", "rights": "15(1)(e)",
    "complaint": "15(1)(f)", "sources": "15(1)(g)", "automated_decisions": "15(1)(h)", "transfers": "15(2)",
    "copy": "15(3)", "withheld": "15(4)", "meanings": "12(1)"}
SWISS = {
    "confirmation": "25(1)", "controller": "25(2)(a)", "data_protection_officer": "DSG", "copy": "25(2)(b)",
    "categories": "25(2)(b)", "purposes": "25(2)(c)", "retention": "25(2)(d)", "sources": "25(2)(e)",
    "automated_decisions": "25(2)(f)", "recipients": "25(2)(g)", "transfers": "19(4)", "rights": "32",
    "complaint": "49", "withheld": "26", "meanings": "DSV"}
CALIFORNIA = {
    "controller": "1798.140", "confirmation": "1798.110", "categories": "1798.110(a)(1)", "sources": "1798.110(a)(2)",
    "purposes": "1798.110(a)(3)", "recipients": "1798.110(a)(4)", "copy": "1798.110(a)(5)",
    "sold_or_shared": "1798.115", "business_disclosures": "1798.115(a)(3)", "inferences": "20-303",
    "look_back": "1798.130(a)(2)(B)", "never_disclosed": "7024(d)", "retention": "1798.100", "withheld": "7024(e)",
    "automated_decisions": "7222", "rights": "1798.105", "complaint": "1798.199", "meanings": "1798.130"}
#: id: family, checklist, countries that are no others
LAWS = {
    "GDPR": ("gdpr", GDPR, set("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
                               .split())),
    "CH-DSG": ("gdpr", SWISS, {"CH"}),
    "CCPA": ("ccpa", CALIFORNIA, set()),
    "US-MN": ("ccpa", dict.fromkeys(CALIFORNIA, "325M.14"), set()),
}
#: rights of the GDPR: bases of the fields they need, origins they need
CONDITIONAL = {
    "Objection": ({"legitimate interest"}, None), "Withdrawal of consent": ({"consent"}, None),
    "Data portability": ({"consent", "contract"}, {"provided", "observed"})}


class Field:
    """One field of the map with what it takes over from its collection."""

    def __init__(self, column, value, outer):
        value = {"category": value} if isinstance(value, str) else value
        self.name = value.get("name", column)
        self.category = value.get("category", outer["category"])
        self.origin = value.get("origin", outer["origin"])
        self.source = value.get("source", outer.get("source") if self.origin == outer["origin"] else None)
        self.basis = value.get("legal_basis", outer["legal_basis"])
        self.description = value.get("description")
        self.is_secret = "never_export" in value


def load_map():
    with open(os.path.join(ROOT, "schemas", "workspace.map.yaml"), encoding="utf-8") as handle:
        return yaml.safe_load(handle)


def check(entries, manifest, expected, right, findings):
    """Judges the report of an archive for the right of access; there is none for another right."""
    if right != "access":
        for path in ("access-report.html", "access-report.json"):
            if path in entries:
                findings.add("report", f"{path} stands in an archive for another right")
        return
    try:
        report = json.loads(entries["access-report.json"].decode("utf-8"))
        page = reportpage.read(entries["access-report.html"].decode("utf-8"))
    except (KeyError, ValueError) as error:
        findings.add("report", f"can't be read: {error!r}")
        return
    with open(os.path.join(ROOT, "schemas", "access-report.schema.json"), encoding="utf-8") as handle:
        validator = jsonschema.Draft202012Validator(json.load(handle))
    faults = list(validator.iter_errors(report))
    for error in faults[:3]:
        findings.add("report", f"schema: {error.json_path}: {error.message[:160]}")
    for fault in page.faults:
        findings.add("report", f"page: {fault}")
    if 'href="access-report.html"' not in entries.get("START_HERE.html", b"").decode("utf-8", "replace"):
        findings.add("report", "START_HERE.html doesn't lead to it")
    if not faults:
        Judge(report, page, manifest, expected, findings).run()


class Judge:
    """One report against map and rows."""

    def __init__(self, report, page, manifest, expected, findings):
        self.report, self.page, self.manifest = report, page, manifest
        self.expected, self.findings = expected, findings
        self.map = load_map()
        self.family, self.checklist, self.home = LAWS[expected.regime]
        self.held = [name for name in self.map["collections"] if expected.rows[name]]
        self.fields = {
            name: [Field(column, value, self.map["collections"][name]) for column, value in
                   self.map["collections"][name]["fields"].items()] for name in self.map["collections"]}

    def fault(self, text):
        self.findings.add("report", text)

    def same(self, what, found, wanted):
        if found != wanted:
            self.fault(f"{what} is {str(found)[:300]}, should be {str(wanted)[:300]}")

    def shown(self, item, *texts):
        """Every text stands in the page's section of that item."""
        for text in texts:
            if text is not None and text not in self.page.section(item):
                self.fault(f"the page's {item} doesn't say {text!r}")

    def title(self, name):
        return self.map["collections"][name]["title"]

    def titles(self, names):
        return [{"name": name, "title": self.title(name)} for name in names]

    def run(self):
        self.head()
        self.confirmation()
        self.purposes()
        self.categories()
        self.recipients()
        self.retention()
        self.sources()
        self.decisions()
        self.rights()
        self.withheld()
        self.meanings()
        if self.family == "ccpa":
            self.californian()

    # MARK: what law, who, how much

    def head(self):
        report, controller = self.report, self.map["controller"]
        self.same("request", report["request"]["id"], self.manifest.get("request", {}).get("id"))
        self.same("as_of", report["as_of"], self.manifest.get("snapshot", {}).get("at"))
        self.same("law", (report["law"]["regime"], report["law"]["family"]), (self.expected.regime, self.family))
        items = {one["item"]: one for one in report["statements"]}
        self.same("the items said", sorted(items), sorted(self.checklist))
        self.same("the page's sections", self.page.order, [one["item"] for one in report["statements"]])
        for item in set(items) & set(self.checklist):
            if self.checklist[item] not in items[item]["citation"]:
                self.fault(f"{item} cites {items[item]['citation']}, not {self.checklist[item]}")
            self.shown(item, items[item]["title"], items[item]["citation"])
            if bool(items[item]["gaps"]) != self.is_open(item):
                self.fault(f"{item} has gaps: {items[item]['gaps']}")
            self.shown(item, *items[item]["gaps"])
        authority = controller["complaint_authorities"].get(self.expected.regime, controller["complaint_authority"])
        if self.expected.regime != "US-MN":
            self.same("the authority", report["complaint"]["authority"], authority)
        self.shown("complaint", report["complaint"]["authority"])
        for key in ("name", "contact", "data_protection_officer"):
            self.same(f"controller.{key}", report["controller"].get(key), controller[key])
        self.shown("controller", controller["name"], controller["contact"])
        if self.family == "gdpr":
            self.shown("data_protection_officer", controller["data_protection_officer"])

    def is_open(self, item):
        """Whether the workspace's map leaves something open: it names no authority for Minnesota, and no safeguard for a
        transfer from Switzerland to Ireland."""
        received = {name for r in self.map["recipients"] if r["country"] == "IE" for name in r["collections"]}
        return (self.expected.regime, item) == ("US-MN", "complaint") or (
            (self.expected.regime, item) == ("CH-DSG", "transfers") and bool(received & set(self.held)))

    def confirmation(self):
        said = self.report["confirmation"]
        records = sum(len(self.expected.rows[name]) for name in self.held)
        empty = [name for name in self.map["collections"] if name not in self.held]
        self.same("is_held", said["is_held"], bool(self.held))
        self.same("records", said["records"], records)
        self.same("empty", said["empty"], self.titles(empty))
        self.same("not_asked", said["not_asked"], [])
        self.same("collections", [one["name"] for one in self.report["collections"]], self.held)
        self.shown("confirmation", f"{records} records", *[self.title(name) for name in self.map["collections"]])
        for one in self.report["collections"]:
            if one["name"] in self.held:
                self.same(f"records of {one['name']}", one["records"], len(self.expected.rows[one["name"]]))

    # MARK: Art. 15(1)(a)-(d), (g)

    def purposes(self):
        wanted = {}
        for name in self.held:
            entry = wanted.setdefault(self.map["collections"][name]["purpose"], (set(), set()))
            entry[0].add(name)
            entry[1].update(field.basis for field in self.fields[name])
        found = {one["purpose"]: ({c["name"] for c in one["collections"]}, set(one["legal_bases"]))
                 for one in self.report["purposes"]}
        self.same("purposes", found, wanted)
        self.shown("purposes", *wanted, *[basis for _, bases in wanted.values() for basis in bases])

    def categories(self):
        wanted = {}
        for name in self.held:
            for field in self.fields[name]:
                wanted.setdefault(field.category, set()).add(name)
        found = {one["category"]: {c["name"] for c in one["collections"]} for one in self.report["categories"]}
        self.same("categories", found, wanted)
        self.shown("categories", *wanted)
        for one in self.report["categories"]:
            names = wanted.get(one["category"], set())
            self.same(f"recipients of {one['category']}", sorted(one["recipients"]), sorted(
                r["name"] for r in self.map["recipients"] if names & set(r["collections"])))
            self.same(f"purposes of {one['category']}", set(one["purposes"]),
                      {self.map["collections"][name]["purpose"] for name in names})
            self.same(f"retention of {one['category']}", set(one["retention"]), {
                "{} ({})".format(*self.rule(name)) for name in names})

    def recipients(self):
        wanted = [r for r in self.map["recipients"] if set(r["collections"]) & set(self.held)]
        found = self.report["recipients"]["recipients"]
        self.same("recipients", [one["name"] for one in found], [one["name"] for one in wanted])
        for one, given in zip(found, wanted):
            for key in ("role", "country", "purpose", "category"):
                self.same(f"{key} of {given['name']}", one.get(key), given.get(key))
            self.same(f"collections of {given['name']}", {c["name"] for c in one["collections"]},
                      set(given["collections"]) & set(self.held))
            self.shown("recipients", given["name"], given["role"], given["category"], given["purpose"], given["country"])
        if self.family == "gdpr":
            abroad = [r for r in wanted if r["country"] not in self.home]
            self.same("transfers", [(t["recipient"], t["country"], t.get("safeguard")) for t in self.report["transfers"]],
                      [(r["name"], r["country"], r.get("safeguard")) for r in abroad])
            self.shown("transfers", *[text for r in abroad for text in (r["name"], r.get("safeguard"))])

    def rule(self, name):
        retention = self.map["collections"][name]["retention"]
        return retention.get("period") or retention["criteria"], retention["rule"]

    def retention(self):
        found = {one["collection"]["name"]: one for one in self.report["retention"]}
        self.same("retention", sorted(found), sorted(self.held))
        for name in set(found) & set(self.held):
            one, (words, rule) = found[name], self.rule(name)
            self.same(f"retention of {name}", (one.get("period") or one.get("criteria"), one.get("rule")), (words, rule))
            self.same(f"categories kept of {name}", set(one["categories"]), {f.category for f in self.fields[name]})
            self.shown("retention", self.title(name), words, rule)
            outcome = self.map["collections"][name]["erasure"]
            kept = one.get("kept_after_erasure")
            if isinstance(outcome, dict) and "retain" in outcome:
                self.same(f"what stays of {name}", kept, {"reason": outcome["retain"], "fields": outcome["fields"]})
                self.shown("retention", outcome["retain"], *outcome["fields"])
            else:
                self.same(f"what stays of {name}", kept, None)

    def spread(self, places):
        """Every (collection, field) of places."""
        return {(p["collection"]["name"], field) for p in places for field in (
            p.get("fields") or [f.name for f in self.fields[p["collection"]["name"]]])}

    def sources(self):
        wanted, found = {}, {}
        for name in self.held:
            for field in self.fields[name]:
                wanted[name, field.name] = (field.origin, field.source)
        for one in self.report["sources"]:
            for place in self.spread(one["places"]):
                found[place] = (one["origin"], one["source"] if wanted.get(place, (0, 0))[1] else None)
            self.shown("sources", one["source"])
        self.same("sources", {k: v for k, v in found.items() if wanted.get(k) != v},
                  {k: v for k, v in wanted.items() if found.get(k) != v})

    # MARK: decisions, rights, what isn't there

    def decisions(self):
        self.same("automated_decisions", self.report["automated_decisions"], {"is_stated": True, "decisions": []})
        self.shown("automated_decisions", "None.")

    def rights(self):
        rights = {one["right"]: one for one in self.report["rights"]}
        self.shown("rights", *rights, *[one["citation"] for one in rights.values()])
        if self.expected.regime == "CCPA":
            self.same("rights", sorted(one["citation"] for one in rights.values()), [
                f"Cal. Civ. Code § 1798.{number}" for number in (105, 106, 120, 121, 125)])
        if self.expected.regime != "GDPR":
            return
        wanted = {"Rectification", "Erasure", "Restriction of processing"}
        for right, (bases, origins) in CONDITIONAL.items():
            fields = {(name, f.name) for name in self.held for f in self.fields[name] if f.basis in bases and (
                origins is None or f.origin in origins and not f.is_secret)}
            wanted |= {right} if fields else set()
            if right in rights:
                self.same(f"what {right} applies to", self.spread(rights[right]["places"]), fields)
        self.same("rights", set(rights), wanted)
        self.same("articles", {one["citation"] for one in rights.values()} >= {f"GDPR Art. {n}" for n in (16, 17, 18)}, True)

    def withheld(self):
        said = self.report["withheld"]
        for key in ("not_included", "redacted", "retained"):
            self.same(key, said[key], self.manifest.get(key))
            self.shown("withheld", *[text for one in said[key] for text in (one["what"], one["reason"])])
        keys = ("collection", "row", "reason")
        self.same("missing", [[one[key] for key in keys] for one in said["missing"]],
                  [[one.get(key) for key in keys] for one in self.manifest.get("missing", [])])
        self.shown("withheld", *[one["statement"] for one in said["missing"]])

    def meanings(self):
        for name in self.held:
            collection = next((one for one in self.report["collections"] if one["name"] == name), {"fields": []})
            self.same(f"fields of {name}", [one["name"] for one in collection["fields"]],
                      [field.name for field in self.fields[name]])
            marks = workspace.marks(workspace.BY_NAME[name], "access", self.expected.regime)
            for field, one in zip(self.fields[name], collection["fields"]):
                treatment = "left_out" if field.is_secret else "replaced" if one["name"] in marks else "included"
                self.same(f"{name}.{field.name}", (one["category"], one["origin"], one["legal_basis"], one["treatment"]),
                          (field.category, field.origin, field.basis, treatment))
                self.same(f"description of {name}.{field.name}", one.get("description"), field.description)
                self.shown("meanings", field.name, field.description)

    # MARK: § 1798.110, .115

    def californian(self):
        held = set(self.held)
        for one in self.report["categories"]:
            names = {c["name"] for c in one["collections"]}
            wanted = [(r["name"], r["category"], r["sold"], r["shared"], r["business_purpose"])
                      for r in self.map["recipients"] if names & set(r["collections"])]
            found = [(d["recipient"], d.get("recipient_category"), d.get("is_sold"), d.get("is_shared"),
                      d.get("business_purpose")) for d in one["disclosures"]]
            self.same(f"disclosures of {one['category']}", found, wanted)
            self.shown("categories", *one["sources"], *one["purposes"], *[row[1] for row in wanted])
            self.shown("business_disclosures", *[text for row in wanted for text in (row[0], row[1], row[4])])
        if self.held:
            self.shown("sold_or_shared", "not sold", "nor shared")
        self.same("inferences", self.spread(self.report["inferences"]), {
            (name, field.name) for name in held for field in self.fields[name] if field.origin == "inferred"})
        self.shown("look_back", "1 January 2022")
        wanted = sorted(
            (name, column, kind) for name, column, kind in workspace.NEVER_DISCLOSED_COLUMNS if name in held)
        self.same("never_disclosed", sorted(
            (one["collection"]["name"], one["field"], one["kind"]) for one in self.report["never_disclosed"]), wanted)
        for one in self.report["never_disclosed"]:
            self.shown("never_disclosed", one["description"], one["field"], workspace.NEVER_DISCLOSED[self.expected.regime])
            if not re.search(r"[a-z]{5}", one["description"]):
                self.fault(f"{one['field']} is described as {one['description']!r}")
