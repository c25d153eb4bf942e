import assert from "node:assert/strict"
import { test } from "node:test"
import { isCoroutine } from "asyncio-ts"
import { close } from "#src/core/coroutine.ts"
import { Glance } from "#src/core/glance.ts"
import { LineOperation } from "#src/sync/line-operation.ts"
import { Primitive } from "#src/sync/primitive.ts"

class Plain extends Primitive {
  protected readonly kind = "Plain"
  protected describe(): string {
    return ""
  }
}

class Visit extends LineOperation<void> {
  readonly name = "visit"

  constructor(at?: Primitive) {
    super(at)
    // Nobody awaits it, and nobody should.
    this[close]()
  }

  begin(): void {}
  woken(): void {}
  dropped(): void {}
}

test("it is a coroutine, and says at what it waits, if that is a primitive", () => {
  assert.ok(isCoroutine(new Visit()))
  assert.deepEqual(new Visit(new Plain({ name: "x" })).info(), { kind: "visit", detail: "'x'" })
  assert.deepEqual(new Visit(new Plain()).info(), { kind: "visit" })
  assert.deepEqual(new Visit().info(), { kind: "visit" })
})

test("it gives no reason where there are no words for one", () => {
  assert.equal(new Visit(new Plain()).reason(new Glance()), undefined)
  assert.equal(new Visit().reason(new Glance()), undefined)
})
