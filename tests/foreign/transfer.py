"""One backup of one raw disk over BlockTransfer.Push, in the plainest way that the contract allows."""
import json
import queue

from blake3 import keyed_hash

CLUSTER = 4096
OFFER_MAX = 4096


class Disk:
    """A raw file, seen as clusters; the last one may be padded with zeros."""

    def __init__(self, path, key):
        self.path, self.key, self.location = path, key, "SCSI 0:0"
        with open(path, "rb") as file:
            self.bytes = file.read()
        self.length = len(self.bytes)

    def span(self, index, span_bytes):
        part = self.bytes[index * span_bytes:(index + 1) * span_bytes]
        return part + b"\0" * (-len(part) % CLUSTER)


def varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def encode_leaf(entries):
    """entries: (clusters, id or None for a hole), in order, covering the span."""
    merged = []
    for clusters, block_id in entries:
        if block_id is None and merged and merged[-1][1] is None:
            merged[-1] = (merged[-1][0] + clusters, None)
        else:
            merged.append((clusters, block_id))
    if all(block_id is None for _, block_id in merged):
        return b""
    out = bytearray(b"BFL\x01" + varint(sum(clusters for clusters, _ in merged)))
    for clusters, block_id in merged:
        out += varint(clusters << 1) if block_id is None else varint(clusters << 1 | 1) + block_id
    # No leaf has the length of a block.
    if len(out) % CLUSTER == 0:
        out.append(0)
    return bytes(out)


def cut(span, clusters_per_block):
    """(clusters, plain bytes or None for a hole): fixed lengths; a block that is all zeros is a hole."""
    step = clusters_per_block * CLUSTER
    for at in range(0, len(span), step):
        plain = span[at:at + step]
        yield len(plain) // CLUSTER, (plain if any(plain) else None)


class Push:
    """The stream, with one answer waited for at a time."""

    def __init__(self, stubs, channel, timeout):
        self._transfer = stubs.transfer
        self._up = queue.Queue()
        self._call = stubs.transfer_grpc.BlockTransferStub(channel).Push(iter(self._up.get, None), timeout=timeout)

    def send(self, **body):
        self._up.put(self._transfer.PushUp(**body))

    def ask(self, answer, **body):
        self.send(**body)
        return self.read(answer)

    def read(self, answer):
        down = next(self._call, None)
        if down is None:
            raise RuntimeError(f"the server ended the stream where '{answer}' was expected")
        if down.WhichOneof("body") != answer:
            raise RuntimeError(f"'{down.WhichOneof('body')}' came where '{answer}' was expected")
        return getattr(down, answer)

    def close(self):
        self._up.put(None)
        for _ in self._call:
            pass

    def abandon(self):
        self._up.put(None)
        self._call.cancel()


class Backup:
    """Does a ProtectOrder. The figures tell what travelled."""

    def __init__(self, stubs, order, vm, disk):
        self._t, self._stubs, self._order, self._vm, self._disk = stubs.transfer, stubs, order, vm, disk
        self.figures = stubs.control.JobFigures(disk_bytes=disk.length, read_bytes=disk.length)
        self.spans = 0
        self.point_id = ""

    def run(self, channel, timeout):
        push = Push(self._stubs, channel, timeout)
        try:
            began = push.ask("began", begin=self._begin())
            if began.HasField("committed"):
                self.point_id = began.committed.point_id
            else:
                leaves = self._send_blocks(push, began)
                for span, entries in leaves:
                    push.send(span=self._t.SpanMap(disk=0, span=span, entries=entries))
                    self.spans += 1
                self.point_id = push.ask("committed", commit=self._commit()).point_id
            push.close()
        except BaseException:
            push.abandon()
            raise

    def _begin(self):
        # No base: the whole disk is sent as spans, and what the repository has of it is not sent again.
        return self._t.PushBegin(
            ticket=self._order.ticket, job_id=self._order.job_id, attempt=self._order.attempt, epoch=self._order.epoch, codecs=[0],
            disks=[self._t.PushDisk(disk_key=self._disk.key, length=self._disk.length)])

    def _send_blocks(self, push, began):
        cutting = began.cutting
        span_bytes = cutting.span_clusters * CLUSTER
        leaves, pending = [], {}
        for span in range(-(-self._disk.length // span_bytes)):
            entries = []
            for clusters, plain in cut(self._disk.span(span, span_bytes), cutting.average_clusters):
                block_id = keyed_hash(began.id_key, plain) if plain is not None else None
                entries.append((clusters, block_id))
                if block_id is not None:
                    pending[block_id] = plain
            leaves.append((span, encode_leaf(entries)))
        self._offer(push, pending, began.batch_bytes_max)
        return leaves

    def _offer(self, push, blocks, batch_bytes_max):
        ids = list(blocks)
        batches = 0
        for sequence, at in enumerate(range(0, len(ids), OFFER_MAX), start=1):
            part = ids[at:at + OFFER_MAX]
            need = push.ask("need", offer=self._t.Offer(sequence=sequence, ids=b"".join(part)))
            if need.sequence != sequence:
                raise RuntimeError(f"need {need.sequence} came for offer {sequence}")
            self.figures.offered_blocks += len(part)
            wanted = [block for i, block in enumerate(part) if i // 8 < len(need.bitmap) and need.bitmap[i // 8] >> i % 8 & 1]
            for batch in self._batches(wanted, blocks, batch_bytes_max):
                batches += 1
                stored = push.ask("stored", blocks=batch)
                if stored.batches != batches:
                    raise RuntimeError(f"{stored.batches} batches are stored, but {batches} were sent")

    def _batches(self, wanted, blocks, batch_bytes_max):
        batch, size = self._t.BlockBatch(), 0
        for block_id in wanted:
            plain = blocks[block_id]
            if size and size + len(plain) + 64 > (batch_bytes_max or 1 << 20):
                yield batch
                batch, size = self._t.BlockBatch(), 0
            batch.blocks.add(id=block_id, codec=0, plain_length=len(plain), payload=plain)
            size += len(plain) + 64
            self.figures.sent_blocks += 1
            self.figures.sent_bytes += len(plain)
        if size:
            yield batch

    def _commit(self):
        vm, disk = self._vm, self._disk
        configuration = self._t.VmConfiguration(
            vm_id=vm.vm_id, name=vm.name, generation=vm.generation, version=vm.configuration_version,
            settings_json=json.dumps({"memory": vm.memory_bytes}),
            disks=[self._t.ConfiguredDisk(disk_key=disk.key, location=disk.location, path=disk.path)])
        return self._t.PushCommit(
            consistency=self._stubs.common.CONSISTENCY_OFFLINE,
            configuration=configuration.SerializeToString(),
            disks=[self._t.CommitDisk(
                disk_key=disk.key, length=disk.length, path=disk.path, location=disk.location,
                logical_sector=512, physical_sector=4096, block_size=32 << 20)],
            figures=self.figures)
