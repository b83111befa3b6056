import { useQuery } from '@tanstack/react-query'
import { useCallback } from 'react'
import { api, must } from './api/client'

/** usePeople returns what tells the name of somebody who works for the brand. */
export function usePeople(): (id: string) => string {
  const { data } = useQuery({ queryKey: ['people'], queryFn: async () => (await must(api.GET('/v1/people'))).people, staleTime: 300_000 })
  return useCallback((id: string) => data?.find(p => p.id === id)?.name ?? '', [data])
}
