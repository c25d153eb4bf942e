import { ProcessPoolExecutor } from "asyncio-ts/executors"
import { cancelContract } from "./cancel-contract.ts"
import { executorContract, type Kind } from "./executor-contract.ts"

const kind: Kind = { noun: "process", make: (options) => new ProcessPoolExecutor(options) }

executorContract("ProcessPoolExecutor", kind)
cancelContract("ProcessPoolExecutor", kind)
