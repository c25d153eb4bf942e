/** What happens in a worker, for logs. Times are seconds. */
export type WorkerEvent =
  | { readonly kind: "began"; readonly id: string; readonly name: string; readonly attempt: number }
  | { readonly kind: "done"; readonly id: string; readonly name: string; readonly seconds: number }
  /** It threw; unless that was `final` it is tried once more. */
  | { readonly kind: "failed"; readonly id: string; readonly name: string; readonly seconds: number; readonly reason: string; readonly final: boolean }
  /** Its caller wants it no more, or its deadline has come. */
  | { readonly kind: "cancelled"; readonly id: string; readonly name: string; readonly reason: string }
  /** This worker ends, and leaves it to others. */
  | { readonly kind: "handed back"; readonly id: string; readonly name: string }
  /** It was not heard of for so long that others take it. */
  | { readonly kind: "lost"; readonly id: string; readonly name: string }
  /** Another worker was lost; this one puts its job back into the queue. */
  | { readonly kind: "recovered"; readonly id: string }
  | { readonly kind: "redis lost" }
  | { readonly kind: "redis back"; readonly seconds: number }
  | { readonly kind: "trouble"; readonly message: string }
