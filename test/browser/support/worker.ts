import { program } from "./program.ts"

postMessage(await program().catch((error: unknown) => String(error)))

/** The tests are compiled with Node's types, which have no workers of the web. */
declare function postMessage(data: unknown): void
