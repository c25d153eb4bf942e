/**
 * What of this package gives coroutines and futures, by the names under which programs know it:
 * `sleep`, `Lock#acquire` for a method, `coroutine()` for what calling the result of a function
 * gives. A rule that sees one file has nothing else to go by. `test/types/lint-names.ts` compares
 * the list with the types of all that is exported.
 */
export const COROUTINES = {
  "asyncio-ts": [
    "AsyncFile#close", "AsyncFile#read", "AsyncFile#readInto", "AsyncFile#readLine", "AsyncFile#readText", "AsyncFile#seek", "AsyncFile#stat",
    "AsyncFile#sync", "AsyncFile#truncate", "AsyncFile#write", "AsyncFile#writeAll", "Barrier#abort", "Barrier#reset", "Barrier#run", "Barrier#wait",
    "BoundedSemaphore#acquire", "BoundedSemaphore#run", "Condition#acquire", "Condition#run", "Condition#wait", "Condition#waitFor",
    "DatagramEndpoint#receive", "DatagramEndpoint#send", "DatagramEndpoint#waitClosed", "Event#wait", "EventIterator#next",
    "EventLoop#connectAcceptedSocket", "EventLoop#connectReadPipe", "EventLoop#connectWritePipe", "EventLoop#createConnection",
    "EventLoop#createDatagramEndpoint", "EventLoop#createServer", "EventLoop#createUnixConnection", "EventLoop#createUnixServer",
    "EventLoop#getaddrinfo", "EventLoop#getnameinfo", "EventLoop#sendfile", "EventLoop#shutdownDefaultExecutor", "EventLoop#startTls",
    "EventLoop#subprocessExec", "EventLoop#subprocessShell", "FileWatcher#next", "KeyStream#next", "LifoQueue#get", "LifoQueue#join", "LifoQueue#put",
    "Lock#acquire", "Lock#run", "PriorityQueue#get", "PriorityQueue#join", "PriorityQueue#put", "Queue#get", "Queue#join", "Queue#put",
    "ReadableChunks#next", "Semaphore#acquire", "Semaphore#run", "Server#serveForever", "Server#startServing", "Server#waitClosed",
    "StandardInput#readKey", "StandardInput#readLine", "StreamReader#read", "StreamReader#readExactly", "StreamReader#readLine",
    "StreamReader#readUntil", "StreamWriter#drain", "StreamWriter#startTls", "StreamWriter#waitClosed", "TaskGroup#run", "TaskGroup#start",
    "TemporaryDirectory#run", "Timeout#run", "coroutine()", "createSubprocessExec", "createSubprocessShell", "files.append", "files.copy",
    "files.exists", "files.list", "files.makeDirectories", "files.open", "files.read", "files.readText", "files.remove", "files.removeTree",
    "files.rename", "files.stat", "files.write", "fromCallback", "fromEvent", "input", "openConnection", "openDatagramEndpoint", "openUnixConnection",
    "settled", "sleep", "staggeredRace", "startServer", "startUnixServer", "subprocess.Process#communicate", "subprocess.Process#wait", "toThread",
    "wait", "waitFor",
  ],
  "asyncio-ts/flow": [
    "RateLimiter#acquire", "RateLimiter#run", "RateLimiter#wrap()", "WorkQueue#onEmpty", "WorkQueue#onIdle", "WorkQueue#onNoneRunning",
    "WorkQueue#onSizeLessThan", "WorkQueue#run", "debounce()", "retry", "retrying()", "throttle()",
  ],
  "asyncio-ts/http": [
    "Client#close", "Client#delete", "Client#get", "Client#head", "Client#options", "Client#patch", "Client#post", "Client#put", "Client#request",
    "HttpServer#close", "HttpServer#run", "HttpServer#serveForever", "HttpServer#start", "Response#bytes", "Response#json", "Response#text",
    "ResponseStream#run", "WebSocket#close", "WebSocket#ping", "WebSocket#receive", "WebSocket#send", "connectWebSocket", "delete", "fetch", "get",
    "head", "options", "patch", "post", "put", "request", "serve", "upgradeWebSocket",
  ],
  "asyncio-ts/postgres": [
    "Connection#close", "Connection#copyFrom", "Connection#execute", "Connection#executeMany", "Connection#fetch", "Connection#fetchRow",
    "Connection#fetchValue", "Connection#listen", "Connection#prepare", "Connection#query", "Cursor#close", "Cursor#fetch", "Pool#acquire",
    "Pool#close", "Pool#execute", "Pool#fetch", "Pool#fetchRow", "Pool#fetchValue", "Pool#query", "Pool#run", "Pool#transaction",
    "PooledConnection#close", "PooledConnection#copyFrom", "PooledConnection#execute", "PooledConnection#executeMany", "PooledConnection#fetch",
    "PooledConnection#fetchRow", "PooledConnection#fetchValue", "PooledConnection#listen", "PooledConnection#prepare", "PooledConnection#query",
    "PreparedStatement#close", "PreparedStatement#execute", "PreparedStatement#fetch", "PreparedStatement#fetchRow", "PreparedStatement#fetchValue",
    "PreparedStatement#query", "Subscription#close", "Subscription#get", "Transaction#commit", "Transaction#rollback", "Transaction#run",
    "Transaction#start", "connect", "createPool",
  ],
  "asyncio-ts/executors": [
    "DeadLetters#count", "DeadLetters#drop", "DeadLetters#dropAll", "DeadLetters#list", "DeadLetters#retry", "DeadLetters#retryAll",
    "DistributedExecutor#queueStatistics", "DistributedExecutor#shutdown", "DistributedWorker#shutdown", "DistributedWorker#start",
    "InterpreterPoolExecutor#shutdown", "InterpreterPoolExecutor#warm", "JobStream#next", "JobStream#return", "PoolView#shutdown", "PoolView#warm",
    "ProcessPoolExecutor#shutdown", "ProcessPoolExecutor#warm", "QueueView#queueStatistics", "QueueView#shutdown", "ThreadPoolExecutor#shutdown",
    "ThreadPoolExecutor#warm", "onceInPostgres", "onceInRedis",
  ],
  "asyncio-ts/testing": [
    "FaultProxy#close", "Sequencer#at", "Sequencer#enter", "Sequencer#run", "assertCheckpoints", "assertNoCheckpoints", "startFaultProxy",
    "untilIdle",
  ],
} as const

/** Futures: the work goes on by itself, and who drops one hears of no failure. */
export const FUTURES = [
  "DistributedExecutor#submit", "EventLoop#runInExecutor", "InterpreterPoolExecutor#submit", "PoolView#submit", "ProcessPoolExecutor#submit",
  "QueueView#submit", "ThreadPoolExecutor#submit", "gather", "runCoroutineThreadsafe", "shield", "wrapFuture",
] as const

/** Tasks: their loop keeps them, and tells of a failure. Those of a group are awaited by it. */
export const TASKS = ["EventLoop#createTask", "WorkQueue#add", "createTask", "ensureFuture"] as const

/** Promises of the host's, which run at once. */
export const PROMISES = [
  "EventLoop#runForever", "EventLoop#runUntilComplete", "Runner#close", "Runner#run", "Transaction#abandon", "VirtualClock#runFor", "explore",
  "renderTimelinePage", "replay", "run", "runTest", "runVirtual", "sendToOpenTelemetry", "serveInspector", "takeSnapshot", "traceTasks",
] as const

/** Of what class the result is, where a name tells of it; `await` and the place in a list are part of the name. */
export const RESULTS: Readonly<Record<string, string>> = {
  "Client#delete() await": "Response",
  "Client#get() await": "Response",
  "Client#head() await": "Response",
  "Client#options() await": "Response",
  "Client#patch() await": "Response",
  "Client#post() await": "Response",
  "Client#put() await": "Response",
  "Client#request() await": "Response",
  "Client#stream()": "ResponseStream",
  "Connection#listen() await": "Subscription",
  "Connection#prepare() await": "PreparedStatement",
  "Connection#transaction()": "Transaction",
  "DistributedExecutor#deadLetters()": "DeadLetters",
  "DistributedExecutor#with()": "QueueView",
  "EventLoop#createServer() await": "Server",
  "EventLoop#createUnixServer() await": "Server",
  "FileWatcher#open()": "FileWatcher",
  "HttpServer#start() await": "HttpServer",
  "InterpreterPoolExecutor#with()": "PoolView",
  "Pool#acquire() await": "PooledConnection",
  "PoolView#with()": "PoolView",
  "PooledConnection#listen() await": "Subscription",
  "PooledConnection#prepare() await": "PreparedStatement",
  "PooledConnection#transaction()": "Transaction",
  "ProcessPoolExecutor#with()": "PoolView",
  "QueueView#deadLetters()": "DeadLetters",
  "QueueView#with()": "QueueView",
  "Response#raiseForStatus()": "Response",
  "Runner#getLoop()": "EventLoop",
  "ThreadPoolExecutor#with()": "PoolView",
  "connect() await": "Connection",
  "connectWebSocket() await": "WebSocket",
  "createPool() await": "Pool",
  "createSubprocessExec() await": "subprocess.Process",
  "createSubprocessShell() await": "subprocess.Process",
  "delete() await": "Response",
  "fetch() await": "Response",
  "files.open() await": "AsyncFile",
  "files.temporaryDirectory()": "TemporaryDirectory",
  "files.watch()": "FileWatcher",
  "fromReadable()": "ReadableChunks",
  "get() await": "Response",
  "getRunningLoop()": "EventLoop",
  "head() await": "Response",
  "moveOnAfter()": "Timeout",
  "openConnection() await 0": "StreamReader",
  "openConnection() await 1": "StreamWriter",
  "openDatagramEndpoint() await": "DatagramEndpoint",
  "openUnixConnection() await 0": "StreamReader",
  "openUnixConnection() await 1": "StreamWriter",
  "options() await": "Response",
  "patch() await": "Response",
  "post() await": "Response",
  "put() await": "Response",
  "request() await": "Response",
  "serve() await": "HttpServer",
  "startFaultProxy() await": "FaultProxy",
  "startServer() await": "Server",
  "startUnixServer() await": "Server",
  "stdin()": "StandardInput",
  "stream()": "ResponseStream",
  "timeout()": "Timeout",
  "timeoutAt()": "Timeout",
}

/** What a body gets as its arguments, by who runs it. */
export const BODY_ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  "Pool#run": ["PooledConnection"],
  "Pool#transaction": ["PooledConnection", "Transaction"],
  "ResponseStream#run": ["Response"],
  "TaskGroup#run": ["TaskGroup"],
  "Timeout#run": ["Timeout"],
  "Transaction#run": ["Transaction"],
}
