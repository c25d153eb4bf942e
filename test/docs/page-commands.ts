/** The commands on a page of the documentation, and what it says that they write. */

export interface Commands {
  readonly commands: string
  /** The block of text that follows, if one does. */
  readonly written: string | undefined
}

/** The blocks of `sh` on a page. */
export function commandsOf(page: string): Commands[] {
  return [...page.matchAll(/^```sh\n([^]*?)^```\n(?:\n```text\n([^]*?)^```$)?/gm)].map(([, commands = "", written]) => ({ commands, written }))
}

/** Whether a program wrote what a page says: `…` stands for anything in its line, and alone for any lines. */
export function fits(said: string, out: string): boolean {
  const lines = forPeople(said).trimEnd().split("\n").map((line) => (line === "…" ? "(?:.*\\n)*?" : `${literally(line).replaceAll("…", ".*")}\\n`))
  return new RegExp(`^${lines.join("")}$`).test(forPeople(out))
}

/** Before Node 23, results of tests that go to no terminal are written for machines. */
function forPeople(text: string): string {
  return text.replaceAll(/^# /gm, "ℹ ")
}

function literally(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")
}
