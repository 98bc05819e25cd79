"""Fills a migrated Synapse the way people do: over its client API, and its admin API for what only an operator sets.

    fill.py SOCKET

The server of the same database listens on the unix socket. Everyone has the same display name, devices of the same
name, files and messages of the same words; three ids begin with each other (kim, kim.m, kim.meyer).
"""
import hashlib
import hmac
import http.client
import json
import socket
import struct
import sys
import time
import urllib.parse
import zlib

SERVER = "habeas.test"
PEOPLE = ["kim", "kim.m", "kim.meyer", "lee", "noor", "sasha"]
SECRET = "only-for-a-test-on-a-private-cluster"
PASSWORD = "correct horse battery staple"
TEXT = "the same words for everybody"


class Connection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path):
        super().__init__("localhost")
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


class Server:
    """One person's view of the server: calls that carry their token; anything but success is a fault of this script."""

    def __init__(self, path, token=None):
        self.path, self.token, self.device, self.user = path, token, None, None

    def call(self, method, path, body=None, kind="application/json", /, **query):
        connection = Connection(self.path)
        if query:
            path += "?" + urllib.parse.urlencode(query)
        data = body if isinstance(body, bytes) else json.dumps(body if body is not None else {}).encode()
        headers = {"Content-Type": kind, "User-Agent": "Client 1.0", "X-Forwarded-For": "192.0.2.1"}
        if self.token:
            headers["Authorization"] = "Bearer " + self.token
        connection.request(method, path, data if method != "GET" else None, headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status == 401 and b'"flows"' in text:  # asked for the password once more
            again = {"type": "m.login.password", "identifier": {"type": "m.id.user", "user": self.user}, "password": PASSWORD,
                     "session": json.loads(text)["session"]}
            return self.call(method, path, dict(body, auth=again))
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {text[:500]!r}")
        return json.loads(text) if answer.headers.get_content_type() == "application/json" else {}

    def put(self, path, body=None, /, **query):
        return self.call("PUT", "/_matrix/client/" + path, body, "application/json", **query)

    def post(self, path, body=None, /, **query):
        return self.call("POST", "/_matrix/client/" + path, body, "application/json", **query)

    def get(self, path, **query):
        return self.call("GET", "/_matrix/client/" + path, None, "application/json", **query)

    def admin(self, method, path, body=None):
        return self.call(method, "/_synapse/admin/" + path, body)


def quoted(text):
    return urllib.parse.quote(text, safe="")


def register(server, name, admin):
    """An account through the registration secret, as Synapse's own command for it does."""
    nonce = server.admin("GET", "v1/register")["nonce"]
    words = [nonce, name, PASSWORD, "admin" if admin else "notadmin"]
    mac = hmac.new(SECRET.encode(), "\0".join(words).encode(), hashlib.sha1).hexdigest()
    server.admin("POST", "v1/register", {"nonce": nonce, "username": name, "password": PASSWORD, "admin": admin, "mac": mac})


def login(path, name, device):
    made = Server(path)
    answer = made.post("v3/login", {"type": "m.login.password", "identifier": {"type": "m.id.user", "user": name}, "password": PASSWORD,
                                    "device_id": device, "initial_device_display_name": "My phone", "refresh_token": True})
    made.token, made.user, made.device = answer["access_token"], answer["user_id"], answer["device_id"]
    return made


def picture():
    """A PNG of 800 by 600 pixels."""
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    rows = b"".join(b"\0" + b"\x20\x80\xe0" * 800 for _ in range(600))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 800, 600, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def account(me):
    """Profile, settings, filters, push rules, pushers, tags' account data, presence, tokens."""
    user = quoted(me.user)
    uri = me.call("POST", "/_matrix/media/v3/upload", picture(), "image/png", filename="me.png")["content_uri"]
    me.call("GET", "/_matrix/client/v1/media/thumbnail/" + uri.removeprefix("mxc://"), width=96, height=96, method="crop")
    me.put(f"v3/profile/{user}/displayname", {"displayname": "Kim"})
    me.put(f"v3/profile/{user}/avatar_url", {"avatar_url": uri})
    me.put(f"v3/user/{user}/account_data/org.example.theme", {"dark": True})
    me.post(f"v3/user/{user}/filter", {"room": {"timeline": {"limit": 10}}})
    me.put("v3/pushrules/global/override/org.example.quiet", {"actions": [], "conditions": []})
    me.put("v3/pushrules/global/override/org.example.quiet/enabled", {"enabled": False})
    me.post("v3/pushers/set", {"app_display_name": "App", "app_id": "org.example.app", "device_display_name": "My phone", "kind": "http",
                               "lang": "en", "pushkey": f"key-{me.user}", "append": True,
                               "data": {"url": "https://push.example.org/_matrix/push/v1/notify", "format": "event_id_only"}})
    me.put(f"v3/presence/{user}/status", {"presence": "online", "status_msg": TEXT})
    me.post(f"v3/user/{user}/openid/request_token")
    me.post("v1/login/get_token")
    return uri


def encryption(me, others):
    """Keys of the device and the account, a backup of room keys, a message to another's device."""
    keys = {f"curve25519:{me.device}": "a" * 43, f"ed25519:{me.device}": "b" * 43}
    me.post("v3/keys/upload", {
        "device_keys": {"algorithms": ["m.olm.v1.curve25519-aes-sha2"], "device_id": me.device, "user_id": me.user, "keys": keys, "signatures": {}},
        "one_time_keys": {"signed_curve25519:AAAA": {"key": "c" * 43, "signatures": {}}},
        "fallback_keys": {"signed_curve25519:BBBB": {"key": "d" * 43, "fallback": True, "signatures": {}}}})
    def cross(usage):
        return {"user_id": me.user, "usage": [usage], "keys": {"ed25519:" + usage[0] * 43: usage[0] * 43}, "signatures": {}}
    me.post("v3/keys/device_signing/upload", {"master_key": cross("master")})
    version = me.post("v3/room_keys/version", {"algorithm": "m.megolm_backup.v1.curve25519-aes-sha2", "auth_data": {"public_key": "same"}})["version"]
    me.put("v3/room_keys/keys/!room:habeas.test/session", {"first_message_index": 0, "forwarded_count": 0, "is_verified": False, "session_data": {"same": 1}},
           version=version)
    me.put("v3/sendToDevice/m.room_key_request/one", {"messages": {other.user: {"*": {"body": TEXT}} for other in others}})


def talk(me, room, event_of_another):
    """What one member leaves in a room."""
    user = quoted(me.user)
    here = f"v3/rooms/{quoted(room)}"
    first = me.put(f"{here}/send/m.room.message/t1", {"msgtype": "m.text", "body": TEXT})["event_id"]
    me.put(f"{here}/send/m.room.message/t2", {"msgtype": "m.text", "body": TEXT, "m.relates_to": {"rel_type": "m.thread", "event_id": first}})
    if event_of_another:
        me.put(f"{here}/send/m.reaction/t3", {"m.relates_to": {"rel_type": "m.annotation", "event_id": event_of_another, "key": "+1"}})
        me.post(f"{here}/receipt/m.read/{quoted(event_of_another)}")
        me.post(f"{here}/read_markers", {"m.fully_read": event_of_another})
        me.post(f"{here}/report/{quoted(event_of_another)}", {"reason": TEXT})
    gone = me.put(f"{here}/send/m.room.message/t4", {"msgtype": "m.text", "body": TEXT})["event_id"]
    me.put(f"{here}/redact/{quoted(gone)}/t5", {"reason": TEXT})
    me.put(f"v3/user/{user}/rooms/{quoted(room)}/tags/u.work", {"order": 0.5})
    me.put(f"v3/user/{user}/rooms/{quoted(room)}/account_data/org.example.note", {"text": TEXT})
    me.put(f"{here}/send/m.room.message/t6", {"msgtype": "m.text", "body": "later"}, **{"org.matrix.msc4140.delay": 80000000})
    return first


def operate(boss, people):
    """What only an operator sets."""
    for n, person in enumerate(people):
        user = quoted(person.user)
        boss.admin("PUT", f"v2/users/{user}", {"threepids": [{"medium": "email", "address": f"kim{n}@example.org"}],
                                              "external_ids": [{"auth_provider": "sso", "external_id": f"ext{n}"}]})
        boss.admin("POST", f"v1/users/{user}/override_ratelimit", {"messages_per_second": 0, "burst_count": 0})
        boss.admin("PUT", f"v1/experimental_features/{user}", {"features": {"msc3881": True}})


def main(path):
    plain = Server(path)
    for name in PEOPLE:
        register(plain, name, admin=name == "sasha")
    people = [login(path, name, "PHONE") for name in PEOPLE]
    laptops = [login(path, name, "LAPTOP") for name in PEOPLE]
    boss = people[-1]
    operate(boss, people)
    active = people[:5]  # the sixth only operates

    rooms = []
    for n, owner in enumerate(active):
        room = owner.post("v3/createRoom", {"name": "Room", "topic": TEXT, "preset": "public_chat" if n % 2 == 0 else "private_chat",
                                            "visibility": "public" if n % 2 == 0 else "private", "room_alias_name": f"room{n}",
                                            "invite": [other.user for other in active if other is not owner]})["room_id"]
        for k, other in enumerate(active):
            if other is not owner and k != (n + 1) % 5:  # one invitation stays open
                other.post(f"v3/join/{quoted(room)}")
        rooms.append(room)
    for n, me in enumerate(active):
        account(me)
        encryption(me, [other for other in active if other is not me])
        me.put(f"v3/user/{quoted(me.user)}/account_data/m.ignored_user_list", {"ignored_users": {active[(n + 1) % 5].user: {}}})
        me.post(f"v3/rooms/{quoted(rooms[n])}/report", {"reason": TEXT})
        me.post(f"v3/users/{quoted(active[(n + 2) % 5].user)}/report", {"reason": TEXT})
    last = None
    for n, room in enumerate(rooms):
        for k, me in enumerate(active):
            if k != (n + 1) % 5:
                last = talk(me, room, last if k else None)
        last = None
    for n, (me, laptop) in enumerate(zip(active, laptops)):
        me.get("v3/sync", timeout=0)
        laptop.post("unstable/org.matrix.simplified_msc3575/sync", {"conn_id": "main", "lists": {"all": {"ranges": [[0, 20]], "required_state": [["*", "*"]],
                                                                    "timeline_limit": 5}}}, timeout=0)
        laptop.post("v3/user_directory/search", {"search_term": "kim"})
        me.put("v3/sendToDevice/m.room_key_request/two", {"messages": {active[(n + 3) % 5].user: {"*": {"body": TEXT}}}})
    active[4].post(f"v3/rooms/{quoted(rooms[0])}/leave")
    active[4].post(f"v3/rooms/{quoted(rooms[0])}/forget")
    active[0].post(f"v3/rooms/{quoted(rooms[0])}/ban", {"user_id": active[3].user, "reason": TEXT})
    time.sleep(8)  # Synapse writes addresses and visits every five seconds
    print(f"synapse: {len(people)} people, {len(rooms)} rooms")


main(sys.argv[1])
