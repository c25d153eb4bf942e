/** Asks on the standard input, in the way that its argument names. */
import * as asyncio from "asyncio-ts"
import { input } from "#src/io/input.ts"
import { stdin } from "#src/io/standard-input.ts"

const say = (...words: unknown[]): void => console.log(...words.map(String))

const ways: Record<string, () => Promise<void>> = {
  async twoAtOnce() {
    say(...(await asyncio.gather([input("one? "), input("two? ")])))
  },
  async four() {
    const answers: string[] = []
    while (answers.length < 4) answers.push(await input("more? "))
    say(answers.join("|"))
  },
  async untilTheEnd() {
    try {
      for (;;) say(`got ${JSON.stringify(await input("? "))}`)
    } catch (error) {
      say((error as Error).name, error instanceof Error && error.message)
    }
  },
  async tick() {
    const task = asyncio.createTask(async () => {
      for (let i = 1; ; i += 1) await asyncio.sleep(0.01)
    })
    say("answer", await input("? "))
    task.cancel()
  },
  async tooLate() {
    try {
      // In a terminal the test has to type in that time.
      await input("quick? ", { timeout: process.stdin.isTTY ? 4 : 0.5 })
    } catch (error) {
      say((error as Error).name)
    }
    say("slow", await input("slow? ", { timeout: 60 }))
  },
  async secretCancelled() {
    const task = asyncio.createTask(() => input("secret? ", { secret: true }))
    // In the tick in which the line has come.
    process.stdin.on("data", (typed) => String(typed).includes("\r") && task.cancel())
    await task.catch((error: Error) => say(error.name))
    say("next", await input("next? "))
  },
  async cancelled() {
    const [first, second] = [asyncio.createTask(() => input("first? ")), asyncio.createTask(() => input("second? "))]
    await asyncio.sleep(0.3)
    first.cancel()
    say("second", await second, first.cancelled())
  },
  async secret() {
    say("secret", await input("password? ", { secret: true }))
  },
  async history() {
    const history = ["tea"]
    await input("1? ", { history })
    await input("2? ", { history })
    say(history.join())
  },
  async lines() {
    for await (const line of stdin()) say(`<${line}>`)
    say("end of lines", await stdin().readLine())
  },
  async oneLine() {
    say(await stdin().readLine())
  },
  async lateLine() {
    await stdin().readLine({ timeout: 0.1 }).catch((error: Error) => say(error.name))
    say(await stdin().readLine())
  },
  async keys() {
    say("ready")
    for await (const { name, text, ctrl, shift } of stdin().keys()) {
      say(`key ${name}/${text}${ctrl ? " ctrl" : ""}${shift ? " shift" : ""}`)
      if (name === "q") break
    }
    say("rest", await stdin().readLine())
  },
  async key() {
    await stdin().readKey({ timeout: 0.1 }).catch((error: Error) => say(error.name))
    const key = await stdin().readKey()
    say(key === null ? "no key" : `key ${key.name}`)
  },
  async ownHandler() {
    const heard = new asyncio.Event()
    const { addSignalHandler } = await import("#src/io/signal-handlers.ts")
    addSignalHandler(asyncio.getRunningLoop(), "SIGINT", () => {
      say("handled")
      heard.set()
    })
    const task = asyncio.createTask(() => input("? "))
    await heard.wait()
    say("answer", await task)
  },
}

try {
  await asyncio.run(ways[process.argv[2] ?? ""] ?? (() => say("there is no such way")))
} catch (error) {
  say("ended by", (error as Error).name)
}
