import { createTask } from "../../../core/running.ts"
import { sleep } from "../../../tasks/sleep.ts"
import { defineProgram } from "../define-program.ts"
import { wrongValue } from "../judge-program.ts"

export const blockingCall = defineProgram({
  name: "blocking-call",
  title: "A call that blocks, moved away",
  track: "main",
  objective: "bound",
  remedial: "sleep-or-compute",
  given: ["stamp.ts"],
  hints: ["stamp is no coroutine function: nothing in it lets others run.", "`asyncio.toThread(fn, …args)` calls a function in a thread, and gives a coroutine.", "asyncio.gather(letters.map((letter) => asyncio.toThread(stamp, letter)))"],
  async drive(work) {
    const other = createTask(() => sleep(1), { name: "other" })
    const stamped = await work.call("main", ["a", "b"])
    await other
    return stamped
  },
  judge: ({ value }) => wrongValue(value, ["a, stamped", "b, stamped"]),
})
