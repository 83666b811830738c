#!/usr/bin/python3
"""A BackupFabric agent that shares no code with BackupFabric. See README.md beside this file."""
import argparse
import json
import os
import queue
import sys
import threading
import time
import uuid

import grpc

from enrolment import enrol
from stubs import Stubs
from transfer import Backup, Disk

HERE = os.path.dirname(os.path.abspath(__file__))
NAMESPACE = uuid.UUID("6f1d7a4e-8f0b-4c86-9d64-3a1f5f1f0b42")


def say(text):
    print(text, file=sys.stderr, flush=True)


class Failure(Exception):
    """What the final line of JSON reports as the problem."""


class Control:
    """The control stream: sends what it is given, keeps orders, answers questions about the inventory."""

    def __init__(self, stubs, channel, args, vm):
        self._c, self._stubs, self._args, self._vm = stubs.control, stubs, args, vm
        self._up = queue.Queue()
        self._down = queue.Queue()
        self._active = {}
        self._ended = threading.Event()
        self._call = stubs.control_grpc.AgentControlStub(channel).Connect(iter(self._up.get, None))
        self._reader = threading.Thread(target=self._read, daemon=True)

    def open(self, timeout):
        hello = self._c.Hello(
            agent_version="foreign 1.0", protocol=1, host_name=self._args.name, operating_system="Debian",
            hypervisor="foreign peer", codecs=[0])
        hello.clock.GetCurrentTime()
        self.send(hello=hello)
        self._reader.start()
        welcome = self.wait("welcome", timeout)
        self.send_inventory()
        every = welcome.pulse_every.ToNanoseconds() / 1e9 or 10
        threading.Thread(target=self._pulse, args=(every,), daemon=True).start()
        return welcome

    def send(self, **body):
        self._up.put(self._c.AgentUp(**body))

    def send_inventory(self):
        self.send(inventory=self._c.Inventory(complete=True, vms=[self._vm]))

    def begin(self, order):
        self._active[order.job_id] = order

    def end(self, order, outcome, timeout):
        self.send(outcome=outcome)
        noted = self.wait("noted", timeout)
        if noted.job_id != order.job_id:
            raise Failure(f"the outcome of {noted.job_id} was noted, not that of {order.job_id}")
        self._active.pop(order.job_id, None)

    def wait(self, body, timeout):
        """The next message of that kind. The others are either done by the reader or make no difference here."""
        until = time.monotonic() + timeout
        while True:
            try:
                down = self._down.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                raise Failure(f"no '{body}' came within {timeout:.0f} seconds") from None
            if isinstance(down, Exception):
                raise down
            if down.WhichOneof("body") == body:
                return getattr(down, body)

    def close(self):
        self._ended.set()
        self._up.put(None)
        self._reader.join(10)
        self._call.cancel()

    def _read(self):
        try:
            for down in self._call:
                if down.WhichOneof("body") == "inventory_wanted":
                    self.send_inventory()
                else:
                    self._down.put(down)
            self._down.put(Failure("the server ended the control stream"))
        except grpc.RpcError as error:
            if not self._ended.is_set():
                self._down.put(error)

    def _pulse(self, every):
        while not self._ended.wait(every):
            self.send(pulse=self._c.Pulse(job_ids=list(self._active)))


def make_vm(stubs, args, disk):
    c = stubs.common
    return c.VirtualMachine(
        vm_id=args.vm_id or str(uuid.uuid5(NAMESPACE, args.name + "/" + args.vm)), name=args.vm, state=c.VM_STATE_OFF, generation=2,
        configuration_version="9.0", configuration_path="/foreign/" + args.vm, memory_bytes=1 << 30, guest_os="none",
        disks=[c.VmDisk(path=disk.path, length=disk.length, location=disk.location, disk_key=disk.key,
                        protection=c.DISK_PROTECTION_FULL_READ)])


def do_order(stubs, control, channel, args, order, vm, disk, result):
    c = stubs.control
    outcome = c.JobOutcome(job_id=order.job_id, attempt=order.attempt)
    result.update(job_id=order.job_id, attempt=order.attempt)
    control.begin(order)
    if order.WhichOneof("task") != "protect" or order.protect.vm_id != vm.vm_id:
        outcome.ending = c.ENDING_FAILED
        outcome.problem.code = "order-not-supported"
        outcome.problem.sentence = "The foreign peer only backs up its one VM."
        outcome.problem.advice = "Send the order to another host."
    else:
        backup = Backup(stubs, order, vm, disk)
        try:
            backup.run(channel, args.timeout)
            outcome.ending = c.ENDING_SUCCEEDED
        except (grpc.RpcError, RuntimeError) as error:
            outcome.ending = c.ENDING_FAILED
            outcome.problem.CopyFrom(problem_of(stubs, error))
            result["problem"] = outcome.problem.sentence
        outcome.figures.CopyFrom(backup.figures)
        result.update(
            point_id=backup.point_id, spans=backup.spans, disk_bytes=disk.length, offered_blocks=backup.figures.offered_blocks,
            sent_blocks=backup.figures.sent_blocks, sent_bytes=backup.figures.sent_bytes)
    result["ending"] = "succeeded" if outcome.ending == c.ENDING_SUCCEEDED else "failed"
    say(f"order {order.job_id}: {result['ending']}")
    control.end(order, outcome, args.timeout)
    return outcome.ending == c.ENDING_SUCCEEDED


def problem_of(stubs, error):
    """The problem in the trailer bf-problem-bin, or the status in its form."""
    if isinstance(error, grpc.RpcError):
        for key, value in error.trailing_metadata() or ():
            if key == "bf-problem-bin":
                return stubs.common.Problem.FromString(value)
        return stubs.common.Problem(
            code="call-failed", sentence=f"The call failed ({error.code().name}): {error.details()}", advice="Look into the server's log.")
    return stubs.common.Problem(code="contract-broken", sentence=f"The server broke the contract: {error}.", advice="Compare the versions.")


def run(args, result):
    disk = Disk(os.path.abspath(args.disk), args.disk_key or str(uuid.uuid5(NAMESPACE, args.name + "/disk")))
    options = (("grpc.ssl_target_name_override", args.server_name),) if args.server_name else ()
    options += (("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1))
    with Stubs(args.protos) as stubs:
        try:
            identity = enrol(stubs, args.server, args.token, args.name, options)
            result.update(enrolled=True, host_id=identity.host_id)
            say(f"enrolled as {identity.host_id}")
            vm = make_vm(stubs, args, disk)
            result["vm_id"] = vm.vm_id
            with grpc.secure_channel(args.server, identity.credentials, options) as channel:
                control = Control(stubs, channel, args, vm)
                control.open(args.timeout)
                result["connected"] = True
                say(f"connected; waiting for {args.orders} order(s) for VM {vm.vm_id}")
                try:
                    serve(stubs, control, channel, args, vm, disk, result)
                finally:
                    control.close()
        except grpc.RpcError as error:
            problem = problem_of(stubs, error)
            raise Failure(f"{problem.sentence} {problem.advice}".strip()) from error


def serve(stubs, control, channel, args, vm, disk, result):
    good = True
    for _ in range(args.orders):
        order = control.wait("order", args.timeout)
        one = {}
        result["orders"].append(one)
        good &= do_order(stubs, control, channel, args, order, vm, disk, one)
    result["ok"] = good


def arguments():
    parser = argparse.ArgumentParser(description="An agent made from the .proto files alone: enrols, connects, backs up one raw disk.")
    parser.add_argument("--server", required=True, help="HOST:PORT of the server")
    parser.add_argument("--token", required=True, help="enrolment token (bf1.…), or @FILE that holds one")
    parser.add_argument("--disk", required=True, help="raw file that is the VM's disk; a few MiB at most, this hashes slowly")
    parser.add_argument("--name", required=True, help="host name to enrol as")
    parser.add_argument("--vm", default="foreign-vm", help="name of the VM")
    parser.add_argument("--vm-id", help="GUID of the VM (default: made from the names)")
    parser.add_argument("--disk-key", help="GUID of the disk (default: made from the name)")
    parser.add_argument("--orders", type=int, default=1, help="orders to carry out before ending (default: 1)")
    parser.add_argument("--timeout", type=float, default=120, help="seconds to wait for anything (default: 120)")
    parser.add_argument("--server-name", help="name to expect in the server's certificate, when it is not HOST")
    parser.add_argument("--protos", default=os.path.join(HERE, "..", "..", "protos", "BackupFabric.Protos"),
                        help="folder that holds backupfabric/v1/*.proto")
    args = parser.parse_args()
    if args.token.startswith("@"):
        with open(args.token[1:], encoding="ascii") as file:
            args.token = file.read().strip()
    return args


def main():
    result = {"ok": False, "enrolled": False, "connected": False, "orders": []}
    try:
        run(arguments(), result)
    except (Failure, OSError) as error:
        result["problem"] = str(error)
    except SystemExit as stop:
        if stop.code in (0, 2):
            raise
        result["problem"] = str(stop.code)
    print(json.dumps(result), flush=True)
    return 0 if result["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
