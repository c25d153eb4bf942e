import * as asyncio from "asyncio-ts"
import { BY_RUNNER } from "../../conformance/coverage.ts"

/** Stands for what the harness does in each program, whatever operations it has. */
export const EACH = "each program"

const SPAWNS = ["spawn", "spawn_in", "eager"]

/** By which operations of the programs each public function is called. */
export const CALLED_BY: Readonly<Record<string, readonly string[]>> = {
  Barrier: [EACH],
  "Barrier.parties": ["b_state"],
  "Barrier.nWaiting": ["b_state"],
  "Barrier.broken": ["b_state"],
  "Barrier.wait": ["b_wait"],
  "Barrier.run": ["with_barrier"],
  "Barrier.reset": ["b_reset"],
  "Barrier.abort": ["b_abort"],
  BoundedSemaphore: [EACH],
  "BoundedSemaphore.release": ["release", "with"],
  Condition: [EACH],
  "Condition.acquire": ["acquire", "with"],
  "Condition.release": ["with"],
  "Condition.locked": ["locked"],
  "Condition.run": ["hold"],
  "Condition.wait": ["cond_wait"],
  "Condition.waitFor": ["cond_wait_for"],
  "Condition.notify": ["notify"],
  "Condition.notifyAll": ["notify_all"],
  Context: [EACH],
  "Context.run": ["ctx_run"],
  "Context.get": ["ctx_get", "task_var", "h_var"],
  "Context.has": ["ctx_get"],
  ContextVar: [EACH],
  "ContextVar.get": ["var_get"],
  "ContextVar.set": ["var_set", "var_push"],
  "ContextVar.reset": ["var_pop"],
  copyContext: ["ctx_copy"],
  Event: [EACH],
  "Event.isSet": ["ev_is_set"],
  "Event.set": ["set"],
  "Event.clear": ["clear"],
  "Event.wait": ["ev_wait"],
  EventLoop: [EACH],
  "EventLoop.time": ["time"],
  "EventLoop.callSoon": ["call_soon", "call_soon_in", "call_fail", "h_soon"],
  "EventLoop.callSoonThreadsafe": ["call_threadsafe"],
  "EventLoop.callLater": ["call_later", "call_later_in", "h_later"],
  "EventLoop.callAt": ["call_at", "h_at"],
  "EventLoop.createFuture": ["fut_new"],
  "EventLoop.createTask": ["loop_spawn", "factory_spawn"],
  "EventLoop.setTaskFactory": ["factory_spawn", "eager"],
  "EventLoop.getTaskFactory": ["factory"],
  "EventLoop.runForever": [EACH],
  "EventLoop.runUntilComplete": ["loop_refuses"],
  "EventLoop.stop": [EACH],
  "EventLoop.isRunning": ["loop_state"],
  "EventLoop.isClosed": ["loop_state"],
  "EventLoop.close": [EACH],
  "EventLoop.setExceptionHandler": ["exc_handler"],
  "EventLoop.getExceptionHandler": ["exc_which"],
  "EventLoop.callExceptionHandler": ["exc_call", "call_fail"],
  "EventLoop.getDebug": ["loop_state"],
  "EventLoop.setDebug": ["set_debug"],
  ExceptionGroup: ["eg_split"],
  "ExceptionGroup.subgroup": ["eg_split"],
  "ExceptionGroup.split": ["eg_split", "try_groups"],
  Future: ["fut_new"],
  "Future.done": ["fut_state"],
  "Future.cancelled": ["fut_state"],
  "Future.result": ["fut_get"],
  "Future.exception": ["fut_exception"],
  "Future.setResult": ["fut_result"],
  "Future.setException": ["fut_error"],
  "Future.cancel": ["fut_cancel"],
  "Future.addDoneCallback": ["fut_callback", "fut_listen", "fut_listen_in", "fut_then"],
  "Future.removeDoneCallback": ["fut_unlisten"],
  "Future.getLoop": ["fut_kinds"],
  "Handle.cancel": ["h_cancel"],
  "Handle.cancelled": ["h_state"],
  "Handle.getContext": ["h_var"],
  "TimerHandle.when": ["h_state"],
  "TimerHandle.cancel": ["h_cancel"],
  LifoQueue: [EACH],
  Lock: [EACH],
  "Lock.locked": ["locked"],
  "Lock.acquire": ["acquire", "with"],
  "Lock.release": ["release", "with"],
  "Lock.run": ["hold"],
  PriorityQueue: [EACH],
  Queue: [EACH],
  "Queue.maxsize": ["q_maxsize"],
  "Queue.qsize": ["qsize"],
  "Queue.empty": ["qsize"],
  "Queue.full": ["qsize"],
  "Queue.put": ["put"],
  "Queue.get": ["get"],
  "Queue.putNowait": ["put_nowait"],
  "Queue.getNowait": ["get_nowait"],
  "Queue.taskDone": ["task_done"],
  "Queue.join": ["q_join"],
  "Queue.shutdown": ["shutdown"],
  Semaphore: [EACH],
  Runner: [BY_RUNNER],
  "Runner.getLoop": [BY_RUNNER],
  "Runner.run": [BY_RUNNER],
  "Runner.close": [BY_RUNNER],
  "Semaphore.locked": ["locked"],
  "Semaphore.acquire": ["acquire", "with"],
  "Semaphore.release": ["release", "with"],
  "Semaphore.run": ["hold"],
  Task: ["factory_spawn"],
  "Task.getName": ["task_name", "task_rename"],
  "Task.setName": ["task_rename", "ensure"],
  "Task.getCoro": ["task_kinds"],
  "Task.getContext": ["task_var"],
  "Task.cancel": ["cancel"],
  "Task.cancelling": ["cancelling"],
  "Task.uncancel": ["uncancel"],
  "Task.setResult": ["task_set"],
  "Task.setException": ["task_fail"],
  TaskGroup: ["taskgroup"],
  "TaskGroup.run": ["taskgroup"],
  "TaskGroup.createTask": ["tg_spawn"],
  "TaskGroup.cancel": ["tg_cancel"],
  "Timeout.run": ["timeout", "timeout_at"],
  "Timeout.when": ["when"],
  "Timeout.expired": ["when", "timeout"],
  "Timeout.reschedule": ["reschedule"],
  allTasks: ["everyone"],
  asCompleted: ["as_completed", "each_completed"],
  coroutine: [EACH],
  createEagerTaskFactory: ["eager"],
  createTask: SPAWNS,
  currentTask: ["current", "uncancel"],
  eagerTaskFactory: ["eager"],
  ensureFuture: ["ensure", "fut_kinds"],
  gather: ["gather", "gather_tasks", "fut_gather"],
  getRunningLoop: ["loop_state"],
  isCoroutine: ["fut_kinds", "task_kinds"],
  isFuture: ["fut_kinds", "task_kinds"],
  shield: ["shield", "shield_call", "fut_shield"],
  sleep: ["sleep", "sleep_value"],
  timeout: ["timeout"],
  timeoutAt: ["timeout_at"],
  wait: ["wait", "fut_wait"],
  waitFor: ["wait_for", "wait_for_task", "fut_wait_for"],
}

/** What no program calls, and why. */
export const LEFT_OUT: readonly { readonly why: string; readonly names: string }[] = [
  {
    why: "streams, transports, processes and files, which have tests and a matrix of faults of their own",
    names: `BaseProtocol BaseTransport BufferedProtocol DatagramEndpoint DatagramProtocol DatagramTransport Protocol ReadTransport
      ReadableChunks Server StreamReader StreamReaderProtocol StreamWriter SubprocessProtocol SubprocessTransport Transport
      TransportSocket WriteTransport createSubprocessExec createSubprocessShell fromReadable input openConnection
      openDatagramEndpoint openUnixConnection startServer startUnixServer stdin toReadable
      EventLoop.createConnection EventLoop.createUnixConnection EventLoop.createServer EventLoop.createUnixServer
      EventLoop.connectAcceptedSocket EventLoop.createDatagramEndpoint EventLoop.connectReadPipe EventLoop.connectWritePipe
      EventLoop.subprocessExec EventLoop.subprocessShell EventLoop.addSignalHandler EventLoop.removeSignalHandler
      EventLoop.getaddrinfo EventLoop.getnameinfo EventLoop.sendfile EventLoop.startTls`,
  },
  {
    why: "threads, of which a program under a virtual clock has none",
    names: `runCoroutineThreadsafe toThread wrapFuture EventLoop.runInExecutor EventLoop.setDefaultExecutor
      EventLoop.shutdownDefaultExecutor`,
  },
  { why: "a Runner that is closed after its one run", names: "run" },
  { why: "no public name of asyncio has this behaviour", names: "bind fromCallback fromEvent moveOnAfter settled Held TaskGroup.start Task.signal" },
  { why: "internal to asyncio, and in the ledger: the race takes other turns here", names: "staggeredRace" },
  {
    why: "words for people, which are not Python's",
    names: "captureCallGraph formatCallGraph printCallGraph EventLoop.defaultExceptionHandler Task.getStack Task.printStack",
  },
  {
    why: "made by others, and a promise's own methods",
    names: "Coroutine Handle TimerHandle Timeout Token Future.then Future.catch Future.finally Handle.quiet Handle.run Context.copy",
  },
]

const PLAIN = new Set(["constructor", "toString", "kind", "describe", "statistics"])
/** Of `Context` and `EventLoop`, what their internal base classes give. */
const INHERITED = ["Context.get", "Context.has", "EventLoop.stop"]

/** Every exported function, class, method and property that is no error and not left out as a class. */
export function publicFunctions(): string[] {
  const leftOut = new Set(LEFT_OUT.flatMap(({ names }) => names.split(/\s+/)))
  const all: string[] = [...INHERITED]
  for (const [name, value] of Object.entries(asyncio) as [string, unknown][]) {
    if (typeof value !== "function") continue
    const isError = value.prototype instanceof Error
    if (!isError || name === "ExceptionGroup") all.push(name)
    if (!/^class\b/.test(Function.prototype.toString.call(value)) || isError && name !== "ExceptionGroup") continue
    if (leftOut.has(name) && !name.endsWith("Handle") && !["Timeout", "Token", "Context"].includes(name)) continue
    const methods = Object.getOwnPropertyNames(value.prototype).filter((key) => !PLAIN.has(key) && key !== "name" && key !== "code")
    all.push(...methods.map((key) => `${name}.${key}`))
  }
  return all.sort()
}
