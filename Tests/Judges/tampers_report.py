"""Ways to spoil the access report. Each is (name, whose archive, finding expected, how); the files are judged as they are, unpacked."""

import json

from tampers_rows import ADA, DAMAGED, add, drop, replaced, substituted

REPORT, PAGE, VAT_PAYER = "access-report.json", "access-report.html", "ordinary"
CCPA = "ccpa"


def report(change):
    """Changes the report, not the page."""

    def tamper(copy):
        tree = json.loads(copy.entries[REPORT])
        change(tree)
        copy.entries[REPORT] = json.dumps(tree).encode()

    return tamper


def unsaid(text, instead="something else"):
    """Takes words out of the page, wherever they stand."""

    def tamper(copy):
        assert text.encode() in copy.entries[PAGE], f"the page has no {text!r}"
        copy.entries[PAGE] = copy.entries[PAGE].replace(text.encode(), instead.encode())

    return tamper


def named(entries, key, name):
    return next(one for one in entries if one[key] == name)


def in_both(change, text, instead):
    """Says something else in the report and on the page."""

    def tamper(copy):
        report(change)(copy)
        unsaid(text, instead)(copy)

    return tamper


def vat_number(copy):
    """The number that the law forbids to disclose."""
    return next(value for what, value in copy.expected.secrets if what == "billing_customers.vat_id")


def disclosed(path):
    def tamper(copy):
        copy.entries[path] += b"\n" + vat_number(copy)

    return tamper


def cut_section(copy):
    """Takes the sections on recipients out of report and page."""
    report(lambda r: r.update(statements=[s for s in r["statements"] if s["item"] != "recipients"]))(copy)
    substituted(PAGE, r'(?s)<section id="recipients".*?</section>', "")(copy)
    substituted(PAGE, r'<li><a href="#recipients">.*?</li>', "")(copy)


ALL = [
    ("no page", ADA, "manifest: access-report.html is missing", drop(PAGE)),
    ("no report", ADA, "manifest: access-report.json is missing", drop(REPORT)),
    ("a report with a portable copy", "export", "report: .*another right", add(REPORT, b"{}")),
    ("a report that breaks its schema", ADA, "report: schema", report(lambda r: r.update(surplus=1))),
    ("a recipient dropped", ADA, "report: recipients is", report(lambda r: r["recipients"]["recipients"].pop())),
    ("a recipient not on the page", ADA, "report: the page's recipients", unsaid("Tallgrass Models Inc")),
    (
        "a recipient told as a kind only",
        ADA,
        "report: recipients is",
        in_both(lambda r: r["recipients"]["recipients"][1].update(name="an AI company"), "Tallgrass Models Inc",
                "an AI company"),
    ),
    ("a purpose not on the page", ADA, "report: the page's purposes", unsaid("showing you your history, finding faults")),
    ("a purpose of nobody's", ADA, "report: purposes is", report(lambda r: r["purposes"][0].update(purpose="research"))),
    ("a category dropped", ADA, "report: categories is", report(lambda r: r["categories"].pop())),
    ("a category not on the page", ADA, "report: the page's categories", unsaid("online identifiers")),
    (
        "a longer retention told shorter",
        ADA,
        "report: retention of activity",
        in_both(lambda r: named_retention(r, "activity").update(period="3 months"), "12 months from the event",
                "3 months"),
    ),
    ("a rule not named", ADA, "report: retention of activity",
     report(lambda r: named_retention(r, "activity").update(rule="a rule"))),
    ("a rule not on the page", ADA, "report: the page's retention", unsaid("UStG § 14b(1)")),
    (
        "what stays not told",
        ADA,
        "report: what stays of invoices",
        report(lambda r: named_retention(r, "invoices").pop("kept_after_erasure")),
    ),
    (
        "a transfer without its safeguard",
        ADA,
        "report: transfers is",
        report(lambda r: r["transfers"][0].pop("safeguard")),
    ),
    ("a safeguard not on the page", ADA, "report: the page's transfers", unsaid("standard contractual clauses")),
    ("a source not told", ADA, "report: sources is", report(lambda r: r["sources"].pop())),
    (
        "what was inferred called given",
        ADA,
        "report: sources is",
        report(lambda r: named(r["sources"], "origin", "inferred").update(origin="provided")),
    ),
    ("a right kept back", ADA, "report: rights is",
     report(lambda r: r["rights"].remove(named(r["rights"], "right", "Objection")))),
    (
        "a right over too little",
        ADA,
        "report: what Data portability",
        report(lambda r: named(r["rights"], "right", "Data portability")["places"].pop()),
    ),
    ("a right not on the page", ADA, "report: the page's rights", unsaid("Withdrawal of consent")),
    (
        "another authority",
        ADA,
        "report: the authority is",
        report(lambda r: r["complaint"].update(authority="Data Protection Commission")),
    ),
    ("the authority not on the page", ADA, "report: the page's complaint", unsaid("Berliner Beauftragte")),
    ("no officer", ADA, "report: controller.data_protection_officer",
     report(lambda r: r["controller"].pop("data_protection_officer"))),
    ("decisions left open", ADA, "report: automated_decisions is",
     report(lambda r: r["automated_decisions"].update(is_stated=False))),
    ("decisions not on the page", ADA, "report: the page's automated_decisions", unsaid("None. No decision", "No word")),
    ("an item left out", ADA, "report: the items said", cut_section),
    ("an item not on the page", ADA, "report: the page's sections",
     substituted(PAGE, r'(?s)<section id="complaint".*?</section>', "")),
    (
        "an item under another article",
        ADA,
        "report: purposes cites",
        report(lambda r: named(r["statements"], "item", "purposes").update(citation="GDPR Art. 13")),
    ),
    (
        "a gap made up",
        ADA,
        "report: retention has gaps",
        report(lambda r: named(r["statements"], "item", "retention")["gaps"].append("Nothing is stated.")),
    ),
    ("an omission not in the report", ADA, "report: not_included is", report(lambda r: r["withheld"]["not_included"].pop())),
    ("an omission not on the page", ADA, "report: the page's withheld", unsaid("account.totp_secret")),
    ("lost files not told", DAMAGED, "report: missing is", report(lambda r: r["withheld"]["missing"].clear())),
    ("another number of records", ADA, "report: records is", report(lambda r: r["confirmation"].update(records=1))),
    ("a place where nothing was found not told", "empty", "report: empty is",
     report(lambda r: r["confirmation"]["empty"].pop())),
    ("a place that holds nothing described", "empty", "report: purposes is",
     report(lambda r: r["purposes"].append({"purpose": "tasks", "legal_bases": [], "collections": []}))),
    ("another moment", ADA, "report: as_of", report(lambda r: r.update(as_of="2020-01-01T00:00:00Z"))),
    ("a meaning not told", ADA, "report: the page's meanings", unsaid("when you put it into the bin")),
    ("a heading without scope", ADA, "report: page: .*scope", replaced(PAGE, '<th scope="row">', "<th>")),
    ("a heading too deep", ADA, "report: page: .*level", substituted(PAGE, r"(?s)<h3>(.*?)</h3>", r"<h4>\1</h4>")),
    ("no way to it", ADA, "report: START_HERE", replaced("START_HERE.html", 'href="access-report.html"', 'href="README.txt"')),
    # MARK: California
    ("a number disclosed in a page", CCPA, "secret: access-report.html", disclosed(PAGE)),
    ("a number disclosed in another file", CCPA, "secret: README.txt", disclosed("README.txt")),
    ("a number disclosed in the data", CCPA, "secret: data/json/billing",
     lambda c: substituted("data/json/billing_customers.json", r"\[withheld: [^\]]*\]", vat_number(c).decode())(c)),
    (
        "a value described too vaguely",
        CCPA,
        "json: .*vat_id is",
        substituted("data/json/billing_customers.json", r"\[withheld: [^\]]*\]", "[withheld]"),
    ),
    ("a description not told", CCPA, "report: never_disclosed is", report(lambda r: r["never_disclosed"].pop())),
    ("a description not on the page", CCPA, "report: the page's never_disclosed",
     unsaid("your VAT identification number", "a number")),
    ("a disclosure not told", CCPA, "report: disclosures of billing",
     report(lambda r: named(r["categories"], "category", "billing")["disclosures"].clear())),
    (
        "a sale made up",
        CCPA,
        "report: disclosures of billing",
        report(lambda r: named(r["categories"], "category", "billing")["disclosures"][0].update(is_sold=True)),
    ),
    ("the answer on sale not on the page", CCPA, "report: the page's sold_or_shared", unsaid("have not sold")),
    ("a business purpose not on the page", CCPA, "report: the page's business_disclosures",
     unsaid("performing services on our behalf")),
    ("inferences not told", CCPA, "report: inferences is", report(lambda r: r["inferences"].pop())),
    ("a look-back cut", CCPA, "report: the page's look_back", unsaid("1 January 2022", "last year")),
    ("a report of another shape", CCPA, "report: schema", report(lambda r: r["law"].update(family="gdpr"))),
]


def named_retention(tree, name):
    return next(one for one in tree["retention"] if one["collection"]["name"] == name)
