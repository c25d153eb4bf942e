// node:test for a page: declares as Node's does, runs one test after another, and gives what came of each.

/** @typedef {{ name: string, options: any, body: Function, suite: Suite }} Case */
/** @typedef {{ name: string, outer: Suite | undefined, before: Function[], after: Function[], beforeEach: Function[], afterEach: Function[], items: (Case | Suite)[] }} Suite */

const suiteOf = (name, outer) => ({ name, outer, before: [], after: [], beforeEach: [], afterEach: [], items: [] })
const root = suiteOf("", undefined)
let declaring = root
let fail = (_error) => undefined

function split(args) {
  const body = args.findLast((argument) => typeof argument === "function") ?? (() => undefined)
  const options = args.find((argument) => typeof argument === "object" && argument !== null) ?? {}
  const name = typeof args[0] === "string" ? args[0] : body.name
  return { name, options, body }
}

export function test(...args) {
  declaring.items.push({ ...split(args), suite: declaring })
  return Promise.resolve()
}
export const it = test

export function describe(...args) {
  const { name, options, body } = split(args)
  const suite = suiteOf(name, declaring)
  declaring.items.push(suite)
  if (options.skip) return
  declaring = suite
  try {
    body()
  } finally {
    declaring = suite.outer
  }
}
export const suite = describe

export const before = (hook) => void declaring.before.push(hook)
export const after = (hook) => void declaring.after.push(hook)
export const beforeEach = (hook) => void declaring.beforeEach.push(hook)
export const afterEach = (hook) => void declaring.afterEach.push(hook)

const nameOf = ({ name, suite }) => [...pathOf(suite), name].join(" > ")
const pathOf = (suite) => (suite.outer === undefined ? [] : [...pathOf(suite.outer), suite.name])

/**
 * Runs the tests that `wanted` says, each for `limitSeconds` at most.
 *
 * @param {(name: string) => boolean} wanted
 * @param {number} limitSeconds
 */
export async function runTests(wanted, limitSeconds) {
  process.on("unhandledRejection", (error) => fail(error))
  process.on("uncaughtException", (error) => fail(error))
  const results = []
  await runSuite(root, wanted, limitSeconds, results)
  return results
}

async function runSuite(suite, wanted, limitSeconds, results) {
  const chosen = suite.items.filter((item) => (item.items === undefined ? wanted(nameOf(item)) : true))
  if (!suite.items.some((item) => hasWanted(item, wanted))) return
  for (const hook of suite.before) await hook()
  for (const item of chosen) {
    if (item.items !== undefined) await runSuite(item, wanted, limitSeconds, results)
    else results.push(await runCase(item, limitSeconds))
  }
  for (const hook of suite.after) await hook()
}

function hasWanted(item, wanted) {
  return item.items === undefined ? wanted(nameOf(item)) : item.items.some((inner) => hasWanted(inner, wanted))
}

async function runCase(item, limitSeconds) {
  const name = nameOf(item)
  const { skip } = item.options
  if (skip !== undefined && skip !== false) return { name, passed: true, skipped: true }
  const context = contextOf(item.name)
  const suites = []
  for (let suite = item.suite; suite !== undefined; suite = suite.outer) suites.unshift(suite)
  let timer
  const begun = performance.now()
  try {
    const broken = new Promise((_resolve, reject) => {
      fail = reject
      timer = setTimeout(() => reject(new Error(`it does not end within ${limitSeconds} s`)), limitSeconds * 1000)
    })
    const whole = async () => {
      for (const suite of suites) for (const hook of suite.beforeEach) await hook(context)
      await item.body(context)
      for (const suite of suites.toReversed()) for (const hook of suite.afterEach) await hook(context)
      // Rejections that nobody handles are told after the job.
      await turn()
    }
    await Promise.race([whole(), broken])
    return { name, passed: true, skipped: false, seconds: (performance.now() - begun) / 1000 }
  } catch (error) {
    return { name, passed: false, skipped: false, detail: told(error) }
  } finally {
    clearTimeout(timer)
    fail = () => undefined
    for (const hook of context.afterwards.toReversed()) await hook()
  }
}

function contextOf(name) {
  const afterwards = []
  return {
    name,
    afterwards,
    diagnostic: (text) => console.log(text),
    after: (hook) => void afterwards.push(hook),
    mock: {
      fn(implementation = () => undefined) {
        const calls = []
        const mocked = function (...args) {
          calls.push({ arguments: args, this: this })
          return implementation.apply(this, args)
        }
        return Object.assign(mocked, { mock: { calls, callCount: () => calls.length } })
      },
      method(object, key, replacement = object[key]) {
        const original = object[key]
        object[key] = this.fn(replacement)
        afterwards.push(() => void (object[key] = original))
        return object[key]
      },
    },
  }
}

function turn() {
  return new Promise((resolve) => globalThis.setTimeout(resolve, 0))
}

function told(error) {
  if (!(error instanceof Error)) return `threw ${String(error)}`
  const cause = error.cause === undefined ? "" : `\ncause: ${told(error.cause)}`
  return `${error.stack?.includes(error.message) ? error.stack : `${error.name}: ${error.message}\n${error.stack}`}${cause}`
}
