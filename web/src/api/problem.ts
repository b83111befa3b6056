/** Problem is an answer that says why something was not done (RFC 9457). */
export class Problem extends Error {
  constructor(
    /** HTTP status; 0 when the server was not reached. */
    readonly status: number,
    /** Last part of the type: conflict, gone, offline … */
    readonly kind: string,
    readonly title: string,
    /** Further members, such as who holds an item. */
    readonly detail: Record<string, unknown> = {},
  ) {
    super(title || kind)
  }
}

export async function readProblem(response: Response): Promise<Problem> {
  try {
    const body = (await response.json()) as Record<string, unknown>
    const kind = String(body.type ?? '').split('/').pop() || 'internal'
    return new Problem(response.status, kind, String(body.title ?? ''), body)
  } catch {
    return new Problem(response.status, 'internal', response.statusText)
  }
}

export function isProblem(error: unknown, ...kinds: string[]): error is Problem {
  return error instanceof Problem && (kinds.length === 0 || kinds.includes(error.kind))
}
