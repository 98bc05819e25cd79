"""Seals and opens objects with Tink and cryptography, by docs/sealing.md alone; nothing of Habeas is used.

    seals.py open OBJECT WRAPPING OUTPUT            the content of a sealed object
    seals.py seal INPUT OBJECT WRAPPING             an object of these bytes, its key file beside it

WRAPPING is a file ID.wrapping from the keys' folder.
"""
import base64
import json
import os
import sys
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from tink import proto_keyset_format, secret_key_access, streaming_aead
from tink.proto import aes_gcm_hkdf_streaming_pb2, common_pb2, tink_pb2

FORMAT = "habeas-sealed-object-key"


def primitive(key):
    """Tink's AES256_GCM_HKDF_1MB under a key of our own."""
    value = aes_gcm_hkdf_streaming_pb2.AesGcmHkdfStreamingKey(
        version=0, key_value=key,
        params=aes_gcm_hkdf_streaming_pb2.AesGcmHkdfStreamingParams(
            ciphertext_segment_size=1 << 20, derived_key_size=32, hkdf_hash_type=common_pb2.SHA256))
    data = tink_pb2.KeyData(
        type_url="type.googleapis.com/google.crypto.tink.AesGcmHkdfStreamingKey",
        value=value.SerializeToString(), key_material_type=tink_pb2.KeyData.SYMMETRIC)
    keyset = tink_pb2.Keyset(primary_key_id=1, key=[tink_pb2.Keyset.Key(
        key_data=data, status=tink_pb2.ENABLED, key_id=1, output_prefix_type=tink_pb2.RAW)])
    handle = proto_keyset_format.parse(keyset.SerializeToString(), secret_key_access.TOKEN)
    return handle.primitive(streaming_aead.StreamingAead)


def associated_data(name):
    return f"{FORMAT}/1/{name}".encode()


def open_object(path, wrapping, output):
    key_file = json.loads(Path(f"{path}.key").read_text())
    assert (key_file["format"], key_file["version"], key_file["state"]) == (FORMAT, 1, "sealed"), key_file
    assert key_file["cipher"] == "AES256_GCM_HKDF_1MB" and key_file["wrapping_key"] == Path(wrapping).stem
    wrapped = base64.b64decode(key_file["wrapped_key"], validate=True)
    service_key = AESGCM(base64.b64decode(Path(wrapping).read_text()))
    key = service_key.decrypt(wrapped[:12], wrapped[12:], associated_data(path.name))
    with open(path, "rb") as sealed, open(output, "wb") as plain:
        with primitive(key).new_decrypting_stream(sealed, path.name.encode()) as stream:
            while piece := stream.read(100_000):
                plain.write(piece)


def seal_object(source, path, wrapping):
    key, nonce = os.urandom(32), os.urandom(12)
    with open(path, "wb") as sealed:
        with primitive(key).new_encrypting_stream(sealed, path.name.encode()) as stream:
            stream.write(Path(source).read_bytes())
    service_key = AESGCM(base64.b64decode(Path(wrapping).read_text()))
    wrapped = nonce + service_key.encrypt(nonce, key, associated_data(path.name))
    Path(f"{path}.key").write_text(json.dumps({
        "format": FORMAT, "version": 1, "object": path.name, "state": "sealed", "cipher": "AES256_GCM_HKDF_1MB",
        "wrapping_key": Path(wrapping).stem, "wrapped_key": base64.b64encode(wrapped).decode()}))


streaming_aead.register()
if sys.argv[1] == "open":
    open_object(Path(sys.argv[2]), sys.argv[3], sys.argv[4])
else:
    seal_object(sys.argv[2], Path(sys.argv[3]), sys.argv[4])
