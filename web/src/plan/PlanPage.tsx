// The plan's page: change it, see what it would have changed, put it in force.
import { Alert, Button, Group, Loader, List, SegmentedControl, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'wouter'
import { api, must } from '../api/client'
import { isProblem } from '../api/problem'
import type { PreviewBody } from '../api/types'
import { useDraft } from '../drafts'
import { Page } from '../shell/Page'
import { useText } from '../text/useText'
import { parse, print } from './document'
import { Editor } from './Editor'
import { GoLive } from './GoLive'
import { Result } from './Result'
import { planText } from './text'
import { Versions } from './Versions'

const spans = ['7', '30', '90'] as const

/** Seen is what a text would have changed. */
interface Seen {
  text: string
  preview: PreviewBody
}

export default function PlanPage() {
  const t = useText(planText)
  const queries = useQueryClient()
  const [draft, setDraft] = useDraft('plan')
  const [days, setDays] = useState<(typeof spans)[number]>('7')
  const [seen, setSeen] = useState<Seen>()
  const plan = useQuery({ queryKey: ['plan'], queryFn: () => must(api.GET('/v1/plan')) })
  const text = draft || (plan.data ? print(plan.data.plan) : '')
  const { document, why } = parse(text)
  const ask = useMutation({
    mutationFn: async () => ({ text, preview: await must(api.POST('/v1/plans/preview', { body: { days: Number(days), plan: document } })) }),
    onSuccess: setSeen,
  })
  function change(next: string) {
    setDraft(next)
    ask.reset()
  }
  function done(version: number, live: boolean) {
    notifications.show({ message: t(live ? 'activated' : 'kept', { version }) })
    if (live) {
      setDraft('')
      setSeen(undefined)
    }
    for (const key of ['plan', 'plans']) void queries.invalidateQueries({ queryKey: [key] })
  }
  if (!plan.data) return <Loader m="md" aria-label={t('loading')} />
  const { version } = plan.data
  const fresh = seen && seen.text === text && seen.preview.versions.now === version ? seen : undefined
  return (
    <Page title={t('title')} tab={t('title')} lead={t('lead')} extra={<Button component={Link} href="/team" variant="default" size="xs">{t('back')}</Button>}>
      <Text fw={600}>{version === 0 ? t('taxonomy') : t('inForce', { version })}</Text>
      <Editor text={text} document={document} why={why} onChange={change} />
      <Stack gap="xs">
        <Group gap="sm">
          <Text size="sm">{t('days')}</Text>
          <SegmentedControl size="xs" aria-label={t('days')} value={days} onChange={value => setDays(value as typeof days)} data={spans.map(n => ({ value: n, label: t(`days.${n}`) }))} />
          <Button onClick={() => ask.mutate()} loading={ask.isPending} disabled={!document}>{t('ask')}</Button>
          {draft && <Button variant="subtle" onClick={() => change('')}>{t('reset')}</Button>}
        </Group>
        <Text size="sm" c="dimmed">{fresh ? '' : t('askFirst')} {draft && t('draft')}</Text>
      </Stack>
      {ask.isError && <Wrong error={ask.error} />}
      {fresh && <Result preview={fresh.preview} />}
      {fresh && <GoLive document={document ?? {}} version={version} onDone={done} />}
      <Versions version={version} onEdit={change} />
    </Page>
  )
}

/** Wrong says everything that is wrong with a plan, and where. */
export function Wrong({ error }: { error: unknown }) {
  const t = useText(planText)
  const errors = isProblem(error) ? ((error.detail.errors ?? []) as { location: string; message: string }[]) : []
  return (
    <Alert color="red" variant="outline" role="alert" title={isProblem(error) && error.title ? error.title : t('wrong')}>
      <List size="sm">
        {errors.map(e => <List.Item key={e.location + e.message}><code>{e.location.replace('body.plan', '')}</code> {e.message}</List.Item>)}
      </List>
    </Alert>
  )
}
