import { Button, Group, MultiSelect, SimpleGrid, Stack, Switch, Table, TextInput, VisuallyHidden } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api, must } from '../../api/client'
import type { Queue } from '../../api/types'
import { useText } from '../../text/useText'
import { words } from '../../words'
import { Asked, Empty, Part, useChange } from '../parts'
import classes from '../Setup.module.css'
import { slackText } from './text'

const priorities = ['urgent', 'high', 'normal', 'low'] as const
const risks = ['safety', 'self_harm', 'threat', 'legal', 'privacy', 'discrimination', 'boycott', 'misinformation', 'minor'] as const

/** Rules say who is told beyond the channels of the queues. */
export function Rules() {
  const t = useText(slackText)
  const w = useText(words)
  const rules = useQuery({ queryKey: ['notice-rules'], queryFn: async () => (await must(api.GET('/v1/notice-rules'))).rules })
  const remove = useChange((id: string) => api.DELETE('/v1/notice-rules/{id}', { params: { path: { id } } }), [['notice-rules']], t('removed'))
  return (
    <Part title={t('rules')} lead={t('rulesLead')}>
      <Stack>
        <Asked query={rules}>{found => (found.length === 0 ? <Empty>{t('noRules')}</Empty> : (
          <div className={classes.wide} tabIndex={0} role="group" aria-label={t('rules')}>
            <Table>
              <Table.Thead><Table.Tr><Table.Th>{t('name')}</Table.Th><Table.Th>{t('place')}</Table.Th><Table.Th>{t('fits')}</Table.Th><Table.Th><VisuallyHidden>{t('remove')}</VisuallyHidden></Table.Th></Table.Tr></Table.Thead>
              <Table.Tbody>
                {found.map(rule => (
                  <Table.Tr key={rule.id}>
                    <Table.Td className={classes.foreign}><bdi>{rule.name}</bdi></Table.Td>
                    <Table.Td><code>{rule.place}</code></Table.Td>
                    <Table.Td>{[...rule.queues.map(q => w(`queue.${q}`)), ...rule.priorities.map(p => w(`priority.${priorities[p - 1] ?? 'normal'}`)), ...rule.risks, ...rule.languages].join(', ') || t('pressing')}</Table.Td>
                    <Table.Td ta="end"><Button size="compact-xs" variant="default" aria-label={`${t('remove')}: ${rule.name}`} onClick={() => remove.mutate(rule.id)}>{t('remove')}</Button></Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
        ))}</Asked>
        <AddRule />
      </Stack>
    </Part>
  )
}

const fresh = { name: '', place: '', queues: [] as Queue[], priorities: [] as string[], risks: [] as string[], urgent: true }

function AddRule() {
  const t = useText(slackText)
  const w = useText(words)
  const [form, setForm] = useState(fresh)
  const add = useChange(() => must(api.POST('/v1/notice-rules', { body: { ...form, priorities: form.priorities.map(Number), languages: [], platforms: [] } })), [['notice-rules']])
  function submit(event: FormEvent) {
    event.preventDefault()
    add.mutate(undefined, { onSuccess: () => setForm(fresh) })
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <TextInput label={t('name')} required maxLength={80} dir="auto" value={form.name} onChange={e => setForm({ ...form, name: e.currentTarget.value })} />
          <TextInput label={t('place')} description={t('placeHint')} required maxLength={60} value={form.place} onChange={e => setForm({ ...form, place: e.currentTarget.value })} />
          <MultiSelect label={t('queues')} value={form.queues} onChange={value => setForm({ ...form, queues: value as Queue[] })} data={(['smm', 'cm'] as const).map(q => ({ value: q, label: w(`queue.${q}`) }))} />
          <MultiSelect label={t('priorities')} description={t('pressing')} value={form.priorities} onChange={value => setForm({ ...form, priorities: value })} data={priorities.map((p, n) => ({ value: String(n + 1), label: w(`priority.${p}`) }))} />
          <MultiSelect label={t('risks')} value={form.risks} onChange={value => setForm({ ...form, risks: value })} data={risks.map(r => ({ value: r, label: w(`risk.${r}`) }))} />
        </SimpleGrid>
        <Switch label={t('urgent')} checked={form.urgent} onChange={e => setForm({ ...form, urgent: e.currentTarget.checked })} />
        <Group justify="flex-end"><Button type="submit" loading={add.isPending}>{t('addRule')}</Button></Group>
      </Stack>
    </form>
  )
}
