/** The child processes of this one, as the system lists them. */
import assert from "node:assert/strict"
import { readdirSync, readFileSync } from "node:fs"
import { setTimeout } from "node:timers/promises"

export interface Child {
  readonly pid: number
  readonly name: string
  /** As in `ps`: `R`, `S`, `T`, and `Z` for one that nobody has waited for. */
  readonly state: string
  readonly session: number
}

/** Whether the system has such a list. */
export const listed = process.platform === "linux"

/** What the system says of a process; undefined when it is gone. */
export function look(pid: number): (Child & { readonly parent: number }) | undefined {
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/stat`, "utf8")
  } catch {
    return undefined
  }
  const [, name = "", rest = ""] = /^\d+ \((.*)\) (.*)$/s.exec(text) ?? []
  const [state = "", parent = "", , session = ""] = rest.split(" ")
  return { pid, name, state, parent: Number(parent), session: Number(session) }
}

export function children(): Child[] {
  if (!listed) return []
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => look(Number(entry)) ?? [])
    .filter(({ parent }) => parent === process.pid)
}

/** Waits until `holds`, for what no event tells of. */
export async function until(holds: () => boolean, what: string): Promise<void> {
  for (const limit = performance.now() + 30_000; !holds(); await setTimeout(2)) {
    if (performance.now() > limit) assert.fail(`never: ${what}`)
  }
}

/** For `afterEach`: no child runs, and none waits to be reaped. */
export async function noChildLeft(): Promise<void> {
  await until(() => children().length === 0, `no child, but ${JSON.stringify(children())}`)
}

/** Whether a process, of whomever, still runs. */
export function alive(pid: number): boolean {
  const found = look(pid)
  return found !== undefined && found.state !== "Z"
}
