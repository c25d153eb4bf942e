/**
 * Iterators of `fromEvent` that were left open.
 *
 * One that a helper has opened is somebody else's afterwards, and a program may look at it now and
 * then; so it is told of only once the task that began it has ended, nobody waits for its next
 * event, and nobody has asked for one for long.
 */
import { host } from "../../host/host.ts"
import { openIterators } from "../../tasks/open-iterators.ts"
import type { SnapshotLeak } from "../snapshot.ts"
import { FORGOTTEN } from "./leaks.ts"
import { quoted } from "./words.ts"

/** @param after - seconds since anybody asked for an event */
export function forgottenIterators(after = FORGOTTEN): SnapshotLeak[] {
  const now = host.now()
  const leaks: SnapshotLeak[] = []
  for (const { detail, asked, waiting, buffered, isLeft, opener = "" } of openIterators()) {
    if (!isLeft || waiting > 0 || now - asked < after) continue
    const events = buffered === 0 ? "" : `, ${buffered.toLocaleString("en")} ${buffered === 1 ? "event" : "events"} not taken`
    leaks.push({
      kind: "listener",
      text: `fromEvent ${detail} still listens: ${opener === "" ? "a task" : quoted(opener)}, which began it, has ended; nobody has asked it for ${Math.floor(now - asked)} s${events}`,
    })
  }
  return leaks
}
