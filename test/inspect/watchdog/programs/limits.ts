/**
 * What the watchdog has to reach, written down before anything was measured.
 */
export const LIMITS = {
  /** Seconds; what `startWatchdog` takes unless it is told. */
  threshold: 0.1,
  /** Seconds after the threshold within which the line is to be named, in each program. */
  late: 0.02,
  /** Of the programs, whose line must be right. */
  right: 0.99,
  /** Of the programs, that must be named in time. */
  named: 0.99,
  /** Programs of the proof. */
  programs: 300,
  /** A program counts as blocking if it blocks that much longer than the threshold, in seconds; else it is run again, larger. */
  beyond: 0.05,
  /** Seconds that the look may add to what blocks. */
  added: 0.005,
  /** Of the time, that a program without a stall may lose. */
  cost: 0.01,
  /** Wake-ups of a loop that rests, more than without. */
  wakes: 0,
} as const
