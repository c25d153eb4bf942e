/** Has the line of every await taken: a learner's program is short, and its lines are what is looked at. */
import { awaitLines, startTaking } from "../../../src/core/await-lines.ts"
import { origins, placeOfAwait } from "../../../src/core/place.ts"

export function takeEveryLine(): void {
  startTaking({
    parked(on) {
      refill()
      return placeOfAwait(on)
    },
    // Not every browser tells of awaits; what is awaited is most often made in the same line.
    made(awaitable) {
      refill()
      origins.takeOf(awaitable)
    },
  })
}

/** The budget is a share of the thread's time, which a server needs and a playground has. */
function refill(): void {
  awaitLines.left = 1
}
