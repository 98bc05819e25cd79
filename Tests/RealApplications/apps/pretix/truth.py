"""Writes truth.json: which rows of pretix belong to whom, asked of pretix's own models through its own relations.

    truth.py OUTPUT

Each line below names a model and the relations that lead from it to a person, in the words of Django's ORM. Rows
that a staff member handled in the course of work but that are about somebody else (an impersonated colleague, a
member's team) aren't theirs. What has no relation in the models has no line: a log entry names the object it is about
by a generic key, a waiting list entry knows an address only. A cart's positions carry the cart id of a checkout session;
pretix's models say so in words and declare no relation, so CART names the two columns.
"""
import json
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pretix.settings")
import django  # noqa: E402

django.setup()

from django.apps import apps  # noqa: E402
from django.db.models import Q  # noqa: E402
from django_scopes import scopes_disabled  # noqa: E402

USER = {
    "pretixbase.User": ["pk"],
    "pretixbase.User_groups": ["user"],
    "pretixbase.User_user_permissions": ["user"],
    "pretixbase.Team_members": ["user"],
    "pretixbase.LogEntry": ["user"],
    "pretixbase.NotificationSetting": ["user"],
    "pretixbase.HistoricPassword": ["user"],
    "pretixbase.StaffSession": ["user"],
    "pretixbase.StaffSessionAuditLog": ["session__user"],
    "pretixbase.U2FDevice": ["user"],
    "pretixbase.WebAuthnDevice": ["user"],
    "pretixbase.UserKnownLoginSource": ["user"],
    "pretixbase.ScheduledEventExport": ["owner"],
    "pretixbase.ScheduledOrganizerExport": ["owner"],
    "pretixbase.PrintLog": ["user"],
    "pretixbase.OutgoingMail": ["user"],
    "otp_totp.TOTPDevice": ["user"],
    "otp_static.StaticDevice": ["user"],
    "otp_static.StaticToken": ["device__user"],
    "pretixapi.OAuthApplication": ["user"],
    "pretixapi.OAuthAccessToken": ["user"],
    "pretixapi.OAuthAccessToken_organizers": ["oauthaccesstoken__user"],
    "pretixapi.OAuthRefreshToken": ["user"],
    "pretixapi.OAuthGrant": ["user"],
    "pretixapi.OAuthGrant_organizers": ["oauthgrant__user"],
    "pretixapi.OAuthIDToken": ["user"],
    "pretixapi.OAuthIDToken_organizers": ["oauthidtoken__user"],
}

CUSTOMER = {
    "pretixbase.Customer": ["pk"],
    "pretixbase.AttendeeProfile": ["customer"],
    "pretixbase.CustomerSSOAccessToken": ["customer"],
    "pretixbase.CustomerSSOGrant": ["customer"],
    "pretixbase.Membership": ["customer"],
    "pretixbase.GiftCard": ["customer"],
    "pretixbase.GiftCardTransaction": ["card__customer"],
    "pretixbase.ReusableMedium": ["customer"],
    "pretixbase.ReusableMedium_linked_orderpositions": ["reusablemedium__customer"],
    "pretixbase.CheckoutSession": ["customer"],
    "pretixbase.InvoiceAddress": ["customer", "order__customer", "checkout_session__customer"],
    "pretixbase.Order": ["customer"],
    "pretixbase.OrderPosition": ["order__customer"],
    "pretixbase.OrderFee": ["order__customer"],
    "pretixbase.OrderPayment": ["order__customer"],
    "pretixbase.OrderRefund": ["order__customer"],
    "pretixbase.Transaction": ["order__customer"],
    "pretixbase.Invoice": ["order__customer"],
    "pretixbase.InvoiceLine": ["invoice__order__customer"],
    "pretixbase.CancellationRequest": ["order__customer"],
    "pretixbase.CachedTicket": ["order_position__order__customer"],
    "pretixbase.CachedCombinedTicket": ["order__customer"],
    "pretixbase.BlockedTicketSecret": ["position__order__customer"],
    "pretixbase.RevokedTicketSecret": ["position__order__customer"],
    "pretixbase.Checkin": ["position__order__customer"],
    "pretixbase.PrintLog": ["position__order__customer"],
    "pretixbase.CartPosition": ["used_membership__customer", "CART"],
    "pretixbase.QuestionAnswer": ["orderposition__order__customer", "order__customer", "checkoutsession__customer",
                                  "cartposition__CART"],
    "pretixbase.QuestionAnswer_options": ["questionanswer__orderposition__order__customer", "questionanswer__order__customer",
                                          "questionanswer__checkoutsession__customer", "questionanswer__cartposition__CART"],
    "pretixbase.OrderSyncQueue": ["order__customer"],
    "pretixbase.OrderSyncResult": ["order__customer"],
    "pretixbase.OutgoingMail": ["customer", "order__customer"],
    "pretixbase.OutgoingMail_should_attach_cached_files": ["outgoingmail__customer", "outgoingmail__order__customer"],
    "pretixbase.OutgoingMail_should_attach_invoices": ["outgoingmail__customer", "outgoingmail__order__customer"],
    "banktransfer.BankTransaction": ["order__customer"],
    "paypal2.ReferencedPayPalObject": ["order__customer"],
    "stripe.ReferencedStripeObject": ["order__customer"],
}


def owned(lines, person):
    """The keys of one person's rows, table by table; tables in which there are none stay out."""
    found = {}
    for name, paths in lines.items():
        model = apps.get_model(name)
        manager = getattr(model, "all", model._base_manager) if name == "pretixbase.OrderPosition" else model._base_manager
        theirs = Q()
        for path in paths:
            if path.endswith("CART"):
                carts = apps.get_model("pretixbase.CheckoutSession").objects.filter(customer=person)
                theirs |= Q(**{path.removesuffix("CART") + "cart_id__in": carts.values("cart_id")})
            else:
                theirs |= Q(**{path: person.pk})
        keys = sorted({str(key) for key in manager.filter(theirs).values_list("pk", flat=True)})
        if keys:
            found[f"public.{model._meta.db_table}"] = [[key] for key in keys]
    return found


def main(output):
    truth = {"key": {}, "people": {}}
    with scopes_disabled():
        for kind, name, lines in (("user", "pretixbase.User", USER), ("customer", "pretixbase.Customer", CUSTOMER)):
            for line in lines:
                model = apps.get_model(line)
                truth["key"][f"public.{model._meta.db_table}"] = [model._meta.pk.column]
            for person in apps.get_model(name).objects.order_by("pk"):
                truth["people"][f"{model_table(name)}:{person.pk}"] = owned(lines, person)
    with open(output, "w") as file:
        json.dump(truth, file, indent=1, sort_keys=True)


def model_table(name):
    return f"public.{apps.get_model(name)._meta.db_table}"


main(sys.argv[1])
