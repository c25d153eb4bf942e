/** Pieces of a body up to this size are copied together. */
const SMALL = 2048
const BLOCK = 16 * 1024

/**
 * The pieces of a body that have arrived. A server may send a body byte by byte, and a buffer
 * for each would take a hundred times the memory: small pieces are copied into blocks.
 */
export class PieceQueue {
  #pieces: Buffer[] = []
  #block: Buffer | null = null
  #filled = 0
  /** Bytes held. */
  length = 0

  push(piece: Buffer): void {
    this.length += piece.length
    if (piece.length > SMALL) {
      this.#finishBlock()
      this.#pieces.push(piece)
      return
    }
    if (this.#block === null && this.#pieces.length === 0 && this.length === piece.length) {
      // Alone, as the body of a short response is.
      this.#pieces.push(piece)
      return
    }
    if (this.#block !== null && this.#filled + piece.length > this.#block.length) this.#finishBlock()
    this.#block ??= Buffer.allocUnsafeSlow(BLOCK)
    this.#filled += piece.copy(this.#block, this.#filled)
  }

  takeAll(): Buffer[] {
    this.#finishBlock()
    const pieces = this.#pieces
    this.#pieces = []
    this.length = 0
    return pieces
  }

  #finishBlock(): void {
    if (this.#block === null) return
    const filled = this.#block.subarray(0, this.#filled)
    // A block that is hardly used would be kept for the little that is in it.
    this.#pieces.push(this.#filled < BLOCK / 2 ? Buffer.from(filled) : filled)
    this.#block = null
    this.#filled = 0
  }
}

/** Puts pieces together as they come, in at most twice the memory. */
export class ByteCollector {
  #first: Buffer | null = null
  #all: Buffer | null = null
  length = 0

  add(piece: Buffer): void {
    if (this.length === 0) {
      this.#first = piece
    } else {
      const all = this.#room(this.length + piece.length)
      piece.copy(all, this.length)
    }
    this.length += piece.length
  }

  bytes(): Buffer {
    return this.#all?.subarray(0, this.length) ?? this.#first ?? Buffer.alloc(0)
  }

  #room(length: number): Buffer {
    if (this.#all !== null && this.#all.length >= length) return this.#all
    const larger = Buffer.allocUnsafeSlow(Math.max(length * 2, BLOCK))
    this.bytes().copy(larger)
    this.#first = null
    this.#all = larger
    return larger
  }
}
