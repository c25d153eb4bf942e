// Sleeps once, and ends with a code of its own.
import * as asyncio from "asyncio-ts"

await asyncio.run(() => asyncio.sleep(0.4))
process.exitCode = 3
