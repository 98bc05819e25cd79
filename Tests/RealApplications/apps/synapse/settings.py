"""Prints Synapse's settings: one server on a unix socket, no federation, no limits on how fast people write.

    settings.py DATABASE_URL STATE
"""
import sys

import yaml
from psycopg2.extensions import parse_dsn

url, state = sys.argv[1:]
free = {"per_second": 10000, "burst_count": 10000}
secret = "only-for-a-test-on-a-private-cluster"
limits = {"rc_message": free, "rc_registration": free, "rc_joins_per_room": free, "rc_delayed_event_mgmt": free,
          "rc_room_creation": free, "rc_reports": free, "rc_user_directory": free, "rc_profile": free,
          "rc_login": {"address": free, "account": free, "failed_attempts": free},
          "rc_joins": {"local": free, "remote": free}, "rc_presence": {"per_user": free},
          "rc_invites": {"per_room": free, "per_user": free, "per_issuer": free}}
log = {"version": 1, "formatters": {"plain": {"format": "%(levelname)s %(name)s %(message)s"}},
       "handlers": {"file": {"class": "logging.FileHandler", "filename": f"{state}/synapse.log", "formatter": "plain"}},
       "root": {"level": "WARNING", "handlers": ["file"]}}
with open(f"{state}/log.yaml", "w") as file:
    yaml.safe_dump(log, file)
yaml.safe_dump({
    **limits,
    "server_name": "habeas.test",
    "listeners": [{"path": f"{state}/socket", "mode": 0o600, "type": "http", "x_forwarded": True,
                   "resources": [{"names": ["client", "media"], "compress": False}]}],
    "database": {"name": "psycopg2", "args": dict(parse_dsn(url), cp_min=1, cp_max=4)},
    "log_config": f"{state}/log.yaml", "media_store_path": f"{state}/media", "pid_file": f"{state}/pid",
    "signing_key_path": f"{state}/signing.key", "registration_shared_secret": secret, "macaroon_secret_key": secret,
    "form_secret": secret, "trusted_key_servers": [], "federation_domain_whitelist": [], "report_stats": False,
    "max_event_delay_duration": "30d", "login_via_existing_session": {"enabled": True, "require_ui_auth": False},
    "user_directory": {"enabled": True, "search_all_users": True}, "experimental_features": {"msc3881_enabled": True},
}, sys.stdout)
