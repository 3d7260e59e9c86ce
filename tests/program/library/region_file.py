"""Reads a file of regions as docs/library.md describes it."""
import struct
from types import SimpleNamespace

HEADER = ("magic byte_order version header_bytes events process thread opened_ns closed_ns record_bytes windows dropped "
          "unmatched unfinished interrupted open_passes error").split()


def read(path):
    data = path.read_bytes()
    log = SimpleNamespace(**dict(zip(HEADER, struct.unpack_from("=8s4I10QIi", data))), path=path, described=[], names=[],
                          passes=[], empty=None)
    assert (log.magic, log.byte_order, log.version, log.header_bytes) == (b"BBREGION", 0x01020304, 1, 4096)
    at, end = 4096, 4096 + log.record_bytes
    assert end <= len(data) and (end == len(data) or not log.closed_ns)
    while at < end:
        size, kind, flags = struct.unpack_from("=IHH", data, at)
        assert size % 8 == 0 and at + size <= end
        body = data[at + 8:at + size]
        if kind == 1:
            texts = body[8:].split(b"\0")[:7]
            log.described.append((texts[0].decode(), texts[1].decode(), flags, texts[4].decode()))
        elif kind == 2:
            region, length = struct.unpack_from("=II", body)
            assert region == len(log.names)
            log.names.append(body[8:8 + length].decode())
        else:
            region, depth, begin, ended, cpu, end_cpu = struct.unpack_from("=IIQQii", body)
            counts = [struct.unpack_from("=QQQ", body, 32 + 24 * i) for i in range((len(body) - 32) // 24)]
            one = SimpleNamespace(name=log.names[region] if kind == 3 else None, depth=depth, begin=begin, end=ended,
                                  cpus=(cpu, end_cpu), flags=flags, counts=counts)
            if kind == 3:
                log.passes.append(one)
            else:
                assert kind == 4 and log.empty is None
                log.empty = one
        at += size
    assert len(log.described) == log.events
    return log
