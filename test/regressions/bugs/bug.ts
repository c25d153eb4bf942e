/** A known fault of this or another library, and how to put it into this one. */
export interface Bug {
  /** Its number in the list; `node tools/put-back.mjs 14` puts that one back. */
  readonly number: number
  /** Where it was reported. */
  readonly issues: string
  /** The title of the test that finds it, in the test file that is named like the file of this entry. */
  readonly test: string
  /** What brings the fault back. */
  readonly edits: readonly Edit[]
}

/** One change of a source file. */
export interface Edit {
  readonly file: string
  /** What stands there now, exactly once. */
  readonly find: string
  readonly replace: string
}
