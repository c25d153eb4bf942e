/** What the host would tell the user: warnings, and rejections that nobody handled. */

/** Runs `action` and gives the messages of the warnings that it caused. */
export async function warningsOf(action: () => Promise<unknown>): Promise<string[]> {
  const messages: string[] = []
  const listen = (warning: Error): void => {
    messages.push(warning.message)
  }
  process.on("warning", listen)
  try {
    await action()
    await afterHostTurns()
  } finally {
    process.off("warning", listen)
  }
  return messages
}

/**
 * Runs `action` and gives the rejections that nobody handled. The test runner's own
 * listeners, which fail the test, stand aside meanwhile.
 */
export async function unhandledOf(action: () => Promise<unknown>): Promise<unknown[]> {
  const rejections: unknown[] = []
  const others = process.listeners("unhandledRejection")
  process.removeAllListeners("unhandledRejection")
  process.on("unhandledRejection", (reason) => rejections.push(reason))
  try {
    await action()
    await afterHostTurns()
  } finally {
    process.removeAllListeners("unhandledRejection")
    for (const other of others) process.on("unhandledRejection", other)
  }
  return rejections
}

/** Warnings and rejections are told between two turns of the host. */
async function afterHostTurns(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve))
}
