# SPDX-License-Identifier: GPL-2.0-or-later
"""What is measured of any stack. A measure takes a Bench, adds to its rows."""
import time

import places
from pairs import CLIENT, rounds
from places import Place, mount, view

PYTHON = "/usr/bin/python3"
TREE = "/usr/share/doc"

# name, arguments of bench_calls, expected at most in a view, with --no-paths
CALLS = [
    ("getppid", "getppid", 1.3, 1.3),
    ("read /dev/zero", "read", 1.3, 1.3),
    ("write /dev/null", "write", 1.3, 1.3),
    ("stat", "stat", 10, 1.3),
    ("open+close", "open", 10, 1.3),
    ("fork+exec /bin/true", "-b {runs} -n 1 run /bin/true", None, None),
    ("the same, on a stack", "-b {runs} -n 1 run /bin/true", None, None),
    (f"find {TREE}", f"-b {{few}} -n 1 run find {TREE} -name '*.x'", 5, 1.3),
    ("the same, with stat", f"-b {{few}} -n 1 run find {TREE} -size +1M", 5,
     1.3),
    ("gcc -O2 -c", "-b {few} -n 1 run gcc -O2 -c {dir}/hello.c -o {dir}/hello.o",
     1.4, 1.3),
    ("python3 -c pass", f"-b {{few}} -n 1 run {PYTHON} -c pass", 1.4, 1.3),
]

HELLO = """#include <stdio.h>
#include <sys/socket.h>
int main(void) { return printf("hello\\n") < 0; }
"""


def calls(bench):
    """System calls and programs in a view, against native."""
    with open(f"{bench.dir}/hello.c", "w") as f:
        f.write(HELLO)
    with Place(path=bench.path) as native, view(bench) as full, \
            view(bench, "--no-paths") as nopaths:
        for i, place in enumerate((full, nopaths)):
            mount(place, "vdestack", f"switch://{bench.dir}/sw{i}", "a")
        for round_ in bench.rounds("system calls"):
            for name, args, most, most_nopaths in CALLS:
                command = f"{bench.calls} " + args.format(
                    dir=bench.dir, runs=bench.pick(100, 20),
                    few=bench.pick(9, 3))
                on = "vustack /dev/net/a " if "on a stack" in name else ""
                found = bench.take_turns(round_, {
                    "native": lambda c=command: native.number(c),
                    "view": lambda c=on + command: full.number(c),
                    "nopaths": lambda c=on + command: nopaths.number(c)})
                for what, limit in (("view", most), ("nopaths", most_nopaths)):
                    bench.add("view" if what == "view" else "view --no-paths",
                              name, found["native"], found[what], "ns", limit)


def parts(bench):
    """A socket on a stack, and where its time goes."""
    # Batches long enough to hold several refills of the stock.
    args = f"-b {bench.pick(30, 5)} -n"
    size = {"burst16": 16, "burst256": 2}
    ptp = f"ptp://{bench.dir}/parts"

    with Place(path=bench.path) as native, view(bench) as v:
        mount(v, "vdestack", f"switch://{bench.dir}/swp", "a")
        mount(v, "kernel", None, "k")

        def plain(call):
            return f"{bench.calls} {args} {size.get(call, 256)} {call}"

        def on(name, call):
            return f"vustack /dev/net/{name} {plain(call)}"

        todo = [
            # name, where, command, native command, at most
            ("on vdestack, one after the other", v, on("a", "socket"),
             "socket", 15),
            ("on vdestack, bursts of 16", v, on("a", "burst16"), "burst16",
             15),
            ("on vdestack, bursts of 256", v, on("a", "burst256"), "burst256",
             15),
            ("never in stock (netlink, vdestack)", v, on("a", "rawsocket"),
             "rawsocket", None),
            ("on a kernel stack (never in stock)", v, on("k", "socket"),
             "socket", None),
            ("msocket(NULL) on no stack (umvu makes it)", v, plain("msocket"),
             "socket", None),
            ("in a view, on no stack (trap, go on)", v, plain("socket"),
             "socket", None),
            ("AF_UNIX, on vdestack (trap, go on)", v, on("a", "unix"), "unix",
             None),
            ("libioth alone, no view", native,
             f"{bench.traffic} sockets vdestack {ptp} {CLIENT}", "socket",
             None),
            ("seccomp alone: answer (no socket)", native,
             f"{bench.floor} answer", "socket", None),
            ("seccomp alone: go on", native, f"{bench.floor} continue",
             "socket", None),
            ("seccomp alone: hand over a new socket", native,
             f"{bench.floor} addfd", "socket", None),
        ]
        for round_ in bench.rounds("socket()+close"):
            for name, place, command, base, most in todo:
                found = bench.take_turns(round_, {
                    "native": lambda b=base: native.number(plain(b)),
                    "other": lambda p=place, c=command: p.number(c)})
                bench.add("socket()+close", name, found["native"],
                          found["other"], "ns", most)
            cpu_of_sockets(bench, v)


def cpu_of_sockets(bench, place):
    """Processor time of everyone who takes part."""
    batches, size = 40, 50
    before = places.thread_ns(place)
    place.run(f"vustack /dev/net/a {bench.calls} -b {batches} -n {size} "
              "socket")
    after = places.thread_ns(place)
    shares = {"umvu": 0.0, "stack process": 0.0}
    for key, ns in after.items():
        who = "stack process" if key[0].startswith("vunetioth") else "umvu"
        shares[who] += (ns - before.get(key, ns)) / (batches * size)
    for who, ns in shares.items():
        bench.add("socket()+close", f"processor time of {who}", None, ns, "ns",
                  None)


# --- traffic -----------------------------------------------------------------

# name, unit, expected at least against libioth
TRAFFIC = [
    ("throughput", "Gbit/s", 0.95),
    ("64-byte round trip", "us", 0.95),
    ("64-byte round trip, one CPU", "us", 0.95),
    ("connections", "/s", 0.6),
    ("connections, one CPU", "/s", 0.6),
    ("iperf3", "Gbit/s", None),
]


def traffic_of(pair):
    """Figures by name; of pinned ones only those of latency."""
    speed, trip, connections = pair.traffic()
    if pair.pinned:
        return {"64-byte round trip, one CPU": trip,
                "connections, one CPU": connections}
    figures = {"throughput": speed, "64-byte round trip": trip,
               "connections": connections}
    if pair.stack[0].startswith("-"):  # iperf3 does not know libioth
        figures["iperf3"] = pair.iperf3()
    return figures


def traffic(bench):
    """Two stacks on a wire: in a view, used by libioth, and vdens."""
    kinds = ["view", "libioth"] + (["vdens"] if bench.has("vdens") else [])
    for wire, found in rounds(bench, "traffic", "vdestack", kinds, traffic_of):
        add_traffic(bench, wire, found)


def add_traffic(bench, wire, found):
    for name, unit, least in TRAFFIC:
        for base in ("libioth", "vdens"):
            if name in found["view"] and name in found.get(base, ()):
                bench.add(f"view : {base} ({wire}://)", name,
                          found[base][name], found["view"][name], unit,
                          1 if base == "vdens" else least, at_least=True)


# --- idleness ----------------------------------------------------------------

def idle(bench):
    """Processor time of a session with ten mounts and nothing to do."""
    seconds = bench.idle
    if not seconds:
        return
    for plugin in ("vdestack", "lwip"):
        bench.say(f"idle, 10 times {plugin}, {seconds} s")
        with view(bench) as place:
            for i in range(10):
                vnl = ("vde" if i else "switch") + f"://{bench.dir}/{plugin}"
                mount(place, plugin, vnl, f"n{i}", f"10.9.2.{i + 1}")
            time.sleep(8)  # duplicate address detection, solicitations
            before = places.thread_ns(place)
            time.sleep(seconds)
            after = places.thread_ns(place)
        add_idle(bench, f"idle, 10 times {plugin}", {
            key: after[key] - before.get(key, 0) for key in after})


def add_idle(bench, section, used):
    """Nanoseconds by thread. Ticks of processes would not do: one that is
    spent in between two looks may belong to what was before."""
    total = sum(used.values())
    bench.add(section, f"processor time in {bench.idle} s", None,
              round(total / 1e9, 2), "s", 0.0)
    bench.add(section, "the same", None, total / 1e3, "us", None)
    for (name, tid), n in sorted(used.items()):
        if n > 1000000:
            bench.note(f"not quite idle: {name} ({tid}): {n / 1e3:.0f} us")
