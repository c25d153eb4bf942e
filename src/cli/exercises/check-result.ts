/** What a check has found. */
export interface CheckResult {
  readonly passed: boolean
  /** One sentence. */
  readonly sentence: string
  /** Pictures, evidence and reasons, in lines. */
  readonly details: readonly string[]
}
