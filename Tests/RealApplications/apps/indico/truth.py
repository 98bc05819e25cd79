"""Writes truth.json: which rows of Indico belong to whom, asked through the foreign keys of Indico's own models.

    truth.py OUTPUT

A line says which columns lead from a table to a person: `registration_id.user_id` is the user of the registration.
The tables in between are those that Indico's models name. What somebody decided about another person's row (the judge
of an abstract, whoever processed a request) mentions that person: MENTIONS. What a person merely administers, rooms and
other people's registrations, isn't theirs.
"""
import json
import sys
import warnings

warnings.simplefilter("ignore")
import sqlalchemy as sa  # noqa: E402
from indico.core.db import db  # noqa: E402
from indico.web.flask.app import make_app  # noqa: E402

OWN = {
    "users.users": ["id"],
    "users.emails": ["user_id"],
    "users.identities": ["user_id"],
    "users.api_keys": ["user_id"],
    "users.tokens": ["user_id"],
    "users.settings": ["user_id"],
    "users.favorite_users": ["user_id"],
    "users.favorite_categories": ["user_id"],
    "users.favorite_events": ["user_id"],
    "users.suggested_categories": ["user_id"],
    "users.group_members": ["user_id"],
    "oauth.application_user_links": ["user_id"],
    "oauth.tokens": ["app_user_link_id.user_id"],
    "indico.settings_principals": ["user_id"],
    "categories.principals": ["user_id"],
    "categories.role_members": ["user_id"],
    "categories.logs": ["user_id"],
    "categories.event_move_requests": ["requestor_id"],
    "attachments.attachments": ["user_id"],
    "attachments.files": ["user_id"],
    "attachments.attachment_principals": ["user_id"],
    "attachments.folder_principals": ["user_id"],
    "events.events": ["creator_id"],
    "events.principals": ["user_id"],
    "events.contribution_principals": ["user_id"],
    "events.session_principals": ["user_id"],
    "events.track_principals": ["user_id"],
    "events.settings_principals": ["user_id"],
    "events.role_members": ["user_id"],
    "events.logs": ["user_id"],
    "events.reminders": ["creator_id"],
    "events.requests": ["created_by_id"],
    "events.static_sites": ["creator_id"],
    "events.agreements": ["user_id"],
    "events.note_revisions": ["user_id"],
    "events.vc_rooms": ["created_by_id"],
    "events.persons": ["user_id"],
    "events.event_person_links": ["person_id.user_id"],
    "events.contribution_person_links": ["person_id.user_id"],
    "events.subcontribution_person_links": ["person_id.user_id"],
    "events.session_block_person_links": ["person_id.user_id"],
    "events.payment_transactions": ["registration_id.user_id"],
    "event_registration.registrations": ["user_id"],
    "event_registration.registration_data": ["registration_id.user_id"],
    "event_registration.registration_tags": ["registration_id.user_id"],
    "event_registration.legacy_registration_map": ["registration_id.user_id"],
    "attachments.legacy_attachment_id_map": ["attachment_id.user_id"],
    "event_registration.invitations": ["registration_id.user_id"],
    "event_surveys.submissions": ["user_id"],
    "event_surveys.answers": ["submission_id.user_id"],
    "event_surveys.anonymous_submissions": ["user_id"],
    "event_abstracts.abstracts": ["submitter_id"],
    "event_abstracts.abstract_person_links": ["person_id.user_id"],
    "event_abstracts.abstract_field_values": ["abstract_id.submitter_id"],
    "event_abstracts.submitted_for_tracks": ["abstract_id.submitter_id"],
    "event_abstracts.reviewed_for_tracks": ["abstract_id.submitter_id"],
    "event_abstracts.files": ["abstract_id.submitter_id"],
    "event_abstracts.abstract_comments": ["user_id"],
    "event_abstracts.abstract_reviews": ["user_id"],
    "event_abstracts.abstract_review_ratings": ["review_id.user_id"],
    "event_abstracts.proposed_for_tracks": ["review_id.user_id"],
    "event_abstracts.email_logs": ["user_id"],
    "event_paper_reviewing.revisions": ["submitter_id"],
    "event_paper_reviewing.files": ["revision_id.submitter_id"],
    "event_paper_reviewing.content_reviewers": ["user_id"],
    "event_paper_reviewing.layout_reviewers": ["user_id"],
    "event_paper_reviewing.judges": ["user_id"],
    "event_paper_reviewing.competences": ["user_id"],
    "event_paper_reviewing.review_comments": ["user_id"],
    "event_paper_reviewing.reviews": ["user_id"],
    "event_paper_reviewing.review_ratings": ["review_id.user_id"],
    "event_editing.editables": ["editor_id"],
    "event_editing.revisions": ["submitter_id"],
    "event_editing.revision_files": ["revision_id.submitter_id"],
    "event_editing.revision_tags": ["revision_id.submitter_id"],
    "event_editing.comments": ["user_id"],
    "roombooking.reservations": ["booked_for_id", "created_by_id"],
    "roombooking.reservation_occurrences": ["reservation_id.booked_for_id", "reservation_id.created_by_id"],
    "roombooking.reservation_edit_logs": ["reservation_id.booked_for_id", "reservation_id.created_by_id"],
    "roombooking.blockings": ["created_by_id"],
    "roombooking.blocked_rooms": ["blocking_id.created_by_id"],
    "roombooking.blocking_principals": ["user_id"],
    "roombooking.room_principals": ["user_id"],
    "roombooking.favorite_rooms": ["user_id"],
}

MENTIONS = {
    "event_abstracts.abstracts": ["judge_id"],
    "event_paper_reviewing.revisions": ["judge_id"],
    "events.requests": ["processed_by_id"],
}


def identity(table):
    """The columns of a table's primary key; where the models know none, all columns."""
    return [column.name for column in table.primary_key.columns] or [column.name for column in table.columns]


def leads_to(table, path, person):
    """The statement that reads the keys of the rows which `path` leads from to the person."""
    joined, at = table, table
    *steps, last = path.split(".")
    for step in steps:
        key = next(key for key in at.columns[step].foreign_keys)
        target = key.column.table.alias()
        joined = joined.join(target, at.columns[step] == target.columns[key.column.name])
        at = target
    return sa.select([table.columns[name] for name in identity(table)]).select_from(joined).where(at.columns[last] == person)


def main(output):
    truth = {"key": {}, "people": {}, "mentions": {}}
    for name in OWN:
        truth["key"][name] = identity(db.metadata.tables[name])
    for (person,) in db.session.execute(sa.text("SELECT id FROM users.users ORDER BY id")).fetchall():
        for kind, lines in (("people", OWN), ("mentions", MENTIONS)):
            rows = {}
            for name, paths in lines.items():
                for path in paths:
                    found = db.session.execute(leads_to(db.metadata.tables[name], path, person))
                    rows.setdefault(name, set()).update(tuple(str(part) for part in row) for row in found)
            truth[kind][f"users.users:{person}"] = {name: sorted(map(list, keys)) for name, keys in rows.items() if keys}
    with open(output, "w") as file:
        json.dump(truth, file, indent=1, sort_keys=True)


app = make_app()
with app.app_context():
    main(sys.argv[1])
