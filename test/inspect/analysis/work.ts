// What workers of the workloads run.

/** Keeps a worker for some milliseconds without using a core. */
export function occupy(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}
