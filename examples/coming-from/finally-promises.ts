/** A promise that nobody settles: the process ends in the middle, without `finally`, and says nothing. */
async function work(): Promise<void> {
  console.log("the file is locked")
  try {
    await new Promise(() => {}) // an answer that never comes
  } finally {
    console.log("the file is unlocked, never printed")
  }
}

void work()
