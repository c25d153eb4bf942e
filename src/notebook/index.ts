/**
 * For notebooks: a loop that runs for all cells, and tasks and timelines as pictures.
 *
 * Importing it is all: `await` in a cell then takes what this library makes, as at a prompt.
 *
 * @module
 */
import { installHost } from "../host/host.ts"
import { nodeHost } from "../host/node.ts"
import { installNodeAgent } from "../inspect/agent-node.ts"
import { listenInKernel } from "./in-kernel-node.ts"
import { installRich } from "./install-rich.ts"
import { NotebookLoop } from "./notebook-loop.ts"
import { tellTracebacks } from "./traceback.ts"

installHost(nodeHost)
installNodeAgent()
installRich()
tellTracebacks()
listenInKernel(new NotebookLoop().install())

export { Picture, picture } from "./picture.ts"
export { ps, TaskTree } from "./task-tree.ts"
export type { Rich, Shows } from "./rich.ts"
export { timeline, type WorkOptions } from "./timeline.ts"
