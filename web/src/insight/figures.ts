// What the start page asks the server.
import { useQueries, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, must } from '../api/client'
import { type Span, steps } from './span'

const fresh = { staleTime: 120_000 }

/** atTen is now, to ten minutes, so that figures asked for twice are the same ones. */
export function atTen(): number {
  return Math.ceil(Date.now() / 600_000) * 600_000
}

export function useFlow({ days, platform, queue }: Span, now: number) {
  const query = { from: new Date(now - days * 86_400_000).toISOString(), to: new Date(now).toISOString(), platform, queue }
  return useQuery({ queryKey: ['flow', query], queryFn: () => must(api.GET('/v1/insights/flow', { params: { query } })), ...fresh })
}

/** useKept is how targets were kept, by groups. */
export function useKept({ days, platform, queue }: Span, now: number, group: 'priority' | 'platform' | 'queue') {
  const query = { from: new Date(now - days * 86_400_000).toISOString(), to: new Date(now).toISOString(), platform, queue, group }
  return useQuery({ queryKey: ['targets', query], queryFn: () => must(api.GET('/v1/insights/targets', { params: { query } })), ...fresh })
}

/** useAnswers is how long first answers took, step by step. */
export function useAnswers({ days, platform, queue }: Span, now: number) {
  const pieces = useMemo(() => steps(days, now), [days, now])
  const found = useQueries({
    queries: pieces.map(piece => {
      const query = { ...piece, platform, queue }
      return { queryKey: ['targets', query], queryFn: () => must(api.GET('/v1/insights/targets', { params: { query } })), ...fresh }
    }),
  })
  return { pieces, found: found.map(f => f.data?.groups[0]?.first_answer) }
}

export function useWaves({ queue }: Span) {
  return useQuery({ queryKey: ['waves', queue], queryFn: async () => (await must(api.GET('/v1/waves', { params: { query: { queue, limit: 200 } } }))).waves, ...fresh })
}

export function useDrift() {
  return useQuery({ queryKey: ['drift'], queryFn: () => must(api.GET('/v1/insights/drift')), staleTime: 600_000 })
}

export function useLearning(on: boolean) {
  return useQuery({ queryKey: ['learning'], queryFn: () => must(api.GET('/v1/insights/learning')), staleTime: 600_000, enabled: on })
}

export function useCosts(days: number, on: boolean) {
  return useQuery({ queryKey: ['costs', days], queryFn: () => must(api.GET('/v1/insights/costs', { params: { query: { days } } })), enabled: on, ...fresh })
}
