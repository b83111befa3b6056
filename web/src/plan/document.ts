// A plan's document as it is edited: JSON as text, of which some fields have fields of
// their own on the page.

export type Document = Record<string, unknown>

export function parse(text: string): { document?: Document; why?: string } {
  try {
    const document: unknown = JSON.parse(text)
    if (typeof document !== 'object' || document === null || Array.isArray(document)) return { why: '{ … }' }
    return { document: document as Document }
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) }
  }
}

export function print(document: unknown): string {
  return JSON.stringify(document, null, 2)
}

/** at returns what stands at a path of a document. */
export function at(document: Document, path: string[]): unknown {
  return path.reduce<unknown>((value, name) => (typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Document)[name] : undefined), document)
}

/** put returns the document with another value at a path, everything else as it was. */
export function put(document: Document, [name, ...rest]: string[], value: unknown): Document {
  if (name === undefined) return document
  if (rest.length === 0) return { ...document, [name]: value }
  const below = document[name]
  return { ...document, [name]: put(typeof below === 'object' && below !== null && !Array.isArray(below) ? (below as Document) : {}, rest, value) }
}
