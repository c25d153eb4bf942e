import assert from "node:assert/strict"
import { test } from "node:test"
import { close } from "#src/core/coroutine.ts"
import { LineOperation } from "#src/sync/line-operation.ts"
import { WaitList } from "#src/sync/wait-list.ts"
import { random } from "../support/random.ts"

let looks = 0

/** A member whose state is set by hand. */
class Member extends LineOperation<void> {
  override state: "pending" | "woken" | "cancelled" = "pending"
  readonly name = "member"

  constructor() {
    super()
    // Nobody awaits it, and nobody should.
    this[close]()
  }

  override get pending(): boolean {
    looks += 1
    return this.state === "pending"
  }

  override get cancelled(): boolean {
    return this.state === "cancelled"
  }

  override wake(): boolean {
    if (this.state !== "pending") return false
    this.state = "woken"
    return true
  }

  begin(): void {}
  woken(): void {}
  dropped(): void {}
}

function line(...states: Member["state"][]): { list: WaitList; members: Member[] } {
  const list = new WaitList()
  const members = states.map((state) => Object.assign(new Member(), { state }))
  for (const member of members) list.add(member)
  return { list, members }
}

const states = (members: readonly Member[]): string => members.map((member) => member.state[0]).join("")

test("wakeFirst wakes the first that is pending, and leaves everybody in line", () => {
  const { list, members } = line("cancelled", "pending", "pending")
  assert.equal(list.wakeFirst(), true)
  assert.equal(states(members), "cwp")
  assert.equal(list.wakeFirst(), true)
  assert.equal(list.wakeFirst(), false)
  assert.equal(list.size, 3)
})

test("wakeHead wakes the first in line and nobody else", () => {
  const { list, members } = line("pending", "pending")
  list.wakeHead()
  list.wakeHead()
  assert.equal(states(members), "wp")
  new WaitList().wakeHead()
})

test("popFirst takes out who it wakes, and drops those before", () => {
  const { list, members } = line("cancelled", "cancelled", "pending", "pending")
  list.popFirst()
  assert.deepEqual([states(members), list.size], ["ccwp", 1])
  list.popFirst()
  list.popFirst()
  assert.deepEqual([states(members), list.size], ["ccww", 0])
})

test("wakeAll leaves everybody in line, popAll nobody", () => {
  for (const [method, size] of [["wakeAll", 3], ["popAll", 0]] as const) {
    const { list, members } = line("pending", "cancelled", "pending")
    list[method]()
    assert.deepEqual([states(members), list.size], ["wcw", size])
  }
})

test("allCancelled holds while nobody in line is pending or woken", () => {
  assert.equal(new WaitList().allCancelled, true)
  assert.equal(line("cancelled", "cancelled").list.allCancelled, true)
  assert.equal(line("cancelled", "pending").list.allCancelled, false)
  assert.equal(line("woken", "cancelled").list.allCancelled, false)
})

test("waking n members one by one looks at each a bounded number of times", () => {
  const { list } = line(...Array.from({ length: 1000 }, () => "pending" as const))
  looks = 0
  while (list.wakeFirst()) {
    // until all are woken
  }
  assert.ok(looks <= 3000, `${looks} looks for 1000 members`)
})

random("who is woken next is always the first pending one, whoever joins, leaves or is cancelled", 100, (source) => {
  const list = new WaitList()
  const model: Member[] = []
  for (let step = 0; step < 200; step += 1) {
    const what = source.below(10)
    if (what < 4) {
      const member = new Member()
      list.add(member)
      model.push(member)
    } else if (what < 6 && model.length > 0) {
      const [member] = model.splice(source.below(model.length), 1)
      if (member !== undefined) list.remove(member)
    } else if (what < 8 && model.length > 0) {
      const member = source.pick(model)
      if (member.state === "pending") member.state = "cancelled"
    } else {
      const first = model.find((member) => member.state === "pending")
      assert.equal(list.wakeFirst(), first !== undefined)
      assert.equal(first?.state ?? "woken", "woken")
    }
    assert.equal(list.size, model.length)
    assert.equal(list.allCancelled, model.every((member) => member.state === "cancelled"))
  }
})
