/**
 * What the main entry needs of the executors once a program uses one; `engine` loads it then.
 */
export { ThreadPoolExecutor } from "./thread-pool-executor.ts"
export { workOf } from "./work-of.ts"
