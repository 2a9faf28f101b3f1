# SPDX-License-Identifier: GPL-2.0-or-later
"""Two stacks on a wire, of one kind, and what is measured between them."""
import json
import tempfile
import time

import places
from places import Failed, Place, mount, view

SERVER, CLIENT = "10.9.1.2", "10.9.1.1"


class Pair:
    """Two ends of a wire, of one kind."""

    peer = SERVER
    # what the bench's programs get as STACK VNL IP: server, client
    stack = ("- - -", "- - -")

    def __init__(self, bench, plugin, wire, pinned=False):
        self.bench = bench
        self.plugin = plugin
        self.pinned = pinned
        # The scheduler puts the ends now on one processor, now on two, which
        # is worth a factor of two in latency and hides all else.
        self.prefix = ["taskset", "-c", bench.cpu] if pinned else []
        # A switch whose process was killed leaves its directory behind.
        path = tempfile.mkdtemp(prefix="wire.", dir=bench.dir) + "/w"
        self.vnl = {
            "switch": (f"switch://{path}", f"vde://{path}"),
            "ptp": (f"ptp://{path}", f"ptp://{path}"),
        }[wire]
        self.places = []

    def open(self, place):
        self.places.append(place)
        return place

    def end(self):
        for place in self.places:
            place.stop()
        for place in reversed(self.places):
            place.end()

    def serve(self, command):
        self.server[0].start(f"{self.server[1]} {command}")

    def ask(self, command):
        """What the client says; ends the server."""
        try:
            return self.client[0].run(f"{self.client[1]} {command}")
        finally:
            self.server[0].stop()

    def converse(self, program, *more):
        """Numbers, from a program of the bench that serves and its client."""
        self.serve(f"{program} serve {self.stack[0]}")
        words = [f"{program} client {self.stack[1]} {self.peer}", *more]
        return [float(x) for x in self.ask(" ".join(map(str, words))).split()]

    def traffic(self):
        """Gbit/s, us, connections per second; pinned: not the first"""
        seconds, connections = self.bench.pick((2, 3000), (0.5, 300))
        return self.converse(self.bench.traffic,
                             0.01 if self.pinned else seconds, connections)

    def datagrams(self):
        """us"""
        return self.converse(self.bench.datagrams)[0]

    def iperf3(self, *options):
        """Gbit/s"""
        self.serve("iperf3 -s -1 --forceflush")
        out = self.ask(f"iperf3 -J -c {self.peer} -t {self.bench.pick(2, 1)} "
                       + " ".join(options))
        return json.loads(out)["end"]["sum_received"]["bits_per_second"] / 1e9


class ViewPair(Pair):
    client_plugin = None  # the same

    def build(self):
        place = self.open(view(self.bench, prefix=self.prefix))
        mount(place, self.plugin, self.vnl[0], "s", SERVER)
        mount(place, self.client_plugin or self.plugin, self.vnl[1], "c",
              CLIENT)
        self.server = place, "vustack /dev/net/s"
        self.client = place, "vustack /dev/net/c"


class LibiothPair(Pair):
    def build(self):
        place = self.open(Place(self.prefix, self.bench.path))
        self.server = self.client = place, ""
        self.stack = (f"{self.plugin} {self.vnl[0]} {SERVER}",
                      f"{self.plugin} {self.vnl[1]} {CLIENT}")


class NativePair(Pair):
    """Loopback, of a namespace of its own; no plug-in, no wire."""

    def build(self):
        place = self.open(Place([*self.prefix, "unshare", "-rn"],
                                self.bench.path))
        place.run(f"ip link set lo up; ip addr add {SERVER}/32 dev lo")
        self.server = self.client = place, ""


class VdensPair(Pair):
    """The kernel's stack in a vdens, whatever the plug-in."""

    def build(self):
        ends = []
        for vnl, address in zip(self.vnl, (SERVER, CLIENT)):
            place = self.open(Place([*self.prefix, "vdens", vnl],
                                    self.bench.path))
            place.run(places.UP.format(address))
            ends.append((place, ""))
        self.server, self.client = ends


KINDS = {"view": ViewPair, "libioth": LibiothPair, "vdens": VdensPair,
         "native": NativePair}


def measure(pair, function):
    """What the function finds, with the pair built for it."""
    try:
        pair.build()
        return function(pair)
    finally:
        pair.end()
        time.sleep(0.2)


def rounds(bench, name, plugin, kinds, function):
    """What is found between pairs of these kinds: wire, figures by kind."""
    for round_ in bench.rounds(name):
        for wire in ("switch", "ptp"):
            for pinned in (False, True):
                turns = {kind: lambda k=kind, w=wire, p=pinned: measure(
                    KINDS[k](bench, plugin, w, p), function)
                         for kind in kinds}
                try:
                    yield wire, bench.take_turns(round_, turns)
                except Failed as failure:
                    bench.note(f"{name}, {wire}://, round {round_ + 1} "
                               f"left out: {failure}")
