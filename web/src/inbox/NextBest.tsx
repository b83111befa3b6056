import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api } from '../api/client'
import type { Queue } from '../api/types'
import { useSession } from '../session/Session'
import { useCommand } from '../shell/commands'
import { HandIcon } from '../shell/icons'
import { useText } from '../text/useText'
import { whyNot } from './actions'
import { patchItem } from './list'
import { inboxText } from './text'

const reasons = ['none', 'at_capacity', 'off_duty', 'on_leave', 'exposure'] as const

/** NextBest takes the item that the server deals, and opens it. */
export function NextBest({ queue, onItem }: { queue: Queue; onItem(id: string): void }) {
  const t = useText(inboxText)
  const { works } = useSession()
  const queries = useQueryClient()
  const deal = useMutation({
    mutationFn: () => api.POST('/v1/queues/{queue}/claim', { params: { path: { queue } } }),
    onSuccess: ({ data, response }) => {
      if (data?.id) {
        patchItem(queries, data.id, () => data)
        onItem(data.id)
        return
      }
      const why = reasons.find(r => r === response.headers.get('Triage-Reason')) ?? 'none'
      notifications.show({ message: t('next.none', { why: t(`next.why.${why}`) }) })
    },
    onError: error => notifications.show({ color: 'red.9', title: t('notDone'), message: whyNot(error, t), role: 'alert' }),
  })
  const may = works(queue)
  useCommand({ id: 'nextBest', label: t('keys.nextBest'), group: t('keys.list'), keys: ['n'], disabled: !may, run: () => deal.mutate() })
  if (!may) return null
  return (
    <Button size="compact-sm" px={6} variant="light" flex="none" leftSection={<HandIcon size={16} />} loading={deal.isPending} onClick={() => deal.mutate()} title={`${t('keys.nextBest')} (N)`}>
      {t('next.label')}
    </Button>
  )
}
