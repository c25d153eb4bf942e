import assert from "node:assert/strict"
import { describe, it } from "node:test"

import * as asyncio from "asyncio-ts"
import { Explainer } from "asyncio-ts/inspect"
import { runVirtual } from "asyncio-ts/testing"
import { tellsOfAwaits } from "../support/tells-of-awaits.ts"

/** What is told of `main` under the virtual clock; lines of this file as `here`. */
async function told(main: () => Promise<unknown>): Promise<string[]> {
  const sentences: string[] = []
  const explainer = new Explainer({ print: (sentence) => sentences.push(sentence.replace(/explain\.test\.ts:\d+/, "here")) }).start()
  try {
    await runVirtual(main)
  } catch {
    // What the program makes of its errors is its own concern.
  } finally {
    explainer.stop()
  }
  return sentences.map((sentence) => sentence.replaceAll(/Task-\d+/g, "Task-n")).filter((sentence) => !sentence.includes("shutdown"))
}

const brew = asyncio.coroutine("brew", async (seconds: number) => {
  await asyncio.sleep(seconds)
})

describe("an Explainer", () => {
  it("tells each step of a program with its time and its reason", async () => {
    assert.deepEqual(
      await told(async function main() {
        const tea = asyncio.createTask(brew(2), { name: "tea" })
        await tea
      }),
      [
        "   0.000 s  a loop begins",
        "   0.000 s  Task-n (main) is made: it will run when its turn comes",
        "   0.000 s  Task-n (main) starts",
        "   0.000 s  tea is made by Task-n (main): it will run when its turn comes",
        `   0.000 s  Task-n (main) pauses at Task 'tea'${tellsOfAwaits ? " (here)" : ""}; others may run`,
        "   0.000 s  tea starts",
        "   0.000 s  tea pauses at sleep 2 s (here); others may run",
        "   2.000 s  tea goes on, since sleep 2 s is over after 2.00 s",
        "   2.000 s  tea has ended",
        "   2.000 s  Task-n (main) goes on, since Task 'tea' is over after 2.00 s",
        "   2.000 s  Task-n (main) has ended",
      ],
    )
  })

  it("says why a task failed, was cancelled, or was given up", async () => {
    const sentences = await told(async function main() {
      const failing = asyncio.createTask(async () => Promise.reject(new RangeError("too hot")), { name: "failing" })
      const late = asyncio.createTask(brew(9), { name: "late" })
      await asyncio.wait([failing])
      failing.exception()
      late.cancel("closing time")
      await asyncio.wait([late])
      const stuck = asyncio.createTask(async () => new Promise(() => undefined), { name: "stuck" })
      await asyncio.sleep(0)
      stuck.cancel()
      await asyncio.wait([stuck])
    })
    const ends = sentences.map((sentence) => sentence.slice(12)).filter((sentence) => /^(failing|late|stuck|left)/.test(sentence) && /failed|ended|given|nobody/.test(sentence))
    assert.deepEqual(ends, [
      "failing has failed: too hot",
      "late has ended, cancelled: cancelled by task 'Task-n': closing time",
      "left behind: function of task 'stuck' goes on for nobody: it awaits a promise that nobody can interrupt",
      "stuck is given up: cancelled by task 'Task-n'",
    ])
  })

  it("tells of callbacks, and of several loops which is which", async () => {
    const sentences = await told(async function main() {
      asyncio.getRunningLoop().callSoon(function ring() {})
      await asyncio.sleep(0)
      await new Promise((resolve) => setImmediate(resolve))
    })
    assert.ok(sentences.some((sentence) => sentence.endsWith("the loop calls the callback ring")))
  })

  it("is silent before it starts and after it stops", async () => {
    const sentences: string[] = []
    const explainer = new Explainer({ print: (sentence) => sentences.push(sentence) })
    await runVirtual(async () => undefined)
    explainer.start().stop()
    await runVirtual(async () => undefined)
    assert.deepEqual(sentences, [])
  })

  it("that begins in the midst of a program knows who starts, and who only goes on", async () => {
    const sentences: string[] = []
    const explainer = new Explainer({ print: (sentence) => sentences.push(sentence.slice(12)) })
    await runVirtual(async () => {
      const nap = async (): Promise<void> => asyncio.sleep(1)
      const waits = asyncio.createTask(nap, { name: "waits" })
      await asyncio.sleep(0)
      const made = asyncio.createTask(nap, { name: "made" })
      explainer.start()
      const later = asyncio.createTask(nap, { name: "later" })
      await asyncio.wait([waits, made, later])
      explainer.stop()
      const unseen = asyncio.createTask(nap, { name: "unseen" })
      await asyncio.sleep(0.5)
      explainer.start()
      await unseen
      explainer.stop()
    }, { name: "main" })
    const begins = sentences.map((sentence) => /^(\w+) (starts|goes on)/.exec(sentence)?.slice(1).join(" ")).filter((words) => words !== undefined)
    assert.deepEqual(begins, [
      "made starts",
      "later starts",
      "waits goes on",
      "made goes on",
      "later goes on",
      "main goes on",
      "unseen goes on",
      "main goes on",
    ])
    assert.equal(sentences.filter((sentence) => sentence === "waits goes on").length, 1, "nobody saw what it waited for")
  })
})
