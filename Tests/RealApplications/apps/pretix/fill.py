"""Fills a migrated pretix: organizers, events and a shop through its own models, orders through its REST API.

Run by the interpreter of pretix's environment, with PRETIX_CONFIG_FILE set. Everything is repeatable: no random
choice depends on anything but the loop counters. People share names, addresses and texts on purpose, so that a row
handed to the wrong person can't be told by its values, only by its key.
"""
import datetime as dt
import itertools
import os
import uuid
from decimal import Decimal

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pretix.settings")
import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import Group, Permission  # noqa: E402
from django.contrib.contenttypes.models import ContentType  # noqa: E402
from django.db import models as fields  # noqa: E402
from django.utils.timezone import now  # noqa: E402
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken  # noqa: E402
from django_otp.plugins.otp_totp.models import TOTPDevice  # noqa: E402
from django_scopes import scopes_disabled  # noqa: E402
from pretix.api import models as api  # noqa: E402
from pretix.base import models as base  # noqa: E402
from pretix.plugins.banktransfer.models import BankImportJob, BankTransaction  # noqa: E402
from pretix.plugins.paypal2.models import ReferencedPayPalObject  # noqa: E402
from pretix.plugins.stripe.models import ReferencedStripeObject  # noqa: E402
from rest_framework.test import APIClient  # noqa: E402

# Mails are made and kept in the database as always; no server is needed to take them.
settings.EMAIL_BACKEND = settings.EMAIL_CUSTOM_SMTP_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

SOON = now() + dt.timedelta(days=90)
TEXT = "the same words for everybody"
NAME = {"_scheme": "full", "full_name": "Alex Weber"}


COUNTER = itertools.count(1)


def distinct(model):
    """The names of the fields that a unique key of the model covers."""
    names = {field.name for field in model._meta.concrete_fields if field.unique}
    for key in [*model._meta.unique_together, *[c.fields for c in model._meta.total_unique_constraints]]:
        names.update(key)
    return names


def make(model, **given):
    """A saved row of any model: what isn't given and has no default gets the same value for everyone, if it may."""
    for field in model._meta.concrete_fields:
        if field.name in given or field.attname in given or field.primary_key:
            continue
        if field.has_default() or field.null or getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
            continue
        if isinstance(field, fields.BooleanField):
            given[field.name] = False
        elif isinstance(field, fields.DateTimeField):
            given[field.name] = SOON
        elif isinstance(field, fields.DateField):
            given[field.name] = SOON.date()
        elif isinstance(field, fields.JSONField):
            given[field.name] = {}
        elif isinstance(field, (fields.IntegerField, fields.DecimalField, fields.FloatField)):
            given[field.name] = 1
        elif isinstance(field, (fields.CharField, fields.TextField)) and not field.blank:
            text = f"{next(COUNTER)} {TEXT}" if field.name in distinct(model) else TEXT
            given[field.name] = str(field.choices[0][0]) if field.choices else text[: field.max_length]
    return model.objects.create(**given)


def call(client, path, **body):
    """POST to pretix's REST API; anything but success is a fault of this generator."""
    answer = client.post("/api/v1/" + path, body, format="json")
    if answer.status_code not in (200, 201, 204):
        raise SystemExit(f"{path}: {answer.status_code} {answer.content[:2000]!r}")
    return answer.json() if answer.content else None


def staff():
    """The people behind the counter: six users with the same name; two of them in both organizers' teams."""
    people = [base.User.objects.create_user(f"staff{n}@example.org", "correct horse battery staple", fullname="Kim Minh")
              for n in range(6)]
    group = Group.objects.create(name="everybody")
    for user in people:
        user.groups.add(group)
        user.user_permissions.add(*Permission.objects.order_by("pk")[:2])
    return people


def organizers(people):
    """Two organizers, each with two teams, an event, a series of dates, and a shop."""
    shops = []
    for n, slug in enumerate(("north", "south")):
        organizer = base.Organizer.objects.create(
            name="Concerts", slug=slug, plugins="pretix.plugins.banktransfer,pretix.plugins.autocheckin")
        organizer.settings.customer_accounts = True
        team = base.Team.objects.create(organizer=organizer, name="Office", all_events=True,
                                        all_event_permissions=True, all_organizer_permissions=True)
        team.members.add(*people[n * 2: n * 2 + 4])
        door = base.Team.objects.create(organizer=organizer, name="Door", limit_event_permissions={"event.orders:checkin": True})
        door.members.add(*people[::2])
        make(base.TeamInvite, team=door, email="staff0@example.org", token=f"invite-{slug}")
        client = APIClient(HTTP_HOST="localhost")
        client.credentials(HTTP_AUTHORIZATION="Token " + team.tokens.create(name="office").token)
        shops.append(shop(organizer, client, door))
    return shops


def shop(organizer, client, door):
    """One organizer's events with what they sell, and everything orders refer to."""
    event = base.Event.objects.create(
        organizer=organizer, name="Winter concert", slug="winter", currency="EUR", date_from=SOON, live=True,
        plugins="pretix.plugins.banktransfer,pretix.plugins.manualpayment,pretix.plugins.ticketoutputpdf,pretix.plugins.sendmail")
    event.settings.timezone = "Europe/Berlin"
    event.settings.invoice_generate = "admin"
    event.settings.attendee_names_asked = True
    door.limit_events.add(event)
    tax = event.tax_rules.create(rate=Decimal("19.00"), name="VAT")
    ticket = event.items.create(name="Ticket", default_price=23, tax_rule=tax, personalized=True)
    workshop = event.items.create(name="Workshop", default_price=12, tax_rule=tax)
    seated = [workshop.variations.create(value=value) for value in ("morning", "evening")]
    quota = event.quotas.create(name="all", size=500)
    quota.items.add(ticket, workshop)
    quota.variations.add(*seated)
    question = event.questions.create(question="How did you hear of us?", type="S", identifier="HOW")
    choice = event.questions.create(question="What do you eat?", type="M", identifier="FOOD")
    options = [choice.options.create(answer=answer, identifier=answer) for answer in ("bread", "soup")]
    question.items.add(ticket)
    choice.items.add(ticket)
    kind = base.MembershipType.objects.create(organizer=organizer, name="Season")
    gate = base.Gate.objects.create(organizer=organizer, name="Main", identifier="main")
    device = base.Device.objects.create(organizer=organizer, name="Scanner", all_events=True, gate=gate)
    return dict(organizer=organizer, event=event, client=client, ticket=ticket, workshop=workshop, seated=seated,
                question=question, choice=choice, options=options, kind=kind, device=device, gate=gate,
                checkins=event.checkin_lists.create(name="Doors", all_products=True),
                provider=make(base.customers.CustomerSSOProvider, organizer=organizer),
                sso=make(base.customers.CustomerSSOClient, organizer=organizer, name="Forum"),
                channel=organizer.sales_channels.get(identifier="web"))


def customers(sold):
    """Five people with accounts at one organizer; three of the addresses are known to the other one too."""
    organizer = sold["organizer"]
    people = []
    for n in range(5 if organizer.slug == "north" else 3):
        customer = make(base.Customer, organizer=organizer, identifier=f"{organizer.slug[0].upper()}{n:06d}",
                        email=f"guest{n}@example.org", name_parts=NAME,
                        phone="+49 30 1234567", is_verified=True, notes=TEXT,
                        provider=sold["provider"] if n % 2 else None)
        customer.set_password("correct horse battery staple")
        customer.save()
        people.append(customer)
    return people


def buy(sold, customer, n):
    """One order through the API: two tickets for two names, a workshop, answers, a fee, an invoice address."""
    path = f"organizers/{sold['organizer'].slug}/events/{sold['event'].slug}/orders/"
    answers = [{"question": sold["question"].pk, "answer": TEXT, "options": []},
               {"question": sold["choice"].pk, "answer": "bread", "options": [o.pk for o in sold["options"]]}]
    person = {"attendee_name_parts": NAME, "attendee_email": "guest0@example.org"}
    made = call(
        sold["client"], path, email="guest0@example.org" if n % 2 else "guest1@example.org", locale="en",
        sales_channel="web", status="n", **({"customer": customer.identifier} if customer else {}),
        payment_provider="banktransfer", payment_info={"reference": TEXT}, simulate=False, phone="+49301234567",
        invoice_address={"is_business": False, "company": "", "name_parts": NAME,
                         "street": "Street 1", "zipcode": "10115", "city": "Berlin", "country": "DE"},
        fees=[{"fee_type": "service", "value": "2.00", "description": "", "internal_type": "", "tax_rule": None}],
        positions=[dict(person, positionid=1, item=sold["ticket"].pk, price="23.00", answers=answers),
                   dict(person, positionid=2, item=sold["ticket"].pk, price="23.00", answers=answers[:1]),
                   {"positionid": 3, "item": sold["workshop"].pk, "variation": sold["seated"][n % 2].pk,
                    "price": "12.00", "answers": []}])
    code = made["code"]
    call(sold["client"], f"{path}{code}/mark_paid/")
    call(sold["client"], f"{path}{code}/create_invoice/")
    order = base.Order.objects.get(code=code, event=sold["event"])
    first, second = order.positions.order_by("positionid")[:2]
    call(sold["client"], f"organizers/{sold['organizer'].slug}/checkinrpc/redeem/", secret=first.secret,
         lists=[sold["checkins"].pk], force=True, ignore_unpaid=True)
    call(sold["client"], f"{path}{code}/refunds/", state="created", source="admin", amount="2.00",
         payment=order.payments.get(state="confirmed").local_id, provider="manual", mark_canceled=False)
    around_an_order(sold, order, first, second)
    return order


def around_an_order(sold, order, first, second):
    """What other parts of pretix and its plugins keep beside an order."""
    organizer, event = sold["organizer"], sold["event"]
    payment, refund = order.payments.get(state="confirmed"), order.refunds.get()
    make(base.CachedTicket, order_position=first, provider="pdf", type="application/pdf", extension=".pdf")
    make(base.CachedCombinedTicket, order=order, provider="pdf", type="application/pdf", extension=".pdf")
    make(base.orders.CancellationRequest, order=order, cancellation_fee=Decimal("1.00"))
    make(base.orders.BlockedTicketSecret, event=event, position=second, secret=f"b-{order.code}")
    make(base.orders.RevokedTicketSecret, event=event, position=second, secret=f"r-{order.code}")
    make(base.orders.PrintLog, position=first, source="pretixSCAN", type="badge", device=sold["device"])
    make(base.datasync.OrderSyncQueue, order=order, event=event, sync_provider="crm", triggered_by="test", not_before=SOON)
    make(base.datasync.OrderSyncResult, order=order, order_position=first, sync_provider="crm", mapping_id=1)
    make(BankTransaction, organizer=organizer, event=event, order=order, import_job=make(BankImportJob, event=event, organizer=organizer), payer="Alex Weber", amount=Decimal("60.00"))
    make(ReferencedPayPalObject, reference=f"pp-{organizer.slug}-{order.code}", order=order, payment=payment)
    make(ReferencedStripeObject, reference=f"st-{organizer.slug}-{order.code}", order=order, payment=payment)
    medium = make(base.ReusableMedium, organizer=organizer, type="barcode", identifier=f"m-{order.code}",
                  customer=order.customer)
    medium.linked_orderpositions.add(second)
    card = make(base.GiftCard, issuer=organizer, issued_in=first, owner_ticket=first, currency="EUR", customer=order.customer)
    make(base.GiftCardTransaction, card=card, order=order, payment=payment, refund=refund, value=Decimal("5.00"), acceptor=organizer)
    mail(sold, order=order, customer=order.customer, orderposition=first)


def mail(sold=None, **about):
    """A mail as pretix queues it."""
    made = make(base.OutgoingMail, guid=uuid.uuid4(), subject="Your order", to=["guest0@example.org"], sender="shop@example.org",
                body_plain=TEXT, organizer=sold["organizer"] if sold else None, **about)
    made.should_attach_cached_files.add(make(base.CachedFile, filename="plan.pdf", type="application/pdf"))
    if about.get("order"):
        made.should_attach_invoices.add(*about["order"].invoices.all())
    return made


def around_a_customer(sold, customer, n):
    """What an account holds beside orders."""
    organizer, event = sold["organizer"], sold["event"]
    make(base.customers.AttendeeProfile, customer=customer, attendee_name_parts=NAME, answers=[])
    make(base.customers.CustomerSSOAccessToken, client=sold["sso"], customer=customer, token=f"t-{organizer.slug}-{n}")
    make(base.customers.CustomerSSOGrant, client=sold["sso"], customer=customer, code=f"c-{organizer.slug}-{n}", auth_time=n)
    make(base.InvoiceAddress, customer=customer, name_parts=NAME, city="Berlin")
    make(base.Membership, customer=customer, membership_type=sold["kind"], date_start=now(), date_end=SOON)
    card = make(base.GiftCard, issuer=organizer, currency="EUR", customer=customer)
    make(base.GiftCardTransaction, card=card, value=Decimal("5.00"), acceptor=organizer)
    make(base.ReusableMedium, organizer=organizer, type="barcode", identifier=f"c-{organizer.slug}-{n}", customer=customer)
    cart = make(base.orders.CheckoutSession, event=event, cart_id=f"cart-{organizer.slug}-{n}", customer=customer,
                sales_channel=sold["channel"], session_data={"email": "guest0@example.org"})
    make(base.InvoiceAddress, checkout_session=cart, name_parts=NAME)
    make(base.QuestionAnswer, checkoutsession=cart, question=sold["question"], answer=TEXT)
    place = make(base.CartPosition, event=event, cart_id=cart.cart_id, item=sold["ticket"], price=23, expires=SOON)
    answer = make(base.QuestionAnswer, cartposition=place, question=sold["choice"], answer="bread")
    answer.options.add(sold["options"][0])
    make(base.CartPosition, event=event, cart_id=f"nobody-{organizer.slug}-{n}", item=sold["ticket"], price=23, expires=SOON)
    make(base.WaitingListEntry, event=event, item=sold["ticket"], email=customer.email, locale="en")
    mail(sold, customer=customer)


def around_a_user(user, n, shops):
    """What a member of the staff leaves behind: actions, devices, sessions, tokens, reports."""
    sold = shops[n % 2]
    event, organizer = sold["event"], sold["organizer"]
    for order in base.Order.objects.filter(event=event)[n: n + 2]:
        order.log_action("pretix.event.order.comment", user=user, data={"new_comment": TEXT})
    event.log_action("pretix.event.changed.settings", user=user, data={"timezone": "Europe/Berlin"})
    make(base.NotificationSetting, user=user, event=event, action_type="pretix.event.order.placed", method="mail")
    make(base.NotificationSetting, user=user, action_type="pretix.event.order.placed", method="mail")
    make(base.auth.HistoricPassword, user=user, password="argon2$same")
    session = make(base.auth.StaffSession, user=user, comment=TEXT)
    make(base.auth.StaffSessionAuditLog, session=session, url="/control/", method="GET")
    TOTPDevice.objects.create(user=user, name="phone")
    codes = StaticDevice.objects.create(user=user, name="emergency")
    for code in ("a", "b"):
        StaticToken.objects.create(device=codes, token=f"{code}{n}")
    make(base.U2FDevice, user=user, name="key", json_data="{}")
    make(base.WebAuthnDevice, user=user, name="key", credential_id=f"cred{n}", rp_id="localhost", icon_url="",
         ukey=f"ukey{n}", pub_key="pub", sign_count=0)
    make(base.auth.UserKnownLoginSource, user=user, agent_type="Firefox", os_type="Linux", last_seen=now())
    application = make(api.OAuthApplication, name="App", user=user, client_type="confidential",
                       authorization_grant_type="authorization-code", redirect_uris="https://example.org", client_id=f"id{n}")
    identity = make(api.OAuthIDToken, user=user, application=application, expires=SOON)
    access = make(api.OAuthAccessToken, user=user, application=application, token=f"access{n}", expires=SOON, id_token=identity)
    refresh = make(api.OAuthRefreshToken, user=user, application=application, token=f"refresh{n}", access_token=access)
    grant = make(api.OAuthGrant, user=user, application=application, code=f"grant{n}", expires=SOON, redirect_uri="https://example.org")
    access.source_refresh_token = refresh
    access.save()
    for made in (access, grant, identity):
        made.organizers.add(*[shop["organizer"] for shop in shops])
    make(base.ScheduledEventExport, event=event, owner=user, export_identifier="orderlist", export_form_data={},
         schedule_rrule_time=dt.time(8), mail_subject="Report", mail_template=TEXT)
    make(base.ScheduledOrganizerExport, organizer=organizer, owner=user, export_identifier="orderlist", export_form_data={},
         schedule_rrule_time=dt.time(8), mail_subject="Report", mail_template=TEXT)
    make(base.orders.PrintLog, position=base.OrderPosition.objects.filter(order__event=event)[n], source="web", type="ticket", user=user)
    mail(user=user)


def main():
    with scopes_disabled():
        people = staff()
        shops = organizers(people)
        n = 0
        for sold in shops:
            for customer in customers(sold):
                for _ in range(2 + n % 3):
                    buy(sold, customer, n)
                    n += 1
                around_a_customer(sold, customer, n)
            for _ in range(3):  # somebody without an account, with the same names and addresses
                buy(sold, None, n)
                n += 1
        for position, user in enumerate(people[:5]):  # the sixth has an account and nothing else
            around_a_user(user, position, shops)
        base.auth.StaffSessionAuditLog.objects.update(impersonating=people[5])
        print(f"pretix: {base.User.objects.count()} users, {base.Customer.objects.count()} customers, "
              f"{base.Order.objects.count()} orders, {ContentType.objects.count()} kinds of rows")


main()
