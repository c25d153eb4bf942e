/** A way to wait, and what whoever waits there is told. */
export interface Form {
  /** What is called, as it is exported; several where they wait in the same way. */
  readonly of: string
  /** What the words match. */
  readonly words: RegExp
  /** Makes the scene; what it gives is awaited by a task of its own. */
  make(stage: Scene): Promise<() => PromiseLike<unknown>> | (() => PromiseLike<unknown>)
  readonly skip?: false | string
  /** The code that awaits is not the test's: no line of it can be known. */
  readonly unseen?: true
}

/** Where a scene is torn down. */
export interface Scene {
  /** Called at the end, the latest first. */
  end(action: () => unknown): void
}

/** All names of forms. */
export function namesOf(forms: readonly Form[]): string[] {
  return forms.flatMap(({ of }) => of.trim().split(/\s+/))
}
