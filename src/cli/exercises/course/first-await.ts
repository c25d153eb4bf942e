import { sleep } from "../../../tasks/sleep.ts"
import { defineProgram } from "../define-program.ts"
import { notUsed, wrongValue } from "../judge-program.ts"

export const firstAwait = defineProgram({
  name: "first-await",
  title: "The await that is missing",
  track: "main",
  objective: "write",
  remedial: "sleep-once",
  hints: ["What does a call of a coroutine function give, before anybody awaits it?", "The call gives a coroutine object. `await` runs it, and gives what it returns.", "const greeting = await greet(\"Alice\")"],
  async drive(work, kit) {
    const greet = kit.operation("greet", async (name: string) => {
      await sleep(1)
      return `Hello, ${name}!`
    })
    return await work.call("main", greet)
  },
  judge: ({ value, operations }) => notUsed(operations, "greet", 1) ?? wrongValue(value, "Hello, Alice! Welcome."),
})
