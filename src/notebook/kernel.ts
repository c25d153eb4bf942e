/**
 * What Deno's kernel gives the cells of a notebook.
 */
import type { Shows } from "./rich.ts"

interface Kernel {
  display(object: Shows): Promise<void>
}

/** The kernel, if this runs in one. */
export function kernel(): Kernel | undefined {
  try {
    return (globalThis as { Deno?: { jupyter?: Kernel } }).Deno?.jupyter // of Deno's, as its manual has it
  } catch {
    // Outside of its kernel Deno has none, and says so.
    return undefined
  }
}
