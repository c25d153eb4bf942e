/** Why doctor can say nothing about a program; the message says what to do. */
export class CannotExamine extends Error {
  override readonly name = "CannotExamine"
}
