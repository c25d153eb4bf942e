import { stamp } from "./stamp.ts"

export async function main(letters: readonly string[]): Promise<string[]> {
  return letters.map((letter) => stamp(letter))
}
