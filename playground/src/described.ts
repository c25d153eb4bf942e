/** A declaration and words about it, in a small box. */

export function described({ code, text }: { readonly code: string; readonly text: string }): HTMLElement {
  const box = document.createElement("div")
  box.className = "named"
  const declaration = document.createElement("code")
  declaration.textContent = code
  box.append(declaration)
  if (text !== "") {
    const words = document.createElement("p")
    words.textContent = text
    box.append(words)
  }
  return box
}
