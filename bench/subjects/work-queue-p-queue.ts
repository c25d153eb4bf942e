/** p-queue: the work of the bench `work-queue`. */

import PQueue from "p-queue"
import { type Programs, workers } from "./program.ts"

export const programs: Programs = {
  "work-queue": async (size) => {
    let done = 0
    const queue = new PQueue({ concurrency: workers })
    for (let i = 0; i < size; i++) {
      void queue.add(async () => {
        done++
      })
    }
    await queue.onIdle()
    return done
  },
}
