import { ThreadPoolExecutor } from "asyncio-ts/executors"
import { cancelContract } from "./cancel-contract.ts"
import { executorContract, type Kind } from "./executor-contract.ts"

const kind: Kind = { noun: "thread", make: (options) => new ThreadPoolExecutor(options) }

executorContract("ThreadPoolExecutor", kind)
cancelContract("ThreadPoolExecutor", kind)
