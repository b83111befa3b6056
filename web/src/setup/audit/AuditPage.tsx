import { Button, Group, Loader, Select, Stack, Table, Text } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, must } from '../../api/client'
import { useFormats } from '../../format'
import { useText } from '../../text/useText'
import { Empty, Page, Part } from '../parts'
import classes from '../Setup.module.css'
import { setupText } from '../text'
import { auditText } from './text'

const subjects = ['item', 'brand', 'person', 'invitation', 'token', 'session', 'endpoint', 'channel', 'plan', 'delivery'] as const

export default function AuditPage() {
  const t = useText(auditText)
  const s = useText(setupText)
  const [actor, setActor] = useState('')
  const [subject, setSubject] = useState('')
  const people = useQuery({ queryKey: ['people'], queryFn: async () => (await must(api.GET('/v1/people'))).people })
  const filter = { ...(actor && { actor }), ...(subject && { subject }) }
  return (
    <Page title={s('audit')} lead={t('lead')}>
      <Group align="end">
        <Select
          label={t('who')} allowDeselect={false} value={actor} onChange={value => setActor(value ?? '')}
          data={[{ value: '', label: t('everybody') }, { value: 'me', label: t('me') }, { value: 'machine', label: t('machine') }, ...(people.data ?? []).filter(p => !p.self).map(p => ({ value: p.id, label: p.name }))]}
        />
        <Select
          label={t('subject')} allowDeselect={false} value={subject} onChange={value => setSubject(value ?? '')}
          data={[{ value: '', label: t('everything') }, ...subjects.map(value => ({ value, label: t(`subject.${value}`) }))]}
        />
        <Button component="a" variant="default" href={`/v1/audit/export?${new URLSearchParams({ format: 'csv', ...filter })}`} download="audit.csv">{t('export')}</Button>
      </Group>
      <Rows filter={filter} />
    </Page>
  )
}

function Rows({ filter }: { filter: { actor?: string; subject?: string } }) {
  const t = useText(auditText)
  const s = useText(setupText)
  const f = useFormats()
  const pages = useInfiniteQuery({
    queryKey: ['audit', filter, document.documentElement.lang],
    initialPageParam: '',
    queryFn: ({ pageParam }) => must(api.GET('/v1/audit', { params: { query: { ...filter, limit: 50, ...(pageParam && { cursor: pageParam }) } } })),
    getNextPageParam: page => page.next_cursor,
  })
  const found = pages.data?.pages.flatMap(page => page.audit)
  if (!found) return <Loader size="sm" aria-label={s('loading')} />
  return (
    <Part title={s('audit')}>
      {found.length === 0 ? <Empty>{t('none')}</Empty> : (
        <Stack>
          <div className={classes.wide} tabIndex={0} role="group" aria-label={s('audit')}>
            <Table>
              <Table.Thead><Table.Tr><Table.Th>{t('when')}</Table.Th><Table.Th>{t('what')}</Table.Th><Table.Th>{t('number')}</Table.Th></Table.Tr></Table.Thead>
              <Table.Tbody>
                {found.map(row => (
                  <Table.Tr key={row.id}>
                    <Table.Td>{f.moment(row.at)}</Table.Td>
                    <Table.Td className={classes.foreign}><bdi>{row.sentence}</bdi></Table.Td>
                    <Table.Td>{row.seq ?? <Text size="xs" c="dimmed">{t('unsealed')}</Text>}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
          {pages.hasNextPage && <Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>{s('more')}</Button>}
        </Stack>
      )}
    </Part>
  )
}
