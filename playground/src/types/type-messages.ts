/** What the page and the worker of its type service tell each other. */

/** What the build has written down for the service. */
export interface TypeFiles {
  /** As in a tsconfig. */
  readonly options: Readonly<Record<string, unknown>>
  /** The declarations of what a program may import. */
  readonly entries: readonly string[]
  /** Texts by full paths. */
  readonly files: Readonly<Record<string, string>>
}

/** Each question brings it whole: a service that was ended and begun again has nothing to be told before. */
export interface ProgramText {
  /** Such as `restaurant.ts`. */
  readonly file: string
  readonly text: string
  /** The files beside it. */
  readonly others: Readonly<Record<string, string>>
}

interface At {
  readonly program: ProgramText
  /** A place in the text. */
  readonly at: number
}

export interface Questions {
  readonly mistakes: { readonly program: ProgramText }
  readonly completions: At
  readonly details: At & { readonly name: string; readonly source?: string | undefined }
  readonly hover: At
  readonly call: At
}

export type Kind = keyof Questions

export type Question = { readonly [K in Kind]: { readonly kind: K } & Questions[K] }[Kind]

export interface Mistake {
  readonly from: number
  readonly to: number
  readonly message: string
  /** Whether what is wrong is more than a type, so that the program may not run at all. */
  readonly stops: boolean
}

export interface Offer {
  readonly name: string
  /** In CodeMirror's words, such as `method`. */
  readonly kind: string
  /** Lower comes first, as TypeScript sorts. */
  readonly rank: string
  /** The module that it would have to be imported from. */
  readonly source?: string
}

export interface Change {
  readonly from: number
  readonly to: number
  readonly text: string
}

/** What something is: its type, and words about it. */
export interface Described {
  readonly code: string
  readonly text: string
}

export interface Answers {
  readonly mistakes: readonly Mistake[]
  readonly completions: { readonly from: number; readonly offers: readonly Offer[] }
  /** With what has to be written elsewhere, for a name that is not imported yet. */
  readonly details: Described & { readonly changes: readonly Change[] }
  readonly hover: Described & { readonly from: number; readonly to: number }
  /** A call's parameters: the one that is being written, and what stands around it. */
  readonly call: { readonly from: number; readonly before: string; readonly parameter: string; readonly after: string; readonly text: string }
}

export interface Asked {
  readonly id: number
  readonly question: Question
}

/** An answer is missing where there is nothing to say. */
export type FromTypes = { readonly kind: "ready" } | { readonly kind: "failed"; readonly reason: string } | { readonly kind: "answer"; readonly id: number; readonly answer?: Answers[Kind] | undefined }
