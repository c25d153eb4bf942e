/** What a task is called: one that was given no name is known by its code too. */
export function nameOf({ name, code = "" }: { readonly name: string; readonly code?: string }): string {
  return /^Task-\d+$/.test(name) && code !== "" && code !== "function" ? `${name} (${code})` : name
}
