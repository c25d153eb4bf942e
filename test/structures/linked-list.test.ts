import assert from "node:assert/strict"
import { test } from "node:test"
import { LinkedList, type Linked } from "#src/structures/linked-list.ts"
import { random } from "../support/random.ts"

class Member implements Linked<Member> {
  previous: Member | null = null
  next: Member | null = null
}

test("taking out who is not in the list does nothing", () => {
  const list = new LinkedList<Member>()
  list.remove(new Member())
  const member = new Member()
  list.append(member)
  list.remove(new Member())
  assert.deepEqual([list.size, list.has(member)], [1, true])
  list.remove(member)
  list.remove(member)
  assert.deepEqual([list.size, list.first, list.last, list.has(member)], [0, null, null, false])
})

test("whoever is visited may leave meanwhile", () => {
  const list = new LinkedList<Member>()
  const members = Array.from({ length: 5 }, () => new Member())
  for (const member of members) list.append(member)
  const seen: Member[] = []
  for (const member of list) {
    seen.push(member)
    list.remove(member)
  }
  assert.deepEqual(seen, members)
  assert.equal(list.size, 0)
})

random("append and remove agree with an array, and the links hold in both directions", 100, (source) => {
  const list = new LinkedList<Member>()
  const model: Member[] = []
  const everybody = Array.from({ length: 12 }, () => new Member())
  for (let step = 0; step < 100; step += 1) {
    const member = source.pick(everybody)
    assert.equal(list.has(member), model.includes(member))
    if (model.includes(member)) {
      list.remove(member)
      model.splice(model.indexOf(member), 1)
      assert.deepEqual([member.previous, member.next], [null, null])
    } else {
      list.append(member)
      model.push(member)
    }
    assert.deepEqual([list.size, list.first, list.last], [model.length, model[0] ?? null, model.at(-1) ?? null])
    assert.ok([...list].every((found, i) => found === model[i]))
    const backwards: Member[] = []
    for (let at = list.last; at !== null; at = at.previous) backwards.push(at)
    assert.ok(backwards.reverse().every((found, i) => found === model[i]))
  }
})
