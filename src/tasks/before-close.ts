/**
 * What has to end before a program's loop is closed, beside its tasks: the threads of its
 * default executor, of which this folder knows nothing.
 */
import type { EventLoop } from "../core/event-loop.ts"

/** What is called for each loop, once its tasks have ended, to end what else it has. */
export const beforeClose = new WeakMap<EventLoop, () => Promise<void>>()
