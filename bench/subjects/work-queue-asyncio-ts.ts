/** This package: the work of the bench `work-queue`. */

import * as asyncio from "asyncio-ts"
import { WorkQueue } from "asyncio-ts/flow"
import { type Programs, workers } from "./program.ts"

export const programs: Programs = {
  "work-queue": (size) =>
    asyncio.run(async () => {
      let done = 0
      await new WorkQueue({ limit: workers }).run((queue) => {
        for (let i = 0; i < size; i++) {
          void queue.add(async () => {
            done++
          })
        }
      })
      return done
    }),
}
