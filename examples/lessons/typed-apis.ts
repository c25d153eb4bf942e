/** Three APIs with static types: what `gather` gives is a tuple, each element with its own type. */
import * as asyncio from "asyncio-ts"

interface User {
  name: string
}
interface Post {
  title: string
  likes: number
}

const fetchUser = asyncio.coroutine("fetchUser", async (id: number): Promise<User> => {
  await asyncio.sleep(1)
  return { name: `User ${id}` }
})

const fetchPosts = asyncio.coroutine("fetchPosts", async (user: number): Promise<Post[]> => {
  await asyncio.sleep(2)
  return [{ title: `Chai, by user ${user}`, likes: 3 }]
})

const countVisits = asyncio.coroutine("countVisits", async (): Promise<number> => {
  await asyncio.sleep(1.5)
  return 1500
})

async function main(): Promise<void> {
  const answers: [User, Post[], number] = await asyncio.gather([fetchUser(1), fetchPosts(1), countVisits()])
  const [user, posts, visits] = answers
  console.log(user.name.toUpperCase())
  console.log(posts.map(({ title, likes }) => `${title} (${likes})`).join())
  console.log(visits.toLocaleString("en"))

  // @ts-expect-error -- a user has no title
  console.log(user.title)

  // With returnExceptions each of them may be an error instead, and the types say so.
  const [maybe]: (User | Error)[] = await asyncio.gather([fetchUser(2)], { returnExceptions: true })
  console.log(maybe instanceof Error ? maybe.message : maybe?.name)
}

await asyncio.run(main)
