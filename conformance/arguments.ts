import { parseArgs } from "node:util"

export const HELP = `usage: npm run conformance -- [FILES...] [--fresh N] [--wide] [--seed S] [--python 3.14|3.15]
                             [--entry microtask|timer] [--only ID]

Runs scenarios and compares each trace with CPython's; README.md beside this command says
what a scenario is.

  FILES              scenario files, one JSON object a line (default: vectors/*.jsonl)
  --fresh N          N new scenarios, made and traced by a real CPython inside Node
  --wide             with --fresh: of all operations, and of each after each other (wide.py)
  --seed S           which new ones: the same seed gives the same scenarios (default: random)
  --python 3.14|3.15 the CPython that makes them (default: 3.14)
  --entry HOW        where each loop is entered from: a microtask (default) or a host timer
  --watched          with debug mode, a recorder, the watchdog and snapshots, all at once
  --inspector        with --watched: an inspector of another thread asks for snapshots as well
  --every N          with --watched: a snapshot from within after each N events (default: 200)
  --only ID          just the scenario called ID; together with --fresh, the one that the
                     seed in its ID makes
  --help             this text

Prints the first difference of each scenario that fails, and last of all "N passed, M failed".
Exits with 0 if all pass, 1 if any fails, 2 if it cannot run, 130 on Ctrl-C.`

/** Something that whoever gave the command has to put right; the message says how. */
export class UsageError extends Error {
  override readonly name = "UsageError"
}

export type PythonVersion = "3.14" | "3.15"

export interface Fresh {
  readonly count: number
  readonly seed: string
  readonly python: PythonVersion
  /** Of all operations; else of those that the stored scenarios have. */
  readonly wide?: boolean
  /** The number of the only attempt that is wanted, as it stands in a scenario's id. */
  readonly attempt?: number
}

export interface Arguments {
  readonly help: boolean
  readonly files: readonly string[]
  readonly fresh: Fresh | undefined
  readonly entry: "microtask" | "timer"
  readonly only: string | undefined
  /** After how many events each a snapshot is taken; undefined if nobody watches. */
  readonly watched: number | undefined
  /** Whether an inspector of another thread asks for snapshots, too. */
  readonly inspector: boolean
}

const EVERY = 200

/** @throws UsageError */
export function parseArguments(argv: readonly string[], randomSeed: () => string): Arguments {
  const { values, positionals } = split(argv)
  const { fresh, seed, python, only, wide = false, watched = false, inspector = false, every } = values
  if (every !== undefined && !watched) throw new UsageError("--every says how often snapshots are taken: add --watched")
  if (inspector && !watched) throw new UsageError("--inspector is one more that watches: add --watched")
  if (fresh === undefined && seed !== undefined) throw new UsageError("--seed says which new scenarios to make: add --fresh N")
  if (fresh === undefined && wide) throw new UsageError("--wide says what new scenarios are made of: add --fresh N")
  if (fresh === undefined && python !== undefined) {
    throw new UsageError("--python says who makes the new scenarios: add --fresh N (files hold their traces already)")
  }
  if (fresh !== undefined && only !== undefined && positionals.length > 0) {
    throw new UsageError("--only with --fresh runs one new scenario: leave the files out, or leave out --fresh")
  }
  const chosen = {
    count: fresh === undefined ? 0 : positive("--fresh", fresh),
    python: oneOf("--python", python ?? "3.14", ["3.14", "3.15"] as const),
    ...(wide ? { wide } : {}),
  }
  return {
    help: values.help ?? false,
    files: positionals,
    fresh: fresh === undefined ? undefined : { ...chosen, ...seedAndAttempt(seed, only, randomSeed) },
    entry: oneOf("--entry", values.entry ?? "microtask", ["microtask", "timer"] as const),
    only,
    watched: !watched ? undefined : every === undefined ? EVERY : positive("--every", every),
    inspector,
  }
}

function split(argv: readonly string[]) {
  const text = { type: "string" } as const
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        fresh: text,
        seed: text,
        python: text,
        entry: text,
        only: text,
        wide: { type: "boolean" },
        watched: { type: "boolean" },
        inspector: { type: "boolean" },
        every: text,
        help: { type: "boolean", short: "h" },
      },
    })
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)} (--help lists the options)`)
  }
}

function positive(option: string, text: string): number {
  const count = /^\d+$/.test(text) ? Number(text) : NaN
  if (Number.isSafeInteger(count) && count > 0) return count
  throw new UsageError(`${option} takes a whole number above 0, such as ${option} 1000, not '${text}'`)
}

function oneOf<const T extends string>(option: string, text: string, choices: readonly T[]): T {
  const choice = choices.find((candidate) => candidate === text)
  if (choice !== undefined) return choice
  throw new UsageError(`${option} takes ${choices.join(" or ")}, not '${text}'`)
}

function seedAndAttempt(
  seed: string | undefined,
  only: string | undefined,
  randomSeed: () => string,
): { seed: string; attempt?: number } {
  if (seed === "") throw new UsageError("--seed takes a number or a word, such as --seed 7")
  if (only === undefined) return { seed: seed ?? randomSeed() }
  const [, seedOfId, attempt] = /^(.+)-(\d+)$/.exec(only) ?? []
  if (seedOfId === undefined || attempt === undefined || Number(attempt) === 0) {
    throw new UsageError(`--only with --fresh takes the id of a new scenario, such as 7-12, not '${only}'`)
  }
  if (seed !== undefined && seed !== seedOfId) {
    throw new UsageError(`scenario ${only} comes from seed ${seedOfId}, not ${seed}: leave --seed out`)
  }
  return { seed: seedOfId, attempt: Number(attempt) }
}
