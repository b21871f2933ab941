"""An OpenID provider for the tests, by Authlib and Flask, on a loopback port of its own. Prints its issuer's address.

Argument: a JSON object (or @FILE) with any of: people, alg, audience, interval, deviceLifetime, tokenLifetime,
jwksMaxAge; times are seconds.
It ends when its standard input does. A person's password is NAME-password. Clients:

  farfield      confidential (secret farfield-secret): authorization code with PKCE S256, refresh tokens
  farfield-cli  public: device flow (RFC 8628), refresh tokens that rotate
  robot         confidential (secret robot-secret): client credentials

Below /test/ (POST, JSON) a test governs it:

  rotate   {alg?, keep?}                    new keys; the old ones stay published when keep is true
  settings {alg, interval, tokenLifetime…}  what the argument sets, from now on
  outage   {parts: [jwks, token, …], status} answers 503, or the status; parts are the paths' first words, "*" is all
  restore  {}                               ends the outage
  token    {person?, client?, claims?, header?, without?, alg?, key?}  any token; key: current, stranger, old, none,
           hmac-public (HS256 with the text of the published RSA key as its secret)
  person   {name, ...}                      changes or adds a person
  device   {userCode, person?, decision}    approve, deny, expire, or slow (the next poll is told to slow down)
  forget   {}                               no refresh token is valid any more
  devices  (GET)                            the user codes nobody has decided on
  requests (GET)                            what was asked for, in order, without secrets; a poll before its time shows
                                            as early-poll
"""

import base64
import hashlib
import hmac
import html
import json
import os
import secrets
import sys
import threading
import time
import urllib.parse

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # It speaks plain HTTP, on loopback alone.

from authlib.integrations.flask_oauth2 import AuthorizationServer  # noqa: E402
from authlib.oauth2.rfc6749 import grants  # noqa: E402
from authlib.oauth2.rfc6749.errors import InvalidGrantError, InvalidRequestError, OAuth2Error  # noqa: E402
from authlib.oauth2.rfc6749.models import ClientMixin, TokenMixin  # noqa: E402
from authlib.oauth2.rfc7009 import RevocationEndpoint  # noqa: E402
from authlib.oauth2.rfc7636 import CodeChallenge  # noqa: E402
from authlib.oauth2.rfc8628 import DeviceAuthorizationEndpoint, DeviceCodeGrant, DeviceCredentialDict  # noqa: E402
from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator  # noqa: E402
from authlib.oidc.core import OpenIDCode  # noqa: E402
from flask import Flask, Response, jsonify, redirect, request  # noqa: E402
from joserfc import jwk, jws, jwt  # noqa: E402
from werkzeug.serving import WSGIRequestHandler, make_server  # noqa: E402

PEOPLE = {
    "alice": {"sub": "f3b1-0001", "groups": ["researchers", "bio"], "email": "alice@lab.example"},
    "bob": {"sub": "f3b1-0002", "groups": ["researchers", "sky"], "email": "bob@lab.example"},
    "carol": {"sub": "f3b1-0003", "groups": ["operators"], "email": "carol@lab.example"},
    "dave": {"sub": "f3b1-0004", "groups": ["operators"], "email": "dave@lab.example"},
    "rita": {"sub": "f3b1-0005", "groups": [], "email": "rita@lab.example"},
}
SETTINGS = {
    "alg": "RS256", "audience": "farfield", "interval": 1, "deviceLifetime": 600, "tokenLifetime": 300,
    "jwksMaxAge": 300, "people": PEOPLE,
}
# joserfc knows EdDSA and prefers the newer name of RFC 9864, which providers do not use yet.
jws.JWSRegistry.recommended.append("EdDSA")
ISSUER = ""
REQUESTS = []
OUTAGE = {"parts": [], "status": 503}
CODES, DEVICES, REFRESH = {}, {}, {}
LOCK = threading.RLock()


# Keys: one of each kind, named by its thumbprint (RFC 7638).

def new_keys():
    keys = {
        "RS256": jwk.RSAKey.generate_key(2048), "ES256": jwk.ECKey.generate_key("P-256"),
        "EdDSA": jwk.OKPKey.generate_key("Ed25519"),
    }
    made = {}
    for alg, key in keys.items():
        parameters = {"use": "sig", "alg": alg, "kid": key.thumbprint()}
        made[alg] = jwk.import_key(key.as_dict(private=True), parameters=parameters)
    return made


KEYS, OLD_KEYS, STRANGER = new_keys(), [], new_keys()


def published():
    kept = [key for generation in OLD_KEYS if generation["kept"] for key in generation["keys"].values()]
    keys = list(KEYS.values()) + kept
    return {"keys": [public(key) for key in keys]}


def public(key):
    return {name: value for name, value in key.as_dict(private=False).items() if name != "key_ops"}


def raw_token(header, claims, sign):
    parts = [json.dumps(part, separators=(",", ":")).encode() for part in (header, claims)]
    text = ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
    return text + "." + base64.urlsafe_b64encode(sign(text.encode())).rstrip(b"=").decode()


# People, clients, and what Authlib asks of them.

class Person:
    def __init__(self, name):
        self.name, self.facts = name, SETTINGS["people"][name]

    def get_user_id(self):
        return self.facts["sub"]

    def claims(self):
        """What every token tells of a person, an opaque `sub` apart."""
        more = {name: value for name, value in self.facts.items() if name != "sub"}
        return {"preferred_username": self.name, "name": self.name.title(), **more}


class Client(ClientMixin):
    def __init__(self, name, secret, grant_types, scope):
        self.client_id, self.secret, self.grant_types, self.scope = name, secret, grant_types, scope

    def get_client_id(self):
        return self.client_id

    def get_default_redirect_uri(self):
        return None

    def get_allowed_scope(self, scope):
        return " ".join(word for word in (scope or "").split() if word in self.scope)

    def check_redirect_uri(self, uri):
        parts = urllib.parse.urlsplit(uri)
        return parts.hostname in ("127.0.0.1", "localhost") and parts.path == "/login/callback"

    def check_client_secret(self, secret):
        return self.secret is not None and hmac.compare_digest(self.secret, secret)

    def check_endpoint_auth_method(self, method, endpoint):
        return method == "none" if self.secret is None else method in ("client_secret_basic", "client_secret_post")

    def check_response_type(self, kind):
        return kind == "code" and "authorization_code" in self.grant_types

    def check_grant_type(self, kind):
        return kind in self.grant_types


SCOPES = ["openid", "profile", "email", "offline_access", "groups"]
CLIENTS = {client.client_id: client for client in [
    Client("farfield", "farfield-secret", ["authorization_code", "refresh_token"], SCOPES),
    Client("farfield-cli", None, [DeviceCodeGrant.GRANT_TYPE, "refresh_token"], SCOPES),
    Client("robot", "robot-secret", ["client_credentials"], []),
]}


class Code(dict):
    """An authorization code and what it stands for."""

    def get_redirect_uri(self):
        return self["redirect_uri"]

    def get_scope(self):
        return self["scope"]

    def get_nonce(self):
        return self["nonce"]

    def get_auth_time(self):
        return self["auth_time"]

    def get_acr(self):
        return None

    def get_amr(self):
        return None

    code_challenge = property(lambda self: self["challenge"])
    code_challenge_method = property(lambda self: self["method"])


class CodeGrant(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post", "none"]

    def validate_authorization_request(self):
        # PKCE is a duty here, and `plain` is none (RFC 9700 section 2.1.1).
        data = self.request.payload.data
        if data.get("code_challenge_method") != "S256" or not data.get("code_challenge"):
            raise InvalidRequestError("code_challenge with the method S256 is required")
        return super().validate_authorization_request()

    def save_authorization_code(self, code, request):
        data = request.payload.data
        with LOCK:
            CODES[code] = Code(
                client=request.client.client_id, redirect_uri=request.payload.redirect_uri, scope=request.payload.scope,
                nonce=data.get("nonce"), challenge=data.get("code_challenge"), method=data.get("code_challenge_method"),
                person=request.user.name, auth_time=int(time.time()), code=code,
            )

    def query_authorization_code(self, code, client):
        with LOCK:
            found = CODES.get(code)
            return found if found and found["client"] == client.client_id else None

    def delete_authorization_code(self, code):
        with LOCK:
            CODES.pop(code["code"], None)

    def authenticate_user(self, code):
        return Person(code["person"])


class IDToken(OpenIDCode):
    def exists_nonce(self, nonce, request):
        return any(code["nonce"] == nonce for code in CODES.values())

    def resolve_client_private_key(self, client):
        return KEYS[SETTINGS["alg"]]

    def get_client_algorithm(self, client):
        return SETTINGS["alg"]

    def get_encode_header(self, client):
        return {"alg": SETTINGS["alg"], "kid": KEYS[SETTINGS["alg"]].kid, "typ": "JWT"}

    def get_client_claims(self, client):
        return {"iss": ISSUER, "aud": [client.client_id]}

    def generate_user_info(self, user, scope):
        return {"sub": user.get_user_id(), **user.claims()}


class RefreshToken(dict, TokenMixin):
    def check_client(self, client):
        return self["client"] == client.client_id

    def get_scope(self):
        return self["scope"]


class RefreshGrant(grants.RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post", "none"]
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, text):
        with LOCK:
            found = REFRESH.get(text)
            if found and found["used"]:
                # Somebody has an old one: the whole family ends (RFC 9700 section 4.14.2).
                for token in REFRESH.values():
                    if token["family"] == found["family"]:
                        token["revoked"] = True
            if not found or found["used"] or found["revoked"]:
                return None
            # Used from here on, even if the answer is lost.
            found["used"] = True
            return found

    def authenticate_user(self, token):
        self.request.family = token["family"]
        return Person(token["person"])

    def revoke_old_credential(self, token):
        token["used"] = True


class RobotGrant(grants.ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]


class DeviceGrant(DeviceCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["none"]

    def query_device_credential(self, code):
        with LOCK:
            return DEVICES.get(code)

    def query_user_grant(self, user_code):
        device = device_of(user_code)
        if device["decision"] is None:
            return None
        with LOCK:
            if device["decision"] == "approve":
                DEVICES.pop(device["device_code"], None)
            return Person(device["person"] or "alice"), device["decision"] == "approve"

    def should_slow_down(self, device):
        now = time.monotonic()
        with LOCK:
            early = device["polled"] is not None and now - device["polled"] < device["interval"]
            told = device["slow"]
            device["polled"], device["slow"] = now, False
            if early:
                REQUESTS.append({"path": "early-poll"})
            if early or told:
                device["interval"] += 5
            return early or told


class DeviceEndpoint(DeviceAuthorizationEndpoint):
    CLIENT_AUTH_METHODS = ["none"]

    def create_endpoint_response(self, request):
        self.EXPIRES_IN, self.INTERVAL = SETTINGS["deviceLifetime"], SETTINGS["interval"]
        return super().create_endpoint_response(request)

    def get_verification_uri(self):
        return ISSUER + "/device"

    def save_device_credential(self, client_id, scope, data):
        with LOCK:
            DEVICES[data["device_code"]] = DeviceCredentialDict(
                client_id=client_id, scope=scope, expires_at=time.time() + data["expires_in"], decision=None,
                person=None, polled=None, slow=False, **data,
            )


def device_of(user_code):
    with LOCK:
        return next((device for device in DEVICES.values() if device["user_code"] == user_code.strip().upper()), None)


class Revocation(RevocationEndpoint):
    CLIENT_AUTH_METHODS = ["client_secret_basic", "client_secret_post", "none"]

    def query_token(self, text, hint):
        with LOCK:
            return REFRESH.get(text)

    def revoke_token(self, token, request):
        with LOCK:
            for other in REFRESH.values():
                if other["family"] == token["family"]:
                    other["revoked"] = True


class AccessTokens(JWTBearerTokenGenerator):
    """`typ: at+jwt` (RFC 9068), with `nbf` and `kid`."""

    def __init__(self):
        super().__init__(ISSUER, refresh_token_generator=lambda *_, **__: secrets.token_urlsafe(36))

    def _get_expires_in(self, client, grant_type):
        return SETTINGS["tokenLifetime"]

    def access_token_generator(self, client, grant_type, user, scope):
        self.alg = SETTINGS["alg"]
        return super().access_token_generator(client, grant_type, user, scope)

    def get_jwks(self):
        return jwk.KeySet([KEYS[SETTINGS["alg"]]])

    def get_audiences(self, client, user, scope):
        return SETTINGS["audience"]

    def get_extra_claims(self, client, grant_type, user, scope):
        return {"nbf": int(time.time()), **(user.claims() if user else {})}


def save_token(token, request):
    if not token.get("refresh_token"):
        return
    with LOCK:
        REFRESH[token["refresh_token"]] = RefreshToken(
            client=request.client.client_id, scope=token.get("scope", ""), person=request.user.name, used=False,
            revoked=False, family=getattr(request, "family", secrets.token_hex(8)),
        )


# The endpoints.

app = Flask(__name__)
server = AuthorizationServer()


@app.before_request
def note():
    word = request.path.strip("/").split("/")[0]
    if word == "test":
        return None
    told = ("grant_type", "client_id", "user_code", "scope")
    form = {name: value for name, value in request.values.items() if name in told}
    with LOCK:
        REQUESTS.append({"method": request.method, "path": request.path, **form})
        if word in OUTAGE["parts"] or "*" in OUTAGE["parts"]:
            return Response("out of order", status=OUTAGE["status"])
    return None


@app.get("/.well-known/openid-configuration")
def discovery():
    return jsonify({
        "issuer": ISSUER, "authorization_endpoint": ISSUER + "/authorize", "token_endpoint": ISSUER + "/token",
        "device_authorization_endpoint": ISSUER + "/device_authorization", "jwks_uri": ISSUER + "/jwks",
        "userinfo_endpoint": ISSUER + "/userinfo", "revocation_endpoint": ISSUER + "/revoke",
        "response_types_supported": ["code"], "subject_types_supported": ["public"], "scopes_supported": SCOPES,
        "id_token_signing_alg_values_supported": list(KEYS), "code_challenge_methods_supported": ["S256"],
        "grant_types_supported": sorted({kind for client in CLIENTS.values() for kind in client.grant_types}),
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
    })


@app.get("/jwks")
def keys():
    answer = jsonify(published())
    answer.headers["Cache-Control"] = f"max-age={SETTINGS['jwksMaxAge']}"
    return answer


FORM = """<!doctype html><html lang="en"><title>Sign in</title><h1>Sign in</h1><p>{note}</p>
<form method="post">{more}<label>Name <input name="username" autofocus></label>
<label>Password <input name="password" type="password"></label>
<button name="decision" value="approve">Sign in</button>
<button name="decision" value="deny">Refuse</button></form></html>"""


def signed_in():
    name = request.form.get("username", "")
    right = hmac.compare_digest(request.form.get("password", ""), name + "-password")
    return Person(name) if name in SETTINGS["people"] and right else None


@app.route("/authorize", methods=["GET", "POST"])
def authorize():
    try:
        grant = server.get_consent_grant(end_user=None)
    except OAuth2Error as error:
        return server.handle_error_response(None, error)
    if request.method == "GET":
        return FORM.format(note="for " + html.escape(grant.client.client_id), more="")
    person = signed_in()
    if request.form.get("decision") != "deny" and not person:
        return Response(FORM.format(note="The name or the password is wrong.", more=""), status=403)
    return server.create_authorization_response(grant_user=person, grant=grant)


@app.post("/token")
def token():
    return server.create_token_response()


@app.post("/device_authorization")
def device_authorization():
    return server.create_endpoint_response(DeviceEndpoint.ENDPOINT_NAME)


@app.post("/revoke")
def revoke():
    return server.create_endpoint_response(Revocation.ENDPOINT_NAME)


@app.route("/device", methods=["GET", "POST"])
def device_page():
    code = html.escape(request.values.get("user_code", ""), quote=True)
    field = f'<label>Code <input name="user_code" value="{code}"></label>'
    if request.method == "GET":
        return FORM.format(note="A device asks to act for you.", more=field)
    person, device = signed_in(), device_of(request.form.get("user_code", ""))
    if not person or not device:
        return Response(FORM.format(note="The code, the name or the password is wrong.", more=field), status=403)
    device["person"], device["decision"] = person.name, request.form.get("decision")
    return "<!doctype html><html lang=en><title>Done</title><p>Done. Go back to your device.</p></html>"


@app.get("/userinfo")
def userinfo():
    try:
        text = request.headers["Authorization"].removeprefix("Bearer ")
        claims = jwt.decode(text, jwk.KeySet.import_key_set(published()), algorithms=list(KEYS)).claims
        jwt.JWTClaimsRegistry(exp={"essential": True}).validate(claims)
    except Exception:  # noqa: BLE001: whatever is wrong with a token, it is refused.
        return Response(status=401, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
    name = claims.get("preferred_username")
    return jsonify({"sub": claims["sub"], **Person(name).claims()})


# What a test may do.

@app.post("/test/rotate")
def test_rotate():
    wish = request.get_json(silent=True) or {}
    with LOCK:
        OLD_KEYS.append({"keys": dict(KEYS), "kept": bool(wish.get("keep"))})
        KEYS.update(new_keys())
        SETTINGS["alg"] = wish.get("alg", SETTINGS["alg"])
    return jsonify({"kid": KEYS[SETTINGS["alg"]].kid})


@app.post("/test/settings")
def test_settings():
    SETTINGS.update(request.get_json())
    return jsonify({})


@app.post("/test/outage")
def test_outage():
    OUTAGE.update({"parts": ["*"], "status": 503, **(request.get_json(silent=True) or {})})
    return jsonify({})


@app.post("/test/restore")
def test_restore():
    OUTAGE["parts"] = []
    return jsonify({})


@app.post("/test/person")
def test_person():
    facts = request.get_json()
    name = facts.pop("name")
    with LOCK:
        SETTINGS["people"].setdefault(name, {"sub": "f3b1-" + secrets.token_hex(4), "groups": []}).update(facts)
    return jsonify(SETTINGS["people"][name])


@app.post("/test/forget")
def test_forget():
    with LOCK:
        REFRESH.clear()
    return jsonify({})


@app.post("/test/device")
def test_device():
    wish = request.get_json()
    device = device_of(wish["userCode"])
    if not device:
        return Response("no such code", status=404)
    with LOCK:
        if wish["decision"] == "expire":
            device["expires_at"] = 0
        elif wish["decision"] == "slow":
            device["slow"] = True
        else:
            device["person"], device["decision"] = wish.get("person", "alice"), wish["decision"]
    return jsonify({})


@app.get("/test/devices")
def test_devices():
    with LOCK:
        return jsonify([device["user_code"] for device in DEVICES.values() if device["decision"] is None])


@app.get("/test/requests")
def test_requests():
    with LOCK:
        return jsonify(REQUESTS)


@app.post("/test/token")
def test_token():
    wish = request.get_json(silent=True) or {}
    person = Person(wish.get("person", "alice"))
    now = int(time.time())
    alg = wish.get("alg", SETTINGS["alg"])
    generation = {"current": KEYS, "stranger": STRANGER, "old": OLD_KEYS[-1]["keys"] if OLD_KEYS else STRANGER}
    keys = generation.get(wish.get("key", "current"), KEYS)
    key = keys.get(alg, keys["RS256"])
    claims = {
        "iss": ISSUER, "aud": SETTINGS["audience"], "sub": person.get_user_id(), "iat": now, "nbf": now,
        "exp": now + SETTINGS["tokenLifetime"], "jti": secrets.token_hex(8), "scope": "openid",
        "client_id": wish.get("client", "farfield-cli"), **person.claims(), **wish.get("claims", {}),
    }
    header = {"alg": alg, "typ": "at+jwt", "kid": key.kid, **wish.get("header", {})}
    for name in wish.get("without", []):
        claims.pop(name, None)
        header.pop(name, None)
    if wish.get("key") == "none":
        text = raw_token({**header, "alg": wish.get("header", {}).get("alg", "none")}, claims, lambda _: b"")
    elif wish.get("key") == "hmac-public":
        secret = KEYS["RS256"].as_pem(private=False)
        hashed = {**header, "alg": "HS256", "kid": KEYS["RS256"].kid}
        text = raw_token(hashed, claims, lambda data: hmac.new(secret, data, hashlib.sha256).digest())
    else:
        # Any header goes: the signature is made over it as it is, by the algorithm that fits the key.
        model = jws.JWSRegistry(algorithms=[alg]).algorithms[alg]
        text = raw_token(header, claims, lambda data: model.sign(data, key))
    return jsonify({"access_token": text, "kid": key.kid, "sub": claims.get("sub")})


class Quiet(WSGIRequestHandler):
    def log(self, *_):
        pass


def main():
    global ISSUER
    text = sys.argv[1] if len(sys.argv) > 1 else "{}"
    if text.startswith("@"):
        with open(text[1:], encoding="utf-8") as file:
            text = file.read()
    SETTINGS.update(json.loads(text))
    web = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    ISSUER = f"http://127.0.0.1:{web.server_port}"
    server.init_app(app, query_client=CLIENTS.get, save_token=save_token)
    server.register_token_generator("default", AccessTokens())
    server.register_grant(CodeGrant, [IDToken(require_nonce=True), CodeChallenge(required=True)])
    for grant in (RefreshGrant, RobotGrant, DeviceGrant):
        server.register_grant(grant)
    server.register_endpoint(DeviceEndpoint)
    server.register_endpoint(Revocation)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    print(ISSUER, flush=True)
    sys.stdin.read()


main()
