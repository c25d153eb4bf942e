import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { Judge, type Sample } from "#src/inspect/watchdog/judge.ts"

const THRESHOLD = 100

/** Samples of a thread at the given times, taken in turn: what the judge says of each. */
function judged(...samples: (Partial<Sample> & Pick<Sample, "now">)[]): string[] {
  const judge = new Judge(THRESHOLD)
  return samples.map((sample) => {
    const verdict = judge.see({ state: "running", busy: 0, turned: 0, ...sample })
    return verdict.kind === "free" ? "free" : `${verdict.kind} since ${verdict.since}`
  })
}

const resting = (now: number, busy = 0): Sample => ({ now, state: "resting", busy, turned: 0 })

describe("a watchdog's judge", () => {
  it("finds a thread free that rests whenever it looks", () => {
    assert.deepEqual(judged(resting(0), resting(50), resting(100), resting(10_000)), ["free", "free", "free", "free"])
  })

  it("takes a thread that computes since it rested for blocked, once the threshold is over", () => {
    assert.deepEqual(
      judged(resting(0), { now: 40, busy: 30 }, { now: 70, busy: 60 }, { now: 110, busy: 100 }),
      ["free", "free", "suspected since 10", "blocked since 10"],
    )
  })

  it("counts from the end of the last rest that the processor time tells of", () => {
    assert.deepEqual(judged(resting(0), { now: 50, busy: 50 }, { now: 100, busy: 70 }, { now: 150, busy: 120 }), [
      "free",
      "suspected since 0",
      "free",
      "suspected since 80",
    ])
  })

  it("does not take a wait for the processor for a rest, where the system tells them apart", () => {
    assert.deepEqual(
      judged({ ...resting(0), rests: 7 }, { now: 50, busy: 50, rests: 7 }, { now: 100, busy: 60, rests: 7 }),
      ["free", "suspected since 0", "blocked since 0"],
    )
  })

  it("begins anew with each turn of the loop that it is told of", () => {
    assert.deepEqual(
      judged(resting(0), { now: 60, busy: 60 }, { now: 110, busy: 110, turned: 90 }, { now: 190, busy: 190, turned: 90 }),
      ["free", "suspected since 0", "free", "blocked since 90"],
    )
  })

  it("counts a call that is known to block from its beginning, though the thread seems to rest", () => {
    assert.deepEqual(
      judged(resting(0), { ...resting(50), called: 30 }, { ...resting(100), called: 30 }, { ...resting(131), called: 30 }),
      ["free", "free", "suspected since 30", "blocked since 30"],
    )
  })

  it("counts what the thread computed right before such a call", () => {
    assert.deepEqual(judged(resting(0), { now: 50, busy: 45 }, { now: 110, busy: 60, called: 65, state: "waiting" }), [
      "free",
      "free",
      "blocked since 5",
    ])
  })

  it("takes a thread that waits for something else than events for blocked", () => {
    const waiting = (now: number): Sample => ({ now, state: "waiting", busy: 0, turned: 0 })
    assert.deepEqual(judged(resting(0), waiting(50), waiting(100), waiting(150)), ["free", "free", "suspected since 50", "blocked since 50"])
  })

  it("takes no time without the processor for a rest while the thread tells of its turns, as when garbage is collected", () => {
    const at = (now: number, busy: number, rests: number, more: Partial<Sample> = {}): Partial<Sample> & { now: number } => ({ now, busy, rests, telling: 51, ...more })
    assert.deepEqual(judged({ ...resting(0), rests: 1 }, { now: 50, busy: 50, rests: 1 }, at(75, 55, 9), at(101, 62, 30)), [
      "free",
      "suspected since 0",
      "suspected since 0",
      "blocked since 0",
    ])
    // It has said that it turned.
    assert.deepEqual(judged({ ...resting(0), rests: 1 }, { now: 50, busy: 50, rests: 1 }, at(101, 62, 30, { turned: 90 })), ["free", "suspected since 0", "free"])
  })

  it("takes it for a rest where it was before it began to tell", () => {
    assert.deepEqual(judged({ ...resting(0), rests: 1 }, { now: 50, busy: 50, rests: 1 }, { now: 101, busy: 62, rests: 2, telling: 95 }), [
      "free",
      "suspected since 0",
      "free",
    ])
  })

  const held = (now: number, busy: number, rests: number): Sample => ({ now, state: "held", busy, rests, turned: 0 })
  it("counts what a thread waited for another one, and says nothing until that is over", () => {
    assert.deepEqual(
      judged({ ...resting(0), rests: 1 }, { now: 50, busy: 48, rests: 1 }, held(80, 50, 2), held(110, 50, 2), { now: 120, busy: 60, rests: 2 }),
      ["free", "free", "free", "free", "blocked since 2"],
    )
  })

  it("halves the error where a thread is held that was not seen to compute before", () => {
    // It computed for 20 ms, in between 0 and 50.
    assert.deepEqual(judged({ ...resting(0), rests: 1 }, held(50, 20, 2), { now: 90, busy: 60, rests: 2 }), ["free", "free", "suspected since 15"])
  })

  it("forgets what was before a debugger held it", () => {
    assert.deepEqual(
      judged({ ...resting(0), rests: 1 }, { now: 50, busy: 50, rests: 1 }, held(90, 80, 2), held(200, 80, 2), { now: 210, busy: 85, rests: 2, telling: 51 }),
      ["free", "suspected since 0", "free", "free", "free"],
    )
  })

  it("takes what was computed since such a call began for computed in it", () => {
    const called = { called: 54, rests: 2 }
    assert.deepEqual(judged(resting(0), { now: 45, busy: 4, called: 41 }, { ...held(93, 52, 2), ...called }, { ...held(142, 53, 2), ...called }), [
      "free",
      "free",
      "suspected since 41",
      "blocked since 41",
    ])
  })

  it("begins no call that waits before the rest that it has seen", () => {
    assert.deepEqual(judged(resting(0), resting(50), { now: 100, state: "waiting", busy: 21, called: 52 }, { now: 151, state: "waiting", busy: 21, called: 52 }), [
      "free",
      "free",
      "suspected since 50",
      "blocked since 50",
    ])
  })

  it("looks now and then at a thread that is held", () => {
    const judge = new Judge(THRESHOLD)
    judge.see(resting(0))
    judge.see({ ...held(50, 40, 2) })
    assert.equal(judge.pause(50), 10)
    judge.see({ ...held(200, 40, 2) })
    assert.equal(judge.pause(200), 10)
  })

  it("goes by the processor time alone where the system says no more", () => {
    const unknown = (now: number, busy: number): Sample => ({ now, state: "unknown", busy, turned: 0 })
    assert.deepEqual(judged(unknown(0, 0), unknown(50, 5), unknown(100, 54), unknown(155, 108), unknown(200, 120)), [
      "free",
      "free",
      "free",
      "blocked since 51",
      "free",
    ])
  })

  it("looks twice in a threshold at a thread that rests, and exactly at half and at the whole of one that does not", () => {
    const judge = new Judge(THRESHOLD)
    judge.see(resting(0))
    assert.equal(judge.pause(0), 50)
    judge.see({ now: 50, state: "running", busy: 30, turned: 0 })
    assert.equal(judge.pause(50), 20)
    judge.see({ now: 71, state: "running", busy: 51, turned: 0 })
    assert.equal(judge.pause(71), 49)
    judge.see({ now: 120, state: "running", busy: 100, turned: 0 })
    assert.equal(judge.pause(120), 1)
  })
})
