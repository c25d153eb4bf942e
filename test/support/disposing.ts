/** `await using` for tests, which Node 22 does not know: `resource` is disposed of when `body` has ended. */
export async function disposing<R extends AsyncDisposable, T>(resource: R, body: (resource: R) => PromiseLike<T>): Promise<T> {
  try {
    return await body(resource)
  } finally {
    await resource[Symbol.asyncDispose]()
  }
}
