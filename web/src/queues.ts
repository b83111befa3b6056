// How both queues stand, for everybody who shows it.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { api, must } from './api/client'
import { useNews } from './live'

export function useQueues() {
  return useQuery({ queryKey: ['queues'], queryFn: async () => (await must(api.GET('/v1/queues'))).queues, staleTime: 10_000, refetchInterval: 60_000 })
}

/** useLiveQueues asks for the counts again when something changed, at most once a second. */
export function useLiveQueues() {
  const queries = useQueryClient()
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useNews(event => {
    if (event.kind === 'alert' || timer.current) return
    timer.current = setTimeout(() => {
      timer.current = undefined
      void queries.invalidateQueries({ queryKey: ['queues'] })
    }, 1000)
  })
}
