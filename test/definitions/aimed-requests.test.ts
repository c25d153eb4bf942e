/** A request to cancel reaches exactly the waits at and below the frame that it is aimed at. */
import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import { fate, me, ticks } from "../support/record.ts"
import { random, type Random } from "../support/random.ts"
import { trace, type Log } from "./trace.ts"

/** Code, as a tree. A name is that of a wait, or of what a request can be aimed at. */
type Code =
  | { readonly kind: "wait"; readonly name: string }
  | { readonly kind: "coroutine"; readonly inside: Code }
  | { readonly kind: "timeout"; readonly name: string; readonly inside: Code }
  | { readonly kind: "group"; readonly name: string; readonly inside: Code; readonly tasks: readonly Child[] }
  | { readonly kind: "Promise.all"; readonly branches: readonly Code[] }

interface Child {
  readonly name: string
  readonly code: Code
}

/** Targets of one tick; a timeout stands alone, since it comes a tick after it is asked for. */
type Step = readonly string[]

class Maker {
  readonly #random: Random
  readonly tasks: string[] = []
  readonly groups: string[] = []
  readonly timeouts: string[] = []
  #waits = 0

  constructor(random: Random) {
    this.#random = random
  }

  child(depth: number): Child {
    const name = `task ${this.tasks.length}`
    this.tasks.push(name)
    return { name, code: this.#code(depth) }
  }

  #code(depth: number): Code {
    const kind = depth === 0 ? "wait" : this.#random.pick(["wait", "coroutine", "timeout", "timeout", "group", "Promise.all", "Promise.all"] as const)
    switch (kind) {
      case "wait":
        return { kind, name: `wait ${(this.#waits += 1)}` }
      case "coroutine":
        return { kind, inside: this.#code(depth - 1) }
      case "timeout": {
        const name = `timeout ${this.timeouts.length}`
        this.timeouts.push(name)
        return { kind, name, inside: this.#code(depth - 1) }
      }
      case "group": {
        const name = `group ${this.groups.length}`
        this.groups.push(name)
        const tasks = Array.from({ length: this.#random.below(3) }, () => this.child(depth - 2 < 0 ? 0 : depth - 2))
        return { kind, name, inside: this.#code(depth - 1), tasks }
      }
      case "Promise.all":
        return { kind, branches: Array.from({ length: 1 + this.#random.below(3) }, () => this.#code(depth - 1)) }
    }
  }

  steps(): Step[] {
    const unused = [...this.timeouts]
    return Array.from({ length: 1 + this.#random.below(6) }, () => {
      if (unused.length > 0 && this.#random.chance(50)) return unused.splice(this.#random.below(unused.length), 1)
      return Array.from({ length: 1 + this.#random.below(2) }, () => this.#random.pick([...this.tasks, ...this.groups]))
    })
  }
}

/** The program itself. */
class Real {
  readonly targets = new Map<string, () => unknown>()
  readonly tasks = new Map<string, asyncio.Task<unknown>>()
  readonly #waits = new Map<string, asyncio.Future<void>>()
  readonly #log: Log
  #over = false

  constructor(log: Log) {
    this.#log = log
  }

  start({ name, code }: Child, createTask: (work: () => Promise<void>) => asyncio.Task<unknown> = asyncio.createTask): void {
    const task = createTask(() => this.#run(code))
    this.tasks.set(name, task)
    this.targets.set(name, () => task.cancel(name))
  }

  /** Lets all code end. */
  end(): void {
    this.#over = true
    for (const wait of this.#waits.values()) if (!wait.done()) wait.setResult()
  }

  async #run(code: Code): Promise<void> {
    switch (code.kind) {
      case "wait":
        return this.#wait(code.name)
      case "coroutine":
        return asyncio.coroutine("inside", () => this.#run(code.inside))()
      case "timeout":
        return asyncio.timeout(null).run((timeout) => {
          this.targets.set(code.name, () => timeout.reschedule(0))
          return this.#run(code.inside)
        })
      case "group":
        return new asyncio.TaskGroup().run((group) => {
          this.targets.set(code.name, () => group.cancel())
          for (const child of code.tasks) this.start(child, (work) => group.createTask(work))
          return this.#run(code.inside)
        })
      case "Promise.all":
        await Promise.all(code.branches.map((branch) => this.#run(branch)))
    }
  }

  async #wait(name: string): Promise<void> {
    while (!this.#over) {
      const wait = new asyncio.Future<void>()
      this.#waits.set(name, wait)
      try {
        await wait
      } catch (error) {
        if (!(error instanceof asyncio.CancelledError)) throw error
        const who = error.reason ?? (error.requestedBy === "a timeout" ? "timeout" : "group")
        this.#log(`${name} is told by ${String(who)}, requests: ${me().cancelling()}`)
      }
    }
  }
}

/** A frame of the model. */
interface Node {
  readonly above: Node | null
  readonly waits: string[]
  readonly below: Node[]
  requests: number
}

/** The same with plain objects. */
class Model {
  readonly #frames = new Map<string, Node>()
  readonly #children = new Map<string, readonly Child[]>()
  /** By wait, of one step: who asked first, and where it stands. */
  readonly #told = new Map<string, { by: string; at: Node }>()
  readonly #cancelled = new Set<string>()

  start({ name, code }: Child): void {
    this.#build(code, this.#frame(null, name))
  }

  /** What a step makes the waits say. */
  step(targets: Step): string[] {
    for (const target of targets) this.#ask(target)
    const lines = [...this.#told].map(([wait, { by, at }]) => `0 ${wait} is told by ${by}, requests: ${this.#count(at)}`)
    this.#told.clear()
    return lines
  }

  /** What a task counts. */
  requests(task: string): number {
    const sum = (node: Node): number => node.below.reduce((total, below) => total + sum(below), node.requests)
    return sum(this.#named(task))
  }

  /** What it counts when its timeouts and groups have withdrawn what was theirs. */
  own(task: string): number {
    return this.#named(task).requests
  }

  #build(code: Code, frame: Node): void {
    if (code.kind === "wait") frame.waits.push(code.name)
    else if (code.kind === "Promise.all") for (const branch of code.branches) this.#build(branch, frame)
    else {
      this.#build(code.inside, this.#frame(frame, "name" in code ? code.name : undefined))
      if (code.kind !== "group") return
      this.#children.set(code.name, code.tasks)
      for (const child of code.tasks) this.start(child)
    }
  }

  #frame(above: Node | null, name: string | undefined): Node {
    const node: Node = { above, waits: [], below: [], requests: 0 }
    above?.below.push(node)
    if (name !== undefined) this.#frames.set(name, node)
    return node
  }

  #ask(target: string): void {
    const children = this.#children.get(target)
    if (children !== undefined) {
      // A group asks once.
      if (this.#cancelled.has(target)) return
      this.#cancelled.add(target)
      for (const { name } of children) this.#aim(this.#named(name), "group")
    }
    this.#aim(this.#named(target), target.startsWith("task") ? target : target.replace(/ .*/, ""))
  }

  #aim(node: Node, by: string): void {
    node.requests += 1
    this.#reach(node, by)
  }

  #reach(node: Node, by: string): void {
    for (const wait of node.waits) if (!this.#told.has(wait)) this.#told.set(wait, { by, at: node })
    for (const below of node.below) this.#reach(below, by)
  }

  #count(node: Node): number {
    return node.requests + (node.above === null ? 0 : this.#count(node.above))
  }

  #named(name: string): Node {
    const node = this.#frames.get(name)
    assert.ok(node !== undefined, name)
    return node
  }
}

random("a request reaches the waits at and below its frame, and no others", 800, async (random) => {
  const maker = new Maker(random)
  const main = maker.child(5)
  const steps = maker.steps()
  const model = new Model()
  model.start(main)
  const program = JSON.stringify({ main, steps })
  const lines: string[] = []
  await trace(async (_log) => {
    const real = new Real((what) => void lines.push(`0 ${what}`))
    real.start(main)
    await ticks(10)
    try {
      for (const step of steps) {
        for (const target of step) real.targets.get(target)?.()
        await ticks(5)
        assert.deepEqual(lines.splice(0).toSorted(), model.step(step).toSorted(), `${program}: ${step.join(", ")}`)
        for (const [name, task] of real.tasks) assert.equal(task.cancelling(), model.requests(name), `${program}: ${name}`)
      }
    } finally {
      real.end()
    }
    await asyncio.wait(real.tasks.values())
    for (const [name, task] of real.tasks) {
      assert.equal(fate(task), "returned undefined", `${program}: ${name}`)
      assert.equal(task.cancelling(), model.own(name), `${program}: ${name}`)
    }
  })
})
