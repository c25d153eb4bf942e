/** Subprocesses: faults that this and other libraries had, each with the report that it is known by. */
import assert from "node:assert/strict"
import { afterEach } from "node:test"
import * as asyncio from "asyncio-ts"
import { createSubprocessExec, createSubprocessShell } from "#src/io/create-subprocess.ts"
import { PIPE } from "#src/io/subprocess.ts"
import { children, noChildLeft, until } from "../io/support/children.ts"
import { fate, ticks } from "../support/record.ts"
import { real } from "../io/support/real.ts"

afterEach(noChildLeft)

const options = { skip: process.platform === "win32" ? "there is no shell of this kind" : (false as const) }

real("gh-119710: wait returns at the exit of the process, though a grandchild holds its pipe", async () => {
  const shell = await createSubprocessShell("sleep 100 & echo $!", { stdout: PIPE })
  const grandchild = Number(String(await shell.stdout.readLine()))
  try {
    assert.equal(await asyncio.waitFor(shell.wait(), 20), 0)
  } finally {
    process.kill(grandchild, "SIGKILL")
  }
  assert.equal(String(await shell.stdout.read()), "")
}, options)

real("gh-125502: creating a process that is cancelled at any moment ends, and leaves none", async () => {
  for (let patience = 0; patience < 6; patience += 1) {
    const creating = asyncio.createTask(createSubprocessExec("sleep", "9", { stdin: PIPE, stdout: PIPE, stderr: PIPE }))
    await ticks(patience)
    creating.cancel()
    await asyncio.waitFor(asyncio.wait([creating]), 20)
    if (creating.cancelled()) continue
    const child = creating.result()
    child.kill()
    await child.wait()
  }
  await until(() => children().length === 0, "no child is left")
}, options)

real("gh-87744: the exit status is there for all who ask, also late and several times", async () => {
  const child = await createSubprocessShell("sleep 0.1; exit 7")
  const [first, second] = [0, 1].map(() => asyncio.createTask(child.wait())) as [asyncio.Task<number>, asyncio.Task<number>]
  const third = asyncio.createTask(child.wait())
  await ticks(1)
  third.cancel()
  assert.deepEqual(await asyncio.waitFor(asyncio.gather([first, second]), 20), [7, 7])
  assert.equal(fate(third), "cancelled")
  assert.deepEqual([await asyncio.waitFor(child.wait(), 20), child.returncode], [7, 7])
}, options)

real("anyio #1166: a child that fills its error output is not stuck while its output is read", async () => {
  const child = await createSubprocessShell("head -c 1000000 /dev/zero >&2; echo done", { stdout: PIPE, stderr: PIPE })
  const [output, errors] = await asyncio.waitFor(child.communicate(), 20)
  assert.deepEqual([String(output), errors.length], ["done\n", 1_000_000])
}, options)
