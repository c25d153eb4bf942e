// What programs may import on the page, and the module that is its entry in a browser.
import { join } from "node:path"

const playground = join(import.meta.dirname, "..")
const root = join(playground, "..")

export const LIBRARY = {
  "asyncio-ts": { file: "asyncio", source: join(root, "src/browser.ts") },
  "asyncio-ts/flow": { file: "flow", source: join(root, "src/flow/browser.ts") },
  "asyncio-ts/inspect": { file: "inspect", source: join(playground, "src/library/inspect.ts") },
  "asyncio-ts/testing": { file: "testing", source: join(playground, "src/library/testing.ts") },
}
