import { workerFile } from "../pool/worker-file.ts"

/** The module that a worker's threads run jobs with. */
export function serveFile(): string {
  return workerFile("serve-job").href
}
