import { CLAIMS } from "./fuzz/claims.ts"
import type { Proof } from "./proof.ts"

const SCHEDULED = ["lock", "semaphore", "event", "condition", "stock", "barrier", "queue", "group", "timeout", "gather", "wait", "as-completed", "shield", "race"]
const EXHAUSTED = ["lock", "semaphore", "event", "condition", "barrier", "queue"]
const LINEARIZED = ["Lock", "Semaphore", "Queue", "Event", "Condition", "Barrier"] as const
const PYTHONS = ["3.14", "3.15"] as const

/** All of them, in the order in which they are run. What runs them is loaded only then. */
export const PROOFS: readonly Proof[] = [
  {
    name: "determinism",
    claim: "The same seed gives the same trace, byte for byte: the second time, also where every step is slow, and on Node 22, Node 24, Deno and Bun.",
    unit: "programs",
    size: 100_000,
    load: async () => (await import("./determinism/determinism.ts")).determinism,
  },
  {
    name: "replay",
    claim: "A recorded run is replayed, as a recording that was written down: its program tells the same in the same order, also where fakes that take no time stand for what it awaited of the host's.",
    unit: "programs",
    size: 10_000,
    load: async () => (await import("./replay/replay.ts")).replays,
  },
  ...SCHEDULED.map((name): Proof => ({
    name: `schedules-${name}`,
    claim: `No schedule, random or by priorities, with up to two cancellations at any awaits, breaks what is promised of ${name}.`,
    unit: "schedules",
    size: 10_000_000,
    load: async () => (await import("./schedules/schedules.ts")).schedules(name),
  })),
  ...EXHAUSTED.map((name): Proof => ({
    name: `exhaustive-${name}`,
    claim: `No program of up to 4 tasks with up to 6 steps each, under any schedule, with a cancellation at any await, breaks what is promised of ${name}; as far as its size goes.`,
    unit: "states",
    size: 10_000_000,
    load: async () => (await import("./schedules/exhaustive.ts")).exhaustive(name),
  })),
  ...LINEARIZED.map((name): Proof => ({
    name: `linearizable-${name.toLowerCase()}`,
    claim: `Whatever tasks do with one ${name} at once, and wherever they are cancelled, they see what they would see one after the other, and nobody who could go on is forgotten.`,
    unit: "histories",
    size: 100_000,
    load: async () => (await import("./linearizable/linearizable.ts")).linearizable(name),
  })),
  {
    name: "leaks",
    claim: "Tasks that were awaited, cancelled, timed out, gathered or failed leave nothing: the heap does not grow with their number, and no timer, handle or task is left.",
    unit: "tasks",
    size: 100_000_000,
    load: async () => (await import("./leaks/leaks.ts")).leaks,
  },
  {
    name: "cancel-sweep",
    claim: "Every public operation can be cancelled at each of its awaits, in every way: nothing is lost, and no wait, permit, timer, task, handle or file is left.",
    unit: "cells",
    size: 61_664,
    load: async () => (await import("./sweep/sweep.ts")).cancelSweep,
  },
  {
    name: "signals",
    claim:
      "Wherever Ctrl-C or a handled SIGTERM comes, each finally runs exactly once, the process ends by the signal (or with 130 and 143) within 100 ms of the clean-up, nothing is on stderr; a second one interrupts the clean-up, or ends the process.",
    unit: "processes",
    size: 4000,
    load: async () => (await import("./signals/signals.ts")).signals,
  },
  {
    name: "flakes",
    claim: "No test fails that passed before: the suite in virtual time, in any order and under stress, and three times everything else.",
    unit: "rounds",
    size: 100,
    load: async () => (await import("./flakes/flakes.ts")).flakes,
  },
  {
    name: "coverage",
    claim: "Tests run every line and every branch of src/core, src/sync and src/tasks, but for those with a reason in proof/coverage/exceptions.ts.",
    unit: "files of tests",
    size: 1000,
    atMost: true,
    load: async () => (await import("./coverage/coverage.ts")).coverage,
  },
  ...PYTHONS.map((python): Proof => ({
    name: `traces-${python}`,
    claim: `Of programs of all operations, in each order of two, every event comes in the order and at the time of CPython ${python}, but for what the ledger says.`,
    unit: "programs",
    size: 1_000_000,
    load: async () => (await import("./traces/traces.ts")).traces(python),
  })),
  {
    name: "mutants",
    claim: "Each of the known bugs of others that are put back into the sources, one at a time, is found by the test that is named after it.",
    unit: "bugs",
    size: 1000,
    atMost: true,
    load: async () => (await import("./mutants/mutants.ts")).mutants,
  },
  {
    name: "mutation",
    claim: "Tests notice at least 95 % of the small changes that Stryker knows to make to src/sync and to the files of the task group, of timeouts and of gather.",
    unit: "mutants",
    size: 2000,
    atMost: true,
    load: async () => (await import("./mutants/mutation.ts")).mutation,
  },
  ...Object.entries(CLAIMS).map(([name, claim]): Proof => ({
    name: `fuzz-${name}`,
    claim,
    unit: "seconds",
    size: 600,
    load: async () => (await import("./fuzz/fuzz.ts")).fuzzing(name),
  })),
  {
    name: "dependencies",
    claim: "The published package installs no other, runs no script where it is installed, imports only the optional peers that it declares; what is locked has check sums, and the registry knows of no weakness in it.",
    unit: "lock files",
    size: 100,
    atMost: true,
    load: async () => (await import("./security/dependencies.ts")).dependencies,
  },
]
