#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""compare.py NATIVE GOT DIFFERENCES - compares two transcripts

Says what differs and is not listed in DIFFERENCES, and what is listed there but
does not differ so. That file has, for each difference, a reason ("# ..."), the
line of the plug-in ("< ...") and the native one ("> ..."); one of the two is
missing where there is no such line. "~ OBSERVATION" names one that comes out
one way or the other, with a reason, too.
"""
import sys


def lines_of(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return [text for text in file.read().splitlines() if text.strip()]


def by_observation(lines):
    """What is observed is what comes before the first colon."""
    found = {}
    for text in lines:
        key = text.split(":")[0]
        count = 0
        while (key, count) in found:
            count += 1
        found[key, count] = text
    return found


def differences(native, got):
    native, got = by_observation(native), by_observation(got)
    keys = list(native) + [key for key in got if key not in native]
    return [(got.get(key), native.get(key)) for key in keys
            if got.get(key) != native.get(key)]


def listed(path):
    """Pairs like those of differences(), each with a reason, and what comes
    out either way."""
    pairs, either, reason, ours = [], set(), False, None
    for text in lines_of(path) + ["#"]:
        mark, rest = text[0], text[2:]
        if ours is not None and mark != ">":
            pairs.append((ours, None))
            ours = None
        if mark == "#":
            reason = True
            continue
        if mark == "~" and reason:
            either.add(rest)
            continue
        if mark not in "<>" or not reason:
            sys.exit(f"{path}: no reason, or no difference: {text}")
        if mark == "<":
            ours = rest
        else:
            pairs.append((ours, rest))
            ours = None
    return pairs, either


def show(title, pairs):
    for ours, native in pairs:
        print(title)
        if ours is not None:
            print("<", ours)
        if native is not None:
            print(">", native)


def main():
    native, got = lines_of(sys.argv[1]), lines_of(sys.argv[2])
    known, either = listed(sys.argv[3])
    found = [pair for pair in differences(native, got)
             if (pair[0] or pair[1]).split(":")[0] not in either]
    new = [pair for pair in found if pair not in known]
    gone = [pair for pair in known if pair not in found]
    show("# not listed:", new)
    show("# listed, but does not occur:", gone)
    print(f"{len(native)} lines native, {len(got)} here, "
          f"{len(found)} differ, {len(known)} are listed")
    sys.exit(1 if new or gone or not native else 0)


main()
