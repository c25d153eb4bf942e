/** Who is measured: each subject's version, and the command that runs it. */

import { spawnSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type { SubjectName } from "./benches.ts"

export type Subject = Runnable | Missing

export interface Runnable {
  readonly name: SubjectName
  readonly version: string
  /** The command, to which bench, size and warm-up size are added. */
  readonly command: readonly [string, ...string[]]
}

export interface Missing {
  readonly name: SubjectName
  /** Why it cannot be measured here. */
  readonly missing: string
}

/** asyncio.timeout and asyncio.TaskGroup came with 3.11. */
const oldestPython = [3, 11] as const

/** This package's executors, and its programs without one, in the benches of executors. */
const EXECUTORS = ["asyncio-ts-cold", "threads", "processes", "processes-cold", "grace", "copied", "coroutines", "gather"] as const

export function findSubjects(): Map<SubjectName, Subject> {
  const subjects: Subject[] = [
    onNode("asyncio-ts", packageVersion("../package.json")),
    onNode("recorded", packageVersion("../package.json")),
    onNode("promises", process.versions.node),
    onNode("promises-als", process.versions.node),
    installed("effect"),
    installed("effection"),
    cpython(),
    onNode("node", process.versions.node),
    uvloop(),
    onNode("undici", packageVersion("../node_modules/undici/package.json")),
    onNode("p-queue", packageVersion("../node_modules/p-queue/package.json")),
    installed("piscina"),
    installed("piscina", "piscina-copied"),
    ...EXECUTORS.map((name) => onNode(name, packageVersion("../package.json"))),
    cpython("cpython-pool"),
  ]
  return new Map(subjects.map((subject) => [subject.name, subject]))
}

function onNode(name: SubjectName, version: string): Runnable {
  return { name, version, command: [process.execPath, pathOf("subjects/run.ts"), name] }
}

function installed(package_: "effect" | "effection" | "piscina", name: SubjectName = package_): Subject {
  const manifest = `node_modules/${package_}/package.json`
  if (existsSync(pathOf(manifest))) return onNode(name, packageVersion(manifest))
  return { name, missing: "not installed; run `npm ci` in bench/" }
}

function cpython(name: "cpython" | "cpython-pool" = "cpython"): Subject {
  const probe = spawnSync("python3", ["-c", "import platform; print(platform.python_version())"], {
    encoding: "utf8",
  })
  if (probe.status !== 0) return { name, missing: "no python3 on this machine" }
  const version = probe.stdout.trim()
  const [major = 0, minor = 0] = version.split(".").map(Number)
  if (major < oldestPython[0] || (major === oldestPython[0] && minor < oldestPython[1])) {
    return { name, missing: `python3 is ${version}, at least 3.11 is needed` }
  }
  return { name, version, command: ["python3", pathOf("subjects/cpython.py"), ...(name === "cpython-pool" ? ["--pool"] : [])] }
}

/** Debian's uvloop stands with Debian's own Python, wherever another one comes first. */
function uvloop(): Subject {
  const python = "/usr/bin/python3"
  const probe = spawnSync(python, ["-c", "import platform, uvloop; print(uvloop.__version__, 'on Python', platform.python_version())"], {
    encoding: "utf8",
  })
  if (probe.status !== 0) return { name: "uvloop", missing: "not installed; on Debian: apt-get install python3-uvloop" }
  return { name: "uvloop", version: probe.stdout.trim(), command: [python, pathOf("subjects/cpython.py"), "--uvloop"] }
}

function packageVersion(manifest: string): string {
  const content: unknown = JSON.parse(readFileSync(pathOf(manifest), "utf8"))
  if (typeof content === "object" && content !== null && "version" in content) {
    return String(content.version)
  }
  throw new TypeError(`${manifest} has no version`)
}

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url))
}
