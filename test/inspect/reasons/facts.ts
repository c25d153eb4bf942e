import type { WaitReason } from "#src/core/observer.ts"

/** A reason as text that is the same in every run. */
export function factsOf({ text, on, awaits = [], holders = [], internal = false, until }: WaitReason): string {
  const facts = [
    on === undefined ? "" : "on",
    awaits.length === 0 ? "" : `awaits ${awaits.length}`,
    holders.length === 0 ? "" : `holders ${holders.length}`,
    internal ? "internal" : "",
    until === undefined ? "" : "until",
  ].filter((fact) => fact !== "")
  const words = text.replace(/Task-\d+/g, "Task-N")
  return facts.length === 0 ? words : `${words} | ${facts.join(", ")}`
}
