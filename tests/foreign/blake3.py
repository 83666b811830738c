"""BLAKE3's keyed hash with 32 bytes of output, written from the specification. Slow and plain: it is a judge, not an engine."""
import json
import struct
import sys

IV = (0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19)
PERMUTATION = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
CHUNK_START, CHUNK_END, PARENT, ROOT, KEYED = 1, 2, 4, 8, 16
BLOCK, CHUNK = 64, 1024
MASK = 0xFFFFFFFF

# (a, b, c, d) of the eight quarter rounds: columns, then diagonals.
QUARTERS = ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
            (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14))


def _schedule():
    order, steps = tuple(range(16)), []
    for _ in range(7):
        steps += [(*quarter, order[2 * i], order[2 * i + 1]) for i, quarter in enumerate(QUARTERS)]
        order = tuple(order[i] for i in PERMUTATION)
    return tuple(steps)


STEPS = _schedule()


def compress(cv, block, counter, flags):
    """The first eight words of the compression of one block of at most 64 bytes."""
    m = struct.unpack("<16I", block.ljust(BLOCK, b"\0"))
    v = [*cv, *IV[:4], counter & MASK, counter >> 32, len(block), flags]
    for a, b, c, d, x, y in STEPS:
        va, vb, vc, vd = v[a], v[b], v[c], v[d]
        va = (va + vb + m[x]) & MASK
        vd ^= va
        vd = (vd >> 16 | vd << 16) & MASK
        vc = (vc + vd) & MASK
        vb ^= vc
        vb = (vb >> 12 | vb << 20) & MASK
        va = (va + vb + m[y]) & MASK
        vd ^= va
        vd = (vd >> 8 | vd << 24) & MASK
        vc = (vc + vd) & MASK
        vb ^= vc
        v[a], v[b], v[c], v[d] = va, (vb >> 7 | vb << 25) & MASK, vc, vd
    return tuple(v[i] ^ v[i + 8] for i in range(8))


def _chunk(key, data, index, last_flag):
    cv = key
    blocks = range(0, max(len(data), 1), BLOCK)
    for at in blocks:
        flags = KEYED
        flags |= CHUNK_START if at == 0 else 0
        flags |= CHUNK_END | last_flag if at == blocks[-1] else 0
        cv = compress(cv, data[at:at + BLOCK], index, flags)
    return cv


def _subtree(key, data, index, root):
    if len(data) <= CHUNK:
        return _chunk(key, data, index, root)
    # The left side is the greatest power of two of chunks that leaves something for the right.
    chunks = (len(data) + CHUNK - 1) // CHUNK
    left = 1 << ((chunks - 1).bit_length() - 1)
    pair = _subtree(key, data[:left * CHUNK], index, 0) + _subtree(key, data[left * CHUNK:], index + left, 0)
    return compress(key, struct.pack("<16I", *pair), 0, KEYED | PARENT | root)


def keyed_hash(key, data):
    if len(key) != 32:
        raise ValueError(f"a key has 32 bytes, not {len(key)}")
    return struct.pack("<8I", *_subtree(struct.unpack("<8I", key), data, 0, ROOT))


def check(path):
    """Compares with the published vectors; returns how many there were."""
    with open(path, encoding="utf-8") as file:
        vectors = json.load(file)
    key = vectors["key"].encode()
    for case in vectors["cases"]:
        data = bytes(i % 251 for i in range(case["input_len"]))
        found = keyed_hash(key, data).hex()
        if found != case["keyed_hash"][:64]:
            raise SystemExit(f"input of {case['input_len']} bytes: {found} is wrong")
    return len(vectors["cases"])


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] != "--check":
        raise SystemExit("usage: blake3.py --check VECTORS.json")
    print(f"{check(sys.argv[2])} vectors agree")
