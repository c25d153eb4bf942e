/**
 * What the host tells of listeners that pile up; it counts them for each emitter anyway.
 */

/** Too many listeners for one event. */
export interface ListenerWarning {
  readonly event: string
  readonly count: number
  /** What kind of thing they listen to, such as `Socket`. */
  readonly emitter: string
}

/** How to be told; set by a host that tells. The returned function ends it. */
export const listenerWarnings: { watch: ((tell: (warning: ListenerWarning) => void) => () => void) | null } = { watch: null }
