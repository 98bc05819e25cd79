"""Fills a migrated Indico: people, categories and events through its models, everything around them by a generator.

Run by the interpreter of Indico's environment, with INDICO_CONFIG set. The generator inserts through Indico's own
table definitions, so that types, defaults and constraints are the application's. All people have the same name,
affiliation and texts; a row handed to the wrong person can't be told by its values, only by its key.
"""
import itertools
import uuid
import warnings
from datetime import date, datetime, timedelta, timezone

warnings.simplefilter("ignore")
import sqlalchemy as sa  # noqa: E402
from indico.core.db import db  # noqa: E402
from indico.modules.auth import Identity  # noqa: E402
from indico.modules.auth.util import register_user  # noqa: E402, F401 (registers the signals of new users)
from indico.modules.categories import Category  # noqa: E402
from indico.modules.events import Event  # noqa: E402
from indico.modules.events.models.events import EventType  # noqa: E402
from indico.modules.users.operations import create_user  # noqa: E402
from indico.web.flask.app import make_app  # noqa: E402

NOW = datetime(2026, 3, 1, 9, tzinfo=timezone.utc)
TEXT = "the same words for everybody"
COUNTER = itertools.count(1)


def value(column):
    """What a column gets that needs a value and wasn't given one: the same for everyone, unless a key covers it."""
    kind = column.type
    table = column.table
    keyed = column.unique or any(
        index.unique and column.name in index.columns for index in table.indexes
    ) or any(isinstance(c, sa.UniqueConstraint) and column.name in c.columns for c in table.constraints)
    if hasattr(kind, "enum"):
        return next(iter(kind.enum))
    try:
        python = kind.python_type
    except NotImplementedError:
        python = None
    if python is str or isinstance(kind, sa.Text):
        return f"{TEXT} {next(COUNTER)}" if keyed else TEXT
    if isinstance(kind, sa.dialects.postgresql.UUID):
        return uuid.UUID(int=next(COUNTER))
    if python is timedelta:
        return timedelta(minutes=20)
    if python is datetime:
        return NOW
    if python is date:
        return NOW.date()
    if python is bool:
        return False
    if python is list or isinstance(kind, sa.ARRAY):
        return []
    if python is bytes:
        return b"same"
    if python in (int, float) or isinstance(kind, sa.Numeric):
        return next(COUNTER) if keyed else 1
    return {}


def make(name, /, **given):
    """Inserts a row into a table of Indico's metadata; returns its id, where it has one."""
    table = db.metadata.tables[name]
    for column in table.columns:
        if column.name in given or column.nullable or column.default is not None or column.server_default is not None:
            continue
        if column.primary_key and column.autoincrement and column.name == "id":
            continue
        given[column.name] = value(column)
    made = db.session.execute(table.insert().values(**given))
    return made.inserted_primary_key[0] if "id" in table.columns else None


def grant(name, user, /, **target):
    """An entry of an access list that names one person (principal type 1)."""
    table = db.metadata.tables[name]
    rights = {"read_access": False, "full_access": False, "permissions": ["submit"]}
    rights = {column: right for column, right in rights.items() if column in table.columns}
    if "track" in name:
        rights["permissions"] = ["convene"]
    make(name, type=1, user_id=user, **target, **rights)


def people():
    """Seven accounts with the same name; the last one holds nothing but the account."""
    made = []
    for n in range(7):
        identity = Identity(provider="indico", identifier=f"person{n}", password="correct horse battery staple")
        user = create_user(f"person{n}@example.org", {"first_name": "Robin", "last_name": "Sommer", "affiliation": "Institute",
                                                      "phone": "+41 22 000", "address": TEXT}, identity)
        db.session.add(user)
        db.session.flush()
        made.append(user)
    return made


def stage(creator, category):
    """An event with everything people's rows refer to: sessions, contributions, forms, surveys, tracks."""
    event = Event(creator=creator, acl_entries=set(), type_=EventType.conference, title="Workshop", start_dt=NOW,
                  end_dt=NOW + timedelta(days=2), timezone="Europe/Berlin", category=category)
    db.session.flush()
    e = event.id
    made = {"event": e, "category": category.id}
    made["session"] = make("events.sessions", event_id=e, friendly_id=1, title="Morning", default_contribution_duration=timedelta(minutes=20))
    made["block"] = make("events.session_blocks", session_id=made["session"], duration=timedelta(minutes=60))
    made["contribution"] = make("events.contributions", event_id=e, friendly_id=1, title="Talk", duration=timedelta(minutes=20))
    made["sub"] = make("events.subcontributions", contribution_id=made["contribution"], friendly_id=1, title="Part", duration=timedelta(minutes=5))
    made["track"] = make("events.tracks", event_id=e, title="Track")
    made["field"] = make("events.contribution_fields", event_id=e, title="Keywords", field_type="text")
    made["role"] = make("events.roles", event_id=e, name="Chairs", code="CH")
    made["tag"] = make("event_registration.tags", event_id=e, title="VIP")
    form = made["form"] = make("event_registration.forms", event_id=e, title="Registration")
    section = make("event_registration.form_items", registration_form_id=form, type=1, parent_id=None, title="Section")
    item = make("event_registration.form_items", registration_form_id=form, type=2, parent_id=section, title="Diet", input_type="text")
    made["answer"] = make("event_registration.form_field_data", field_id=item, versioned_data={})
    survey = made["survey"] = make("event_surveys.surveys", event_id=e, title="Survey", anonymous=False, require_user=True)
    part = make("event_surveys.items", survey_id=survey, parent_id=None, type=2, title="Part", display_as_section=True, field_data={})
    made["question"] = make("event_surveys.items", survey_id=survey, parent_id=part, type=1, title="How was it?", is_required=False,
                            field_type="text", field_data={})
    made["abstract_question"] = make("event_abstracts.abstract_review_questions", event_id=e, field_type="rating", title="Novel?")
    made["paper_question"] = make("event_paper_reviewing.review_questions", event_id=e, field_type="rating", title="Sound?", type=1)
    made["file_type"] = make("event_editing.file_types", event_id=e, type=1, name="PDF")
    made["edit_tag"] = make("event_editing.tags", event_id=e, title="checked", code="OK")
    made["folder"] = make("attachments.folders", link_type=2, linked_event_id=e, event_id=e, title="Slides")
    made["note"] = make("events.notes", link_type=2, linked_event_id=e, event_id=e, html=TEXT)
    return made


def account(user, other, n, root):
    """What belongs to the account itself."""
    u = user.id
    make("users.api_keys", user_id=u, token=str(uuid.UUID(int=1000 + n)), secret=str(uuid.UUID(int=2000 + n)))
    make("users.tokens", user_id=u, name="laptop", access_token_hash=f"hash{n}", scopes=["read:user"])
    make("users.emails", user_id=u, email=f"robin{n}@example.net", is_primary=False)
    make("users.settings", user_id=u, module="users", name="theme", value="dark")
    make("users.favorite_users", user_id=u, target_id=other.id)
    make("users.favorite_categories", user_id=u, target_id=root.id)
    make("users.suggested_categories", user_id=u, category_id=root.id, score=0.5)
    application = db.session.execute(sa.text("SELECT min(id) FROM oauth.applications")).scalar()
    link = make("oauth.application_user_links", application_id=application, user_id=u, scopes=["read:user"])
    for k in range(2):
        make("oauth.tokens", app_user_link_id=link, access_token_hash=f"hash{n}-{k}", scopes=["read:user"])
    make("indico.settings_principals", module="rb", name="authorized", type=1, user_id=u)
    make("categories.principals", category_id=root.id, type=1, user_id=u, read_access=True, full_access=False, permissions=[])
    make("categories.logs", category_id=root.id, user_id=u, realm=1, kind=1, module="test", type="simple", summary=TEXT, data={})


def takes_part(user, n, where, shared):
    """Registration, survey, abstracts, papers, editing, files, notes, rooms of one person at one event."""
    u, e, contribution = user.id, where["event"], where["contribution"]
    registration = make("event_registration.registrations", event_id=e, registration_form_id=where["form"], user_id=u,
                        friendly_id=n + 1, email=f"robin{n}@example.net", first_name="Robin", last_name="Sommer", currency="EUR",
                        state=1, base_price=5, price_adjustment=0)
    make("event_registration.registration_data", registration_id=registration, field_data_id=where["answer"], data="vegan")
    make("event_registration.registration_tags", registration_id=registration, registration_tag_id=where["tag"])
    make("event_registration.legacy_registration_map", event_id=e, legacy_registrant_id=n, legacy_registrant_key="k", registration_id=registration)
    make("event_registration.invitations", registration_form_id=where["form"], registration_id=registration, state=1,
         email=f"robin{n}@example.net", first_name="Robin", last_name="Sommer", affiliation="Institute")
    make("events.payment_transactions", registration_id=registration, status=1, amount=5, currency="EUR", provider="manual", data={})
    submission = make("event_surveys.submissions", survey_id=where["survey"], user_id=u, friendly_id=n + 1, is_submitted=True, submitted_dt=NOW)
    make("event_surveys.answers", submission_id=submission, question_id=where["question"], data=TEXT)
    make("event_surveys.anonymous_submissions", survey_id=where["survey"], user_id=u)

    person = make("events.persons", event_id=e, user_id=u, first_name="Robin", last_name="Sommer", email=f"robin{n}@example.net")
    make("events.event_person_links", event_id=e, person_id=person)
    make("events.contribution_person_links", contribution_id=contribution, person_id=person, is_speaker=True, author_type=1)
    make("events.subcontribution_person_links", subcontribution_id=where["sub"], person_id=person)
    make("events.session_block_person_links", session_block_id=where["block"], person_id=person)

    abstract = make("event_abstracts.abstracts", event_id=e, friendly_id=n + 1, title="On rows", submitter_id=u, state=3,
                    judge_id=shared.id, judgment_dt=NOW, judgment_comment=TEXT)
    make("event_abstracts.abstract_person_links", abstract_id=abstract, person_id=person, is_speaker=True, author_type=1)
    make("event_abstracts.abstract_field_values", abstract_id=abstract, contribution_field_id=where["field"], data=TEXT)
    make("event_abstracts.submitted_for_tracks", abstract_id=abstract, track_id=where["track"])
    make("event_abstracts.reviewed_for_tracks", abstract_id=abstract, track_id=where["track"])
    make("event_abstracts.files", abstract_id=abstract, filename="abstract.pdf", content_type="application/pdf", size=4,
         storage_backend="default", storage_file_id=f"abstract-{e}-{n}", md5="0" * 32)
    make("event_abstracts.abstract_comments", abstract_id=abstract, user_id=shared.id, text=TEXT, visibility=1)
    review = make("event_abstracts.abstract_reviews", abstract_id=abstract, user_id=shared.id, track_id=where["track"], proposed_action=1)
    make("event_abstracts.abstract_review_ratings", review_id=review, question_id=where["abstract_question"], value=3)
    make("event_abstracts.proposed_for_tracks", review_id=review, track_id=where["track"])
    make("event_abstracts.email_logs", abstract_id=abstract, user_id=shared.id, recipients=["robin@example.net"], subject="Abstract", body=TEXT, data={})

    revision = make("event_paper_reviewing.revisions", contribution_id=make("events.contributions", event_id=e, friendly_id=100 + n,
                    title="Paper", duration=timedelta(minutes=20)), submitter_id=u, submitted_dt=NOW, state=2, judge_id=shared.id, judgment_dt=NOW, judgment_comment=TEXT)
    paper = db.session.execute(sa.text("SELECT contribution_id FROM event_paper_reviewing.revisions WHERE id = :id"), {"id": revision}).scalar()
    make("event_paper_reviewing.files", contribution_id=paper, revision_id=revision, filename="paper.pdf", content_type="application/pdf",
         size=4, storage_backend="default", storage_file_id=f"paper-{e}-{n}", md5="0" * 32)
    for role in ("content_reviewers", "layout_reviewers", "judges"):
        make(f"event_paper_reviewing.{role}", contribution_id=paper, user_id=shared.id)
    make("event_paper_reviewing.competences", event_id=e, user_id=u, competences=["rows"])
    make("event_paper_reviewing.review_comments", revision_id=revision, user_id=shared.id, text=TEXT, visibility=1)
    review = make("event_paper_reviewing.reviews", revision_id=revision, user_id=shared.id, type=1, proposed_action=1)
    make("event_paper_reviewing.review_ratings", review_id=review, question_id=where["paper_question"], value=3)

    editable = make("event_editing.editables", contribution_id=paper, type=1, editor_id=shared.id)
    revision = make("event_editing.revisions", editable_id=editable, submitter_id=u, initial_state=2, final_state=0)
    file = make("indico.files", filename="edited.pdf", content_type="application/pdf", size=4, storage_backend="default",
                storage_file_id=f"edited-{e}-{n}", md5="0" * 32, meta={})
    make("event_editing.revision_files", revision_id=revision, file_id=file, file_type_id=where["file_type"])
    make("event_editing.revision_tags", revision_id=revision, tag_id=where["edit_tag"])
    make("event_editing.comments", revision_id=revision, user_id=shared.id, text=TEXT)


def organizes(user, n, where, shared):
    """What somebody does as an organizer, and what they may open."""
    u, e = user.id, where["event"]
    for name, target in (("events.principals", {"event_id": e}), ("events.contribution_principals", {"contribution_id": where["contribution"]}),
                         ("events.session_principals", {"session_id": where["session"]}), ("events.track_principals", {"track_id": where["track"]}),
                         ("attachments.folder_principals", {"folder_id": where["folder"]})):
        grant(name, u, **target)
    make("events.settings_principals", event_id=e, module="reviewing", name="managers", type=1, user_id=u)
    make("events.role_members", role_id=where["role"], user_id=u)
    make("events.logs", event_id=e, user_id=u, realm=1, kind=1, module="test", type="simple", summary=TEXT, data={})
    make("events.reminders", event_id=e, creator_id=u, scheduled_dt=NOW, message=TEXT, recipients=["robin@example.net"])
    make("events.requests", event_id=e, type="recording", created_by_id=u, processed_by_id=shared.id, processed_dt=NOW, state=1, data={})
    make("events.static_sites", event_id=e, creator_id=u)
    make("events.agreements", event_id=e, type="speaker", identifier=f"a{n}", person_email=f"robin{n}@example.net", person_name="Robin Sommer", user_id=u)
    make("events.note_revisions", note_id=where["note"], user_id=u, render_mode=1, source=TEXT, html=TEXT)
    make("events.vc_rooms", type="zoom", name="Room", created_by_id=u, data={})
    make("categories.event_move_requests", event_id=e, category_id=where["category"], requestor_id=u, state=1, moderator_id=shared.id)
    attachment = make("attachments.attachments", folder_id=where["folder"], user_id=u, type=2, link_url="https://example.org", title="Link")
    make("attachments.legacy_attachment_id_map", event_id=e, attachment_id=attachment, material_id=str(n), resource_id=str(n))
    make("attachments.files", attachment_id=attachment, user_id=u, filename="slides.pdf", content_type="application/pdf", size=4,
         storage_backend="default", storage_file_id=f"slides-{e}-{n}", md5="0" * 32)
    grant("attachments.attachment_principals", shared.id, attachment_id=attachment)
    make("users.favorite_events", user_id=u, target_id=e)


def books(user, n, room, shared):
    """Rooms: a booking for oneself, one made for somebody else, a blocking."""
    u = user.id
    for booked_for in (u, shared.id):
        reservation = make("roombooking.reservations", room_id=room, booked_for_id=booked_for, booked_for_name="Robin Sommer",
                           created_by_id=u, start_dt=NOW.replace(tzinfo=None), end_dt=NOW.replace(tzinfo=None) + timedelta(hours=1),
                           booking_reason=TEXT, repeat_frequency=0, repeat_interval=0, state=2)
        make("roombooking.reservation_occurrences", reservation_id=reservation, start_dt=NOW.replace(tzinfo=None),
             end_dt=NOW.replace(tzinfo=None) + timedelta(hours=1), state=2)
        make("roombooking.reservation_edit_logs", reservation_id=reservation, user_name="Robin Sommer", info=["made"])
    blocking = make("roombooking.blockings", created_by_id=u, start_date=NOW.date(), end_date=NOW.date(), reason=TEXT)
    make("roombooking.blocked_rooms", blocking_id=blocking, room_id=room)
    make("roombooking.blocking_principals", blocking_id=blocking, type=1, user_id=shared.id)
    make("roombooking.room_principals", room_id=room, type=1, user_id=u, read_access=False, full_access=False, permissions=["book"])
    make("roombooking.favorite_rooms", user_id=u, room_id=room)


def main():
    users = people()
    everyone = users[:6]
    root = Category(title="Physics", timezone="UTC", parent=Category.get_root(), acl_entries=set())
    db.session.flush()
    group = make("users.groups", name="Everybody")
    role = make("categories.roles", category_id=root.id, name="Editors", code="ED")
    location = make("roombooking.locations", name="Campus")
    room = make("roombooking.rooms", location_id=location, owner_id=users[0].id, building="1", floor="2", number="3")
    stages = [stage(users[n], root) for n in range(3)]
    for n, user in enumerate(everyone):
        other = everyone[(n + 1) % len(everyone)]
        make("users.group_members", group_id=group, user_id=user.id)
        make("categories.role_members", role_id=role, user_id=user.id)
        account(user, other, n, root)
        books(user, n, room, other)
        for k, where in enumerate(stages):
            if k <= n % 3:  # one, two or three events each
                takes_part(user, n, where, other)
                organizes(user, n, where, other)
    make("users.registration_requests", email="person0@example.com", user_data={}, identity_data={}, settings={}, comment=TEXT)
    db.session.commit()
    print(f"indico: {len(users)} people, {len(stages)} events")


app = make_app()
with app.test_request_context():
    main()
