/** Reads the lines of a program as they come, and ends it when it has said enough. */
import * as asyncio from "asyncio-ts"

const PROGRAM = "for (let n = 1; n <= 100; n += 1) console.log(`line ${n}`); setInterval(() => {}, 1000)"

await asyncio.run(async () => {
  const child = await asyncio.createSubprocessExec(process.execPath, "-e", PROGRAM, { stdout: asyncio.subprocess.PIPE })
  try {
    for await (const line of child.stdout) {
      const text = line.toString().trimEnd()
      if (text.endsWith("00")) console.log(`the last: ${text}`)
      if (text === "line 100") break
    }
  } finally {
    // Also when this task is cancelled: no process is left behind.
    child.kill()
    await child.wait()
  }
  console.log(`ended: ${child.returncode !== null}`)
})
