const key = 'triage.brand'

/** chosenBrand is the id of the brand that somebody who works for several looks at. */
export function chosenBrand(): string | null {
  return localStorage.getItem(key)
}

export function chooseBrand(id: string | null) {
  if (id) localStorage.setItem(key, id)
  else localStorage.removeItem(key)
}
