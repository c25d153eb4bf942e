/** What a check has found. */
export interface CheckResult {
  readonly passed: boolean
  /** What could be judged here is right, and the rest cannot be judged here. */
  readonly partly?: true
  /** One sentence. */
  readonly sentence: string
  /** Pictures, evidence and reasons, in lines. */
  readonly details: readonly string[]
}
