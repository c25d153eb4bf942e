import assert from "node:assert/strict"
import { test } from "node:test"
import { JobLine, type Ranked } from "#src/flow/job-line.ts"
import { random } from "../support/random.ts"

class Member implements Ranked<Member> {
  previous: Member | null = null
  next: Member | null = null
  rank: number
  readonly order: number

  constructor(rank: number, order: number) {
    this.rank = rank
    this.order = order
  }
}

/** The definition: the highest rank first, then the oldest. */
function sorted(members: readonly Member[]): Member[] {
  return members.toSorted((a, b) => b.rank - a.rank || a.order - b.order)
}

random("a line gives the highest rank first, then the oldest, whoever leaves meanwhile", 200, (source) => {
  const line = new JobLine<Member>()
  let waiting: Member[] = []
  const ranks = 1 + source.below(40)
  for (let order = 0; order < 300; order += 1) {
    if (source.chance(55)) {
      const member = new Member(source.below(ranks), order)
      line.add(member)
      waiting.push(member)
    } else if (waiting.length > 0 && source.chance(50)) {
      const leaver = source.pick(waiting)
      line.remove(leaver)
      line.remove(leaver)
      waiting = waiting.filter((member) => member !== leaver)
    } else {
      const next = line.take()
      assert.equal(next, sorted(waiting)[0])
      waiting = waiting.filter((member) => member !== next)
    }
    assert.equal(line.size, waiting.length)
  }
  assert.deepEqual([...line], sorted(waiting))
  for (const member of sorted(waiting)) assert.equal(line.take(), member)
  assert.equal(line.take(), undefined)
})

test("ranks of which nobody is left are let go of", () => {
  // They lie below the rank that is used, so that taking the next never comes upon them.
  const line = new JobLine<Member>()
  for (let rank = 0; rank < 100_000; rank += 1) {
    const member = new Member(-rank, rank)
    line.add(member)
    line.remove(member)
  }
  const began = performance.now()
  for (let round = 0; round < 10_000; round += 1) {
    line.add(new Member(1, round))
    assert.equal(line.take()?.order, round)
    assert.deepEqual([...line], [])
  }
  assert.ok(performance.now() - began < 8000, "what is empty is not gone through each time")
})
