/** A clock of the host's that the machine's speed has no part in. */
import type { TestContext } from "node:test"
import { host } from "#src/host/host.ts"

/** Until the end of the test, each look at the host's clock takes `seconds`, and nothing else takes any. */
export function ticking(t: TestContext, seconds: number): void {
  let time = host.now()
  t.mock.method(host, "now", () => (time += seconds))
}
