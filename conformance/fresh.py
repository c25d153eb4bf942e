"""Fresh scenarios in parts, so that several Pythons can share the work."""
import asyncio
import gc
import json
import random

# Pyodide runs a loop of its own in this thread, and asyncio refuses a second one beside it.
asyncio._set_running_loop(None)

import oracle

SHORTEST_TRACE = 8

# What a scenario leaves half-way ends when it is collected, and its clean-up then runs in
# whichever task is running. So that this is never one of another scenario, Python collects
# between scenarios only.
gc.disable()
BETWEEN_COLLECTIONS = 50


def made(seed, first, count):
    """What oracle.make(seed, ...) makes of its attempts from number `first` on, one JSON line each."""
    lines = []
    for n in range(first, first + count):
        if n % BETWEEN_COLLECTIONS == 0:
            gc.collect()
        rng = random.Random(f"{seed}/{n}")
        profile = rng.choice(list(oracle.Maker.PROFILES))
        scenario = oracle.Maker(rng, profile).scenario(f"{seed}-{n}")
        trace = oracle.trace(scenario)
        if trace is None or len(trace) < SHORTEST_TRACE or oracle.trace(scenario) != trace:
            continue
        lines.append(json.dumps({**scenario, "trace": trace}, separators=(",", ":")))
    return "\n".join(lines)
