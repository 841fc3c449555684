"""A charsmap for the Precompiled normalizer of a few strings, in the format of sentencepiece:
the length of a double array, the array, and the replacements, each ended by a zero byte."""
import base64
import json
import struct
from tokenizers.normalizers import Normalizer


def charsmap(table):
    units, blob = [0] * 256, b""
    root = {}
    for key, value in table.items():
        node = root
        for byte in key.encode():
            node = node.setdefault(byte, {})
        node[None] = len(blob)
        blob += value.encode() + b"\0"

    def block():
        units.extend([1 << 8 | 0x400] * 256)  # the label of an unused unit never fits
        return len(units) - 256

    def fill(node, base):
        if None in node:
            units[base] = 1 << 31 | node[None]
        for byte, child in node.items():
            if byte is None:
                continue
            at, to = base ^ byte, block()
            units[at] = (at ^ to) << 10 | (None in child) << 8 | byte
            fill(child, to)

    base = block()
    units[0] = base << 10
    fill(root, base)
    array = b"".join(struct.pack("<I", u) for u in units)
    return base64.b64encode(struct.pack("<I", len(array)) + array + blob).decode()


def precompiled(table):
    from tokenizers.normalizers import Precompiled
    return Precompiled(base64.b64decode(charsmap(table)))
