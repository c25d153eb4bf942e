// The page that a run begins with: gives each test file a frame, one after another.
for (const part of await (await fetch("/parts")).json()) {
  const frame = document.createElement("iframe")
  frame.src = `/frame#${encodeURIComponent(JSON.stringify(part))}`
  const results = await new Promise((resolve) => {
    addEventListener("message", ({ data }) => resolve(data), { once: true })
    document.body.append(frame)
  })
  frame.remove()
  await fetch("/results", { method: "POST", body: JSON.stringify({ file: part.file, results }) })
}
await fetch("/end", { method: "POST" })
