# SPDX-License-Identifier: GPL-2.0-or-later
"""What is measured of stacks in user space (issue 3's figures).

Adds to the rows of a Bench, like measures.py.
"""
import places
from pairs import SERVER, Pair, ViewPair, measure, rounds
from places import Failed, Place, mount, view

PLUGIN = "lwip"

# name, unit, base, at most (times) or at least (speeds) in a view
TRAFFIC = [
    ("throughput", "Gbit/s", "libioth", 0.8),
    ("64-byte round trip", "us", "libioth", 1.5),
    ("64-byte round trip, one CPU", "us", "libioth", 1.5),
    ("connections", "/s", "libioth", 0.6),
    ("connections, one CPU", "/s", "libioth", 0.6),
    ("UDP round trip, addresses", "us", "libioth", None),
    ("UDP round trip, addresses, one CPU", "us", "libioth", None),
    ("UDP round trip, addresses", "us", "native", None),
    ("UDP round trip, addresses, one CPU", "us", "native", None),
]


def figures_of(pair):
    """Figures by name; of pinned ones only those of latency."""
    speed, trip, connections = pair.traffic()
    after = ", one CPU" if pair.pinned else ""
    figures = {f"64-byte round trip{after}": trip,
               f"connections{after}": connections,
               f"UDP round trip, addresses{after}": pair.datagrams()}
    if not pair.pinned:
        figures["throughput"] = speed
    return figures


def traffic(bench):
    """Two lwips on a wire: in a view, and linked by libioth."""
    for wire, found in rounds(bench, PLUGIN, PLUGIN,
                              ("view", "libioth", "native"), figures_of):
        add_traffic(bench, wire, found)


def add_traffic(bench, wire, found):
    for name, unit, base, limit in TRAFFIC:
        if name in found["view"]:
            bench.add(f"{PLUGIN}, view : {base} ({wire}://)", name,
                      found[base][name], found["view"][name], unit, limit,
                      at_least=unit != "us")


# --- fetching through slirp4netns and pasta ----------------------------------

class NamespacePair(Pair):
    """
    The host: a network namespace of its own, with a server on 127.0.0.1. The
    client: in a network namespace in it, which a program connects to the host.
    """
    HOST = ("ip link set lo up; ip link add host0 type veth peer name host1; "
            "ip addr add 10.9.3.1/24 dev host0; ip link set host0 up; "
            "ip link set host1 up; ip route add default via 10.9.3.254")

    def __init__(self, bench, command, peer):
        super().__init__(bench, None, "ptp")
        self.command, self.peer = command, peer

    def build(self):
        host = self.open(Place(["unshare", "-rn"], self.bench.path))
        host.run(self.HOST)
        enter = ["nsenter", "--preserve-credentials", "-U", "-n", "-t",
                 str(host.shell.pid)]
        inner = self.open(Place([*enter, "unshare", "-rn"], self.bench.path))
        inner.run("ip link set lo up")
        self.connector = self.open(Place(enter, self.bench.path))
        self.connector.start(
            f"sh -c 'echo; exec {self.command.format(inner.shell.pid)}'")
        inner.run("for i in $(seq 100); do ip route get "
                  f"{self.peer} >/dev/null 2>&1 && exit; sleep 0.1; done; "
                  "exit 1")
        self.server, self.client = (host, ""), (inner, "")


class SlirpPair(Pair):
    """The same host; the client's stack in a view, on the wire slirp://."""
    peer = "10.0.2.2"

    def __init__(self, bench, plugin):
        super().__init__(bench, plugin, "ptp")

    def build(self):
        host = self.open(Place(["unshare", "-rn"], self.bench.path))
        host.run(NamespacePair.HOST)
        place = self.open(view(self.bench, prefix=[
            "nsenter", "--preserve-credentials", "-U", "-n", "-t",
            str(host.shell.pid)]))
        mount(place, self.plugin, "slirp://", "c", "10.0.2.100")
        place.run("vustack /dev/net/c ip route add default via 10.0.2.2")
        self.server = host, ""
        self.client = place, "vustack /dev/net/c"


class WirePair(ViewPair):
    """Nothing in between but a wire: the server is on a vdestack."""

    def __init__(self, bench, plugin):
        super().__init__(bench, "vdestack", "ptp")
        self.client_plugin = plugin


def fetch_of(pair):
    speed = pair.iperf3("-R")
    _, trip, connections = pair.traffic()
    return {"fetching": speed, "64-byte round trip": trip,
            "connections": connections}


def fetch(bench):
    """A client that is cut off from the host's network, and a server there."""
    others = {
        "slirp4netns": lambda: NamespacePair(
            bench, "slirp4netns -c -m 1500 {} tap0", "10.0.2.2"),
        "pasta": lambda: NamespacePair(
            bench, "pasta -f -q --config-net -m 1500 -t none -u none -T none "
            "-U none {}", "10.9.3.254"),
    }
    others = {name: make for name, make in others.items() if bench.has(name)}
    ours = {
        "lwip on slirp://": lambda: SlirpPair(bench, "lwip"),
        "vdestack on slirp://": lambda: SlirpPair(bench, "vdestack"),
        "lwip on ptp://, no NAT": lambda: WirePair(bench, "lwip"),
        "vdestack on ptp://, no NAT": lambda: WirePair(bench, "vdestack"),
    }
    for round_ in bench.rounds("fetching"):
        turns = {name: lambda m=make: measure(m(), fetch_of)
                 for name, make in {**others, **ours}.items()}
        try:
            found = bench.take_turns(round_, turns)
        except Failed as failure:
            bench.note(f"fetch, round {round_ + 1} left out: {failure}")
            continue
        for name in ours:
            for other in others:
                add_fetch(bench, f"{name} : {other}", found[other],
                          found[name])


def add_fetch(bench, section, base, value):
    for name, unit in (("fetching", "Gbit/s"), ("64-byte round trip", "us"),
                       ("connections", "/s")):
        bench.add(section, name, base[name], value[name], unit, None,
                  at_least=unit != "us")


# --- memory ------------------------------------------------------------------

def memory(bench):
    """Of a stack's process, and what an idle connection adds."""
    count = bench.pick(1000, 100)
    for plugin in ("vdestack", PLUGIN):
        bench.say(f"memory, {plugin}")
        measure(ViewPair(bench, plugin, "ptp"),
                lambda pair: add_memory(bench, pair, count))
    bench.note("Memory is PSS; what the kernel has of sockets is not in it.")


def add_memory(bench, pair, count):
    place = pair.server[0]
    section = f"memory, {pair.plugin}"
    before = places.pss(place, "vunetioth ")
    for name, size in before.items():
        bench.add(section, f"process {name}", None, size / 1024, "KB", None)
    pair.serve(f"{bench.connections} serve {pair.stack[0]}")
    place.start(f"{pair.client[1]} {bench.connections} client "
                f"{pair.stack[1]} {SERVER} {count}")
    after = places.pss(place, "vunetioth ")
    for name, size in after.items():
        bench.add(section, f"idle connection, {name}", None,
                  (size - before[name]) / count, "bytes", None)
