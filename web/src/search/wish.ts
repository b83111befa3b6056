// What is searched for lives in the address.
import type { ListFilter } from '../api/types'

export const modes = ['hybrid', 'text', 'semantic'] as const
export const states = ['live', 'closed'] as const

export interface SearchWish {
  q: string
  mode: (typeof modes)[number]
  /** Id of the item whose like is wanted, instead of words. */
  like?: string
  intent?: string
  sentiment?: string
  status?: (typeof states)[number]
}

export function readSearch(search: string): SearchWish {
  const given = new URLSearchParams(search)
  const word = (name: string) => given.get(name)?.match(/^[a-z_]+$/)?.[0]
  return {
    q: given.get('q') ?? '',
    mode: modes.find(m => m === given.get('mode')) ?? 'hybrid',
    like: given.get('like')?.match(/^[0-9a-f-]{36}$/)?.[0],
    intent: word('intent'),
    sentiment: word('sentiment'),
    status: states.find(s => s === given.get('status')),
  }
}

export function writeSearch({ q, mode, like, intent, sentiment, status }: SearchWish): string {
  return new URLSearchParams({
    ...(like ? { like } : q && { q }), ...(!like && mode !== 'hybrid' && { mode }), ...(intent && { intent }), ...(sentiment && { sentiment }), ...(status && { status }),
  }).toString()
}

export function filterOf({ intent, sentiment, status }: SearchWish): ListFilter {
  return { intent: intent ? [intent] : undefined, sentiment: sentiment ? [sentiment] : undefined, status: status ? [status] : undefined } as ListFilter
}
