"""Makes keys and tokens with PyJWT, and publishes the keys on loopback for one test: tokens.py FOLDER NOW [SUBJECT...].

It writes FOLDER/tokens.json (name to token), FOLDER/jwks.json (the keys) and FOLDER/rotated.json (one key more), and serves
FOLDER; a line is appended to FOLDER/fetches for each GET. Times in tokens count from NOW, in seconds since 1970; for each
SUBJECT there is one of the real time, "live SUBJECT". The first line it prints is its port.
"""

import base64
import functools
import hashlib
import hmac
import http.server
import json
import pathlib
import sys
import time

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

folder, now = pathlib.Path(sys.argv[1]), int(sys.argv[2])
keys = {
    "rsa": (rsa.generate_private_key(65537, 2048), "RS256"),
    "ec": (ec.generate_private_key(ec.SECP256R1()), "ES256"),
    "ed": (ed25519.Ed25519PrivateKey.generate(), "EdDSA"),
    "unnamed-alg": (rsa.generate_private_key(65537, 2048), "RS256"),
    "new": (ec.generate_private_key(ec.SECP256R1()), "ES256"),
}
makers = {"RS256": jwt.algorithms.RSAAlgorithm, "ES256": jwt.algorithms.ECAlgorithm, "EdDSA": jwt.algorithms.OKPAlgorithm}


def published(*names):
    sets = []
    for name in names:
        key, algorithm = keys[name]
        jwk = json.loads(makers[algorithm].to_jwk(key.public_key())) | {"kid": name, "use": "sig"}
        sets.append(jwk | ({} if name == "unnamed-alg" else {"alg": algorithm}))
    # What can't be read mustn't hide the others.
    return json.dumps({"keys": [{"kty": "unheard-of", "kid": "odd"}, {"kty": "RSA", "kid": "half"}] + sets})


(folder / "jwks.json").write_text(published("rsa", "ec", "ed", "unnamed-alg"))
(folder / "rotated.json").write_text(published("rsa", "ec", "ed", "unnamed-alg", "new"))


def claims(at=now, **changes):
    all = {"iss": "https://id.example", "aud": "habeas", "sub": "subject-1", "iat": at, "auth_time": at, "exp": at + 600}
    return {name: value for name, value in (all | changes).items() if value is not None}


def token(signer, kid=None, headers=None, **changes):
    key, algorithm = keys[signer]
    return jwt.encode(claims(**changes), key, algorithm, headers={"kid": kid or signer} | (headers or {}))


def part(value):
    return base64.urlsafe_b64encode(value if isinstance(value, bytes) else json.dumps(value).encode()).rstrip(b"=").decode()


def hmac_with_public_key(form):
    """What fools verifiers that let the token choose: HMAC under the published key's bytes."""
    text = part({"alg": "HS256", "typ": "JWT", "kid": "rsa"}) + "." + part(claims())
    secret = keys["rsa"][0].public_key().public_bytes(*form)
    return text + "." + part(hmac.new(secret, text.encode(), hashlib.sha256).digest())


def spoilt(good):
    head, body, signature = good.split(".")
    return ".".join([head, part(claims(sub="subject-2")), signature])


pem = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
der = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
tokens = {
    "good rsa": token("rsa"),
    "good ec": token("ec"),
    "good ed": token("ed"),
    "good unnamed-alg": token("unnamed-alg"),
    "good aud list": token("ec", aud=["other", "habeas"]),
    "good just expired": token("ec", exp=now - 10),
    "good clock ahead": token("ec", nbf=now + 10),
    "bad none": jwt.encode(claims(), None, "none", headers={"kid": "rsa"}),
    "bad none empty": part({"alg": "none", "kid": "rsa"}) + "." + part(claims()) + ".",
    "bad hmac pem": hmac_with_public_key(pem),
    "bad hmac der": hmac_with_public_key(der),
    "bad wrong key": token("new", kid="ec"),
    "bad other kid": token("ec", kid="ed"),
    "bad unknown kid": token("new"),
    "bad no kid": jwt.encode(claims(), keys["ec"][0], "ES256"),
    "bad own key": token("new", kid="ec", headers={"jwk": json.loads(makers["ES256"].to_jwk(keys["new"][0].public_key()))}),
    "bad critical": token("ec", headers={"crit": ["exp-2"], "exp-2": True}),
    "bad spoilt": spoilt(token("ec")),
    "bad expired": token("ec", exp=now - 60),
    "bad no expiry": token("ec", exp=None),
    "bad not yet": token("ec", nbf=now + 60),
    "bad issuer": token("ec", iss="https://id.example.evil"),
    "bad no issuer": token("ec", iss=None),
    "bad audience": token("ec", aud="habeas2"),
    "bad audience list": token("ec", aud=["other", "habea"]),
    "bad no audience": token("ec", aud=None),
    "bad no subject": token("ec", sub=None),
    "bad empty subject": token("ec", sub=""),
    "bad huge subject": token("ec", sub="s" * 300),
    "bad oversize": token("ec", padding="x" * 20000),
    "bad garbage": "not.a.token",
    "bad empty": "",
    "bad dots": "..",
    "bad cut": token("ec").rsplit(".", 1)[0],
    "bad signature": token("ec")[:-8] + "AAAAAAAA",
    "old sign-in": token("ec", auth_time=now - 3700),
    "no sign-in": token("ec", auth_time=None),
    "rotated": token("new"),
}
for subject in sys.argv[3:]:
    tokens["live " + subject] = token("ec", at=int(time.time()), sub=subject, name="mktoken7736", email="mkclaim7737@example.com")
(folder / "tokens.json").write_text(json.dumps(tokens))


class Publisher(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        with open(folder / "fetches", "a") as file:
            file.write(self.path + "\n")
        super().do_GET()

    def log_message(self, *words):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Publisher, directory=str(folder)))
print(server.server_address[1], flush=True)
server.serve_forever()
