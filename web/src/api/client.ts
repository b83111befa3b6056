// The one way to the server: requests and answers are typed by its own contract.
import createClient, { type Middleware } from 'openapi-fetch'
import { chosenBrand } from './brand'
import { Problem, readProblem } from './problem'
import type { paths } from './schema'

type Listener = () => void

const expired = new Set<Listener>()

/** onExpired tells of an answer that says that nobody is signed in (any more). */
export function onExpired(listener: Listener): Listener {
  expired.add(listener)
  return () => expired.delete(listener)
}

/** sessionExpired is called by what speaks to the server past this client. */
export function sessionExpired() {
  for (const listener of expired) listener()
}

/** headers are those of every request of ours. */
export function headers(): Record<string, string> {
  const brand = chosenBrand()
  return { 'Accept-Language': document.documentElement.lang, ...(brand && { 'Triage-Brand': brand }) }
}

const ours: Middleware = {
  onRequest({ request }) {
    for (const [name, value] of Object.entries(headers())) request.headers.set(name, value)
  },
  async onResponse({ response, schemaPath }) {
    if (response.ok) return
    const problem = await readProblem(response)
    if (response.status === 401 && schemaPath !== '/v1/session' && schemaPath !== '/v1/session/password') sessionExpired()
    throw problem
  },
  onError({ error }) {
    return error instanceof Problem ? error : new Problem(0, 'offline', '')
  },
}

export const api = createClient<paths>({
  baseUrl: '',
  querySerializer: { array: { style: 'form', explode: false } },
})
api.use(ours)

/** must returns the answer of a request; errors have been thrown by then. */
export async function must<T>(request: Promise<{ data?: T; response: Response }>): Promise<NonNullable<T>> {
  return (await request).data as NonNullable<T>
}
