import { Button, Stack, Table, Text, VisuallyHidden } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useInfiniteQuery } from '@tanstack/react-query'
import { api, must } from '../../api/client'
import type { DeliveryEntry } from '../../api/types'
import { useFormats } from '../../format'
import { platformName } from '../../platforms'
import { useText } from '../../text/useText'
import { Empty, Part, useChange } from '../parts'
import classes from '../Setup.module.css'
import { setupText } from '../text'
import { troubleText } from './text'

export function Quarantine() {
  const t = useText(troubleText)
  const s = useText(setupText)
  const pages = useInfiniteQuery({
    queryKey: ['deliveries'],
    initialPageParam: '',
    queryFn: ({ pageParam }) => must(api.GET('/v1/deliveries', { params: { query: { limit: 25, ...(pageParam && { cursor: pageParam }) } } })),
    getNextPageParam: page => page.next_cursor,
  })
  const found = pages.data?.pages.flatMap(page => page.deliveries)
  return (
    <Part title={t('quarantine')} lead={t('quarantineLead')}>
      {found?.length === 0 && <Empty>{t('noQuarantine')}</Empty>}
      {found && found.length > 0 && (
        <Stack>
          <div className={classes.wide} tabIndex={0} role="group" aria-label={t('quarantine')}>
            <Table>
              <Table.Thead><Table.Tr><Table.Th>{t('when')}</Table.Th><Table.Th>{t('platform')}</Table.Th><Table.Th>{t('what')}</Table.Th><Table.Th>{t('why')}</Table.Th><Table.Th><VisuallyHidden>{t('actions')}</VisuallyHidden></Table.Th></Table.Tr></Table.Thead>
              <Table.Tbody>{found.map(delivery => <Row key={delivery.id} delivery={delivery} />)}</Table.Tbody>
            </Table>
          </div>
          {pages.hasNextPage && <Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>{s('more')}</Button>}
        </Stack>
      )}
    </Part>
  )
}

function Row({ delivery: d }: { delivery: DeliveryEntry }) {
  const t = useText(troubleText)
  const f = useFormats()
  const replay = useChange(async () => {
    const { accepted, duplicate, quarantined } = await must(api.POST('/v1/deliveries/{id}/replay', { params: { path: { id: d.id } } }))
    notifications.show({ message: t('replayed', { accepted, duplicate, quarantined }), color: quarantined ? 'yellow.9' : 'teal.9' })
  }, [['deliveries'], ['queues']])
  return (
    <Table.Tr>
      <Table.Td>{f.moment(d.received_at)}</Table.Td>
      <Table.Td>{platformName(d.platform)}</Table.Td>
      <Table.Td>{t('counts', { accepted: d.accepted, ignored: d.ignored, quarantined: d.quarantined })}</Table.Td>
      <Table.Td className={classes.foreign}>{d.rejects.slice(0, 3).map((r, n) => <Text key={n} size="sm">{reason(t, r.reason)} <code>{r.pointer}</code></Text>)}</Table.Td>
      <Table.Td ta="end">
        {d.replayable
          ? <Button size="compact-xs" variant="default" loading={replay.isPending} onClick={() => replay.mutate(undefined)} aria-label={t('replayOf', { at: f.moment(d.received_at) })}>{t('replay')}</Button>
          : <Text size="xs" c="dimmed">{t('gone')}</Text>}
      </Table.Td>
    </Table.Tr>
  )
}

function reason(t: ReturnType<typeof useText<keyof typeof troubleText.en>>, word: string): string {
  const key = `reason.${word}`
  return key in troubleText.en ? t(key as keyof typeof troubleText.en) : word
}
