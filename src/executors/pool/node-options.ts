/**
 * What of the options that Node was started with its workers are started with.
 */

/** Options that name what this process runs, or how its text is to be read, or that only one process can have. */
const OWN = /^(-[ecp]{1,2}|-i|--eval|--print|--check|--interactive|--input-type|--test(-.*)?|--watch(-.*)?|--run|--inspect.*|--debug-port)(=|$)/

/** The options of this process that its worker processes have too. */
export function inheritedOptions(options: readonly string[] = process.execArgv): string[] {
  const kept: string[] = []
  let isOwn = false
  for (const option of options) {
    // What is no option is the value of the one before it: the program itself is not among them.
    if (option.startsWith("-")) isOwn = OWN.test(option)
    if (!isOwn) kept.push(option)
  }
  return kept
}

/**
 * Calls `start` with the options of this process and `more`; without those of this process that a
 * thread cannot have, since they are the whole process's, such as `--expose-gc`.
 *
 * @throws what `start` throws, also for one of `more`
 */
export function withThreadOptions<T>(more: readonly string[], start: (options: string[]) => T): T {
  const inherited = inheritedOptions()
  try {
    return start([...inherited, ...more])
  } catch (error) {
    const refused = refusedOptions(error)
    if (refused === undefined) throw error
    return start([...inherited.filter((option) => !refused.has(option)), ...more])
  }
}

/** `Initiated Worker with invalid execArgv flags: --expose-gc, --no-opt` */
function refusedOptions(error: unknown): Set<string> | undefined {
  if ((error as { code?: unknown } | null)?.code !== "ERR_WORKER_INVALID_EXEC_ARGV") return undefined
  return new Set((error as Error).message.replace(/^.*?: /s, "").split(", "))
}
