// Ends at once: how late a process is that has nothing to do with the library.
import { writeSync } from "node:fs"

writeSync(1, `-nothing ${Date.now()}\n=0 ${Date.now()}\n`)
