/**
 * The official packages of OpenTelemetry, which only those install who use them.
 */
import { RuntimeError } from "../../errors/misuse.ts"

/**
 * Gives what `load` imports.
 *
 * @param attempt - what was asked for, such as `traceTasks`
 * @param install - all that it needs
 * @throws RuntimeError that says what to install.
 */
export async function loadPackage<T>(load: () => Promise<T>, name: string, attempt: string, install: string): Promise<T> {
  try {
    return await load()
  } catch (error) {
    const { code, message } = error as { code?: unknown; message?: unknown }
    const missing = (code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND") && String(message).includes(`'${name}'`)
    if (!missing) throw error
    throw new RuntimeError(`${attempt} needs the package '${name}', which is not installed; run: npm install ${install}`, { cause: error })
  }
}
