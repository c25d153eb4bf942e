import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { IDLE_LOOKS, IdleWatch, type LookedAt } from "../../playground/src/worker/idle-watch.ts"

/** How many looks it takes until it says so; undefined after many. */
function looks(at: (look: number) => { readonly loops: readonly LookedAt[]; readonly timers: number }): number | undefined {
  const watch = new IdleWatch()
  for (let look = 1; look <= 10 * IDLE_LOOKS; look += 1) {
    const { loops, timers } = at(look)
    if (watch.look(loops, timers)) return look
  }
  return undefined
}

const resting = { idle: true, iterations: 7 }

describe("the watch for programs in which nothing happens any more", () => {
  it("says so after a while, with a loop or before there is one", () => {
    assert.equal(looks(() => ({ loops: [resting], timers: 0 })), IDLE_LOOKS + 1)
    assert.equal(looks(() => ({ loops: [], timers: 0 })), IDLE_LOOKS + 1)
  })

  it("says nothing while a timer is open, a loop goes round, or is in the midst of one long iteration", () => {
    assert.equal(looks(() => ({ loops: [resting], timers: 1 })), undefined)
    assert.equal(looks((iterations) => ({ loops: [{ idle: true, iterations }], timers: 0 })), undefined)
    assert.equal(looks(() => ({ loops: [{ idle: false, iterations: 7 }], timers: 0 })), undefined)
    assert.equal(looks(() => ({ loops: [resting, { idle: false, iterations: 3 }], timers: 0 })), undefined)
  })

  it("begins anew whenever something has happened", () => {
    assert.equal(looks((look) => ({ loops: [{ idle: true, iterations: look < IDLE_LOOKS ? 1 : 2 }], timers: 0 })), 2 * IDLE_LOOKS)
  })
})
