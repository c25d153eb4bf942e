/** Another way to write an answer than its text, which stays what counts. */
export interface AnswerForm {
  readonly element: HTMLElement
  /** Takes the text as it is now. */
  show(text: string): void
}
