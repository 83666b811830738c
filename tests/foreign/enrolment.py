"""How this host becomes a host of the server: token, authority, key, certificate."""
import base64
import hashlib
import ssl
import urllib.request

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Identity:
    """What a host has after enrolment: a channel can be opened with it."""

    def __init__(self, host_id, authority_pem, key_pem, certificate_pem):
        self.host_id = host_id
        self.credentials = grpc.ssl_channel_credentials(authority_pem, key_pem, certificate_pem)


def parse_token(token):
    parts = token.strip().split(".")
    if len(parts) != 3 or parts[0] != "bf1":
        raise SystemExit("The token is not of the form bf1.FINGERPRINT.SECRET; 'bf host token' prints one.")
    fingerprint = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
    return fingerprint, parts[2]


def fetch_authority(server, fingerprint):
    """The server's authority, trusted because the token names it, not because somebody sent it."""
    blind = ssl.create_default_context()
    blind.check_hostname = False
    blind.verify_mode = ssl.CERT_NONE
    with urllib.request.urlopen(f"https://{server}/enrolment/authority", context=blind, timeout=30) as answer:
        pem = answer.read(1 << 20).decode("ascii")
    der = ssl.PEM_cert_to_DER_cert(pem)
    if hashlib.sha256(der).digest() != fingerprint:
        raise SystemExit(f"The authority of {server} is not the one that the token names: this is another server, or somebody in between.")
    return ssl.DER_cert_to_PEM_cert(der).encode()


def make_request(key, name):
    """PKCS#10, DER."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    return request.public_bytes(serialization.Encoding.DER)


def enrol(stubs, server, token, name, options):
    fingerprint, secret = parse_token(token)
    authority = fetch_authority(server, fingerprint)
    key = ec.generate_private_key(ec.SECP256R1())
    request = stubs.enrolment.EnrolRequest(
        token_secret=secret, host_name=name, certificate_request=make_request(key, name), agent_version="foreign 1.0")
    with grpc.secure_channel(server, grpc.ssl_channel_credentials(authority), options) as channel:
        reply = stubs.enrolment_grpc.EnrolmentStub(channel).Enrol(request, timeout=60)
    if hashlib.sha256(reply.authority).digest() != fingerprint:
        raise SystemExit("The reply to the enrolment names another authority than the token.")
    key_pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    certificate_pem = ssl.DER_cert_to_PEM_cert(reply.certificate).encode()
    return Identity(reply.host_id, authority, key_pem, certificate_pem)
