/** Browsers hide the constructor of shared memory from pages that are not isolated, and not the memory: programs block with it. */

const PAGE = 65_536

/** Gives programs a `SharedArrayBuffer` where there is none: one that allocates by pages of WebAssembly, and gives as many bytes or more. */
export function giveSharedBuffers(): void {
  if ("SharedArrayBuffer" in globalThis) return
  const { constructor } = new WebAssembly.Memory({ initial: 0, maximum: 0, shared: true }).buffer
  function SharedArrayBuffer(bytes: number): object {
    const pages = Math.max(1, Math.ceil(bytes / PAGE))
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true }).buffer
  }
  SharedArrayBuffer.prototype = constructor.prototype as object // every constructor has one
  Object.assign(globalThis, { SharedArrayBuffer })
}
