/**
 * The lines of a file in which a learner answers: without those that begin with #, and empty ones.
 */
export function answerLines(text: string): string[] {
  return text.split("\n").map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"))
}
