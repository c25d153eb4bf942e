import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import * as kit from "asyncio-ts/testing"

const main = async (): Promise<number> => 1

/** What refuses, by what it is given. */
const TAKES: Readonly<Record<string, (value: never) => unknown>> = {
  "the options of runTest": (value) => kit.runTest(main, value),
  "the clock of runTest": (clock) => kit.runTest(main, { clock }),
  "the timeout of runTest": (timeout) => kit.runTest(main, { timeout }),
  "the realTimeout of runTest": (realTimeout) => kit.runTest(main, { realTimeout }),
  "the leaks of runTest": (leaks) => kit.runTest(main, { leaks }),
  "what runTest allows": (allow) => kit.runTest(main, { leaks: { allow } }),
  "the seed of runTest": (seed) => kit.runTest(main, { seed }),
  "the debug of runTest": (debug) => kit.runTest(main, { debug }),
  "the signal of runTest": (signal) => kit.runTest(main, { signal }),
  "the name of runTest": (name) => kit.runTest(main, { name }),
  "the options of runVirtual": (value) => kit.runVirtual(main, value),
  "the clock of runVirtual": (clock) => kit.runVirtual(main, { clock }),
  "the signal of runVirtual": (signal) => kit.runVirtual(main, { signal }),
  "the options of leakGuard": (value) => kit.leakGuard(value),
  "the program of explore": (value) => kit.explore(value),
  "the options of explore": (value) => kit.explore(main, value),
  "the runs of explore": (runs) => kit.explore(main, { runs }),
  "the seed of explore": (seed) => kit.explore(main, { seed }),
  "the strategy of explore": (strategy) => kit.explore(main, { strategy }),
  "the depth of explore": (depth) => kit.explore(main, { depth }),
  "the order of explore": (order) => kit.explore(main, { order }),
  "the cancellations of explore": (cancellations) => kit.explore(main, { cancellations }),
  "the mayCancel of explore": (mayCancel) => kit.explore(main, { mayCancel }),
  "the jitter of explore": (jitter) => kit.explore(main, { jitter }),
  "the limits of explore": (limits) => kit.explore(main, { limits }),
  "the steps of explore": (steps) => kit.explore(main, { limits: { steps } }),
  "the seconds of explore": (seconds) => kit.explore(main, { limits: { seconds } }),
  "the timeout of explore": (timeout) => kit.explore(main, { timeout }),
  "the leaks of explore": (leaks) => kit.explore(main, { leaks }),
  "the shrinks of explore": (shrinks) => kit.explore(main, { shrinks }),
  "the replay of explore": (replay) => kit.explore(main, { replay }),
  "the onRun of explore": (onRun) => kit.explore(main, { onRun }),
  "the recording of replay": (value) => kit.replay(value, main),
  "the options of VirtualClock": (value) => new kit.VirtualClock(value),
  "the autojump of VirtualClock": (autojump) => new kit.VirtualClock({ autojump }),
  "the rate of VirtualClock": (rate) => new kit.VirtualClock({ rate }),
  "the seconds of advance": (value) => new kit.VirtualClock().advance(value),
  "the seconds of runFor": (value) => new kit.VirtualClock().runFor(value),
  "the options of untilIdle": (value) => kit.untilIdle(value),
  "the cushion of untilIdle": (cushion) => kit.untilIdle({ cushion }),
  "the position of Sequencer.run": (value) => asyncio.run(() => new kit.Sequencer().run(value, main)),
  "the body of assertCheckpoints": (value) => kit.assertCheckpoints(value),
  "the body of assertNoCheckpoints": (value) => kit.assertNoCheckpoints(value),
  "the options of memoryStreams": (value) => asyncio.run(async () => kit.memoryStreams(value)),
  "the mayBreak of memoryStreams": (mayBreak) => asyncio.run(async () => kit.memoryStreams({ mayBreak })),
  "the maker of streamContract": (value) => kit.streamContract(value, { kind: "one-way" }),
  "the options of streamContract": (value) => kit.streamContract(main as never, value),
  "the kind of streamContract": (kind) => kit.streamContract(main as never, { kind }),
  "the upstream of startFaultProxy": (value) => kit.startFaultProxy(value),
  "the faults of startFaultProxy": (value) => kit.startFaultProxy({ port: 1 }, value),
  "a fault of startFaultProxy": (up) => kit.startFaultProxy({ port: 1 }, { up }),
  "the count of choice": (value) => kit.choice(value, "which"),
  "the label of choice": (value) => kit.choice(2, value),
  "the maker of fault": (value) => kit.fault("503", value),
  "the choices of Schedule": (value) => new kit.Schedule(value),
  "the text of Schedule.parse": (value) => kit.Schedule.parse(value),
}

/** What each of them takes of the list below. */
const FITS: Readonly<Record<string, readonly unknown[]>> = {
  "the name of runTest": ["x"],
  "the label of choice": ["x"],
}
const BAD: readonly unknown[] = [null, "x", NaN, -1, Symbol("s")]
/** How the engine says it, and names neither what was given nor what is taken. */
const OF_THE_ENGINE = /^(Cannot |Invalid |undefined |null )|is not (a function|iterable|an object|a constructor)/

test("what is none of the things a function of the kit takes is named, with what it takes", async () => {
  for (const [what, call] of Object.entries(TAKES)) {
    for (const value of BAD) {
      if (FITS[what]?.includes(value) === true || (what === "the options of VirtualClock" && value === -1)) continue
      const told = `${what}, ${String(value)}`
      const error = await Promise.resolve().then(() => call(value as never)).then(() => assert.fail(`${told} passes`), (caught: unknown) => caught)
      assert.ok(error instanceof TypeError || error instanceof RangeError, `${told}: ${String(error)}`)
      assert.doesNotMatch(error.message, OF_THE_ENGINE, told)
    }
  }
})
