import { notifications } from '@mantine/notifications'
import { type UseMutationResult, useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, must } from '../api/client'
import { isProblem } from '../api/problem'
import { useText } from '../text/useText'
import { personText } from './text'

/** useAuthor is a person's page; the pages after the first hold more of the timeline. */
export function useAuthor(id: string) {
  return useInfiniteQuery({
    queryKey: ['person', id],
    queryFn: ({ pageParam }) => must(api.GET('/v1/authors/{id}', { params: { path: { id }, query: { limit: 25, ...(pageParam && { cursor: pageParam }) } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: page => page.next_cursor ?? undefined,
    staleTime: 30_000,
  })
}

/** useDeed does something about a person, and shows what has become of it, or why not. */
export function useDeed<V>(id: string, deed: (value: V) => Promise<unknown>): UseMutationResult<unknown, Error, V> {
  const t = useText(personText)
  const queries = useQueryClient()
  return useMutation({
    mutationFn: deed,
    onSuccess: () => {
      for (const key of ['person', 'author']) void queries.invalidateQueries({ queryKey: [key, id] })
    },
    onError: error => notifications.show({ color: 'red.9', title: t('notDone'), message: isProblem(error) && error.title ? error.title : String(error.message), role: 'alert' }),
  })
}
