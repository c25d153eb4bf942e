import { InterpreterPoolExecutor } from "asyncio-ts/executors"
import { cancelContract } from "./cancel-contract.ts"
import { executorContract, type Kind } from "./executor-contract.ts"

const kind: Kind = { noun: "thread", make: (options) => new InterpreterPoolExecutor(options) }

executorContract("InterpreterPoolExecutor", kind)
cancelContract("InterpreterPoolExecutor", kind)
