/** Every public way to wait says in plain words what it waits for, and where. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import * as asyncio from "asyncio-ts"
import { runVirtual, VirtualClock } from "asyncio-ts/testing"
import { entries } from "../contracts/entries.ts"
import { exported, NO_WAIT, OPERATIONS } from "../sweep/operations.ts"
import { factsOf } from "./reasons/facts.ts"
import { namesOf, type Form, type Scene } from "./reasons/forms.ts"
import { HOST_FORMS } from "./reasons/host-forms.ts"
import { awaitableNames, isNamed, OTHER_NO_WAIT } from "./reasons/other-exports.ts"
import { endPostgres, OTHER_FORMS } from "./reasons/other-forms.ts"
import { look, parked, type Found } from "./reasons/look.ts"
import { WORDS } from "./reasons/words.ts"

/** Node 26 is the first that tells where an await of ours stands; before, it is where what is awaited was made, or only the function. */
const TELLS = Number(process.versions.node.split(".")[0]) >= 26

function assertPlace({ places }: Found, name: string): void {
  const own = places.find(({ file }) => file.includes("/test/"))
  assert.ok(own !== undefined, `${name}: no line of the program is known`)
  assert.ok(own.line > 0 && own.column > 0)
  if (TELLS) assert.ok(places.some(({ of, file }) => of === "await" && file.includes("/test/")), `${name}: ${own.of} at ${own.file}:${own.line}`)
}

let known = 0

for (const [name, operation] of Object.entries(OPERATIONS)) {
  test(`${name} says what it waits for`, { timeout: 60_000 }, async () => {
    const clock = new VirtualClock()
    await runVirtual(async () => {
      const stage = await operation.make(clock)
      const task = parked(() => stage.wait("waiter"))
      for (let turn = 0; turn < 5; turn += 1) await asyncio.sleep(0)
      const found = look(task)
      await stage.complete()
      await stage.end?.()
      for (const other of asyncio.allTasks()) if (other !== asyncio.currentTask()) other.cancel()
      assert.equal(found.length, 1)
      const [only] = found as [Found]
      assert.equal(factsOf(only.reason), WORDS[name])
      assertPlace(only, name)
      known += 1
    }, { clock })
  })
}

/** Looks until a line of `task` waits as `words` say; what it waits for before that is told if it never does. */
async function come(task: asyncio.Task<unknown>, words: RegExp): Promise<Found> {
  const seen = new Set<string>()
  for (let turn = 0; turn < 500 && !task.done(); turn += 1) {
    await asyncio.sleep(turn < 50 ? 0 : 0.005)
    for (const found of look(task)) {
      // However slow the machine is.
      const text = found.reason.text.replaceAll(/\b[\d.]+ m?s\b/g, "0 ms")
      if (words.test(text)) return found
      seen.add(found.reason.text)
    }
  }
  assert.fail(`no wait says ${String(words)}, only: ${[...seen].join(" | ")}`)
}

async function inScene(form: Form): Promise<void> {
  const ends: (() => unknown)[] = []
  const scene: Scene = { end: (action) => void ends.unshift(action) }
  await asyncio.run(async () => {
    asyncio.getRunningLoop().setExceptionHandler(() => undefined)
    try {
      const task = parked(await form.make(scene))
      const first = await come(task, form.words)
      task.cancel()
      await asyncio.wait([task])
      if (form.unseen !== true) assertPlace(first, form.of)
      known += 1
    } finally {
      for (const end of ends) await end()
    }
  })
}

for (const form of HOST_FORMS) {
  test(`${form.of.trim().replaceAll(/\s+/g, ", ")}: says what the host has to do`, { skip: form.skip ?? false, timeout: 60_000 }, () => inScene(form))
}

for (const [entry, forms] of Object.entries(OTHER_FORMS)) {
  for (const form of forms) {
    test(`${entry}: ${form.of.trim().replaceAll(/\s+/g, ", ")} says what it waits for`, { skip: form.skip ?? false, timeout: 60_000 }, () => inScene(form))
  }
}

after(endPostgres)

/** Reasons in the table of the sweep for which nothing there waits, though something does elsewhere. */
const ELSEWHERE = /^(the host finishes it|a thread finishes it|threads finish it|nothing but its cancellation ends it)/
/** Those that wait for what is typed: see test/io/input.test.ts. */
const TYPED = ["input"]

test("every export that can be awaited has a row", async (t) => {
  const rows = new Set([...Object.keys(OPERATIONS).map((name) => name.replace(/, .*/, "")), ...namesOf(HOST_FORMS), ...TYPED])
  const noWait = new Set(Object.entries(NO_WAIT).flatMap(([reason, names]) => (ELSEWHERE.test(reason) ? [] : names.trim().split(/\s+/))))
  const all = exported().map(({ name, declared }) => [name, declared, name.replace(/^.*\./, "*.")])
  const missing = all.filter((names) => !names.some((name) => rows.has(name) || noWait.has(name))).map(([name]) => name)
  const names = new Set(all.flat())
  const gone = [...rows].filter((name) => !names.has(name))
  for (const { specifier, browser } of entries()) {
    if (browser || specifier === "asyncio-ts") continue
    const module = (await import(specifier)) as object // a namespace
    const here = awaitableNames(module)
    const rows = new Set(namesOf(OTHER_FORMS[specifier] ?? []))
    const reasons = OTHER_NO_WAIT[specifier]
    missing.push(...here.filter((name) => !rows.has(name) && !isNamed(name, reasons)).map((name) => `${specifier}: ${name}`))
    gone.push(...[...rows].filter((name) => !here.includes(name)).map((name) => `${specifier}: ${name}`))
  }
  assert.deepEqual(missing, [], "no row, and no reason for having none")
  assert.deepEqual(gone, [], "these are not exported")
  assert.deepEqual(Object.keys(WORDS).filter((name) => !(name in OPERATIONS)), [], "these are no longer awaited")
  const forms = [...HOST_FORMS, ...Object.values(OTHER_FORMS).flat()].filter(({ skip }) => skip === undefined || skip === false)
  const count = Object.keys(OPERATIONS).length + forms.length
  t.diagnostic(`reasons: ${known} of ${count} forms`)
  assert.equal(known, count)
})
