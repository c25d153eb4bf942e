import type { Bug } from "./bug.ts"

export const bugs: readonly Bug[] = [
  {
    number: 69,
    issues: "gh-111358",
    test: "gh-111358: the end of a program after Ctrl-C waits for no thread for ever",
    edits: [
      {
        file: "src/executors/default-executor.ts",
        find: "      if (interrupts === 1) this.#hurry()\n      else stopListening()\n",
        replace: "",
      },
    ],
  },
  {
    number: 69,
    issues: "gh-78218",
    test: "gh-78218: no thread outlives the run that began it, and what it was to do is done",
    edits: [
      {
        file: "src/executors/default-executor.ts",
        find: "    beforeClose.set(loop, () => this.#end(loop))\n",
        replace: "    void beforeClose\n",
      },
    ],
  },
  {
    number: 69,
    issues: "trio's abandon_on_cancel",
    test: "trio's abandon_on_cancel: a thread that is ended with its wait is gone, and its place is free",
    edits: [
      {
        file: "src/executors/pool/seat.ts",
        find: '    if (cancel === "terminate" && grace !== Infinity) this.#timer = host.setTimer(Math.max(0, grace), () => this.kill())\n',
        replace: "",
      },
    ],
  },
  {
    number: 70,
    issues: "anyio #1011, #1013",
    test: "anyio #1011: to cancel the future of a call in another thread cancels the coroutine there",
    edits: [
      {
        file: "src/executors/worker/call-future.ts",
        find: "      this.#call.job.calls.forget(this.#id, request.message)\n",
        replace: "",
      },
    ],
  },
  {
    number: 75,
    issues: "synchronicity #208",
    test: "synchronicity #208: a cancellation goes through waitFor, the thread that waits, and what it waits for",
    edits: [
      {
        file: "src/executors/worker/call-future.ts",
        find: '      else if (task !== undefined && task.cancelling() > 0) this[cancelFor](requestBy("the job that waits for it is to end"))\n',
        replace: "      else if (task === undefined) this[cancelFor](requestBy(undefined))\n",
      },
    ],
  },
]
