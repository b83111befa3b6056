import { Group, List, Stack, Switch, Text, ThemeIcon, VisuallyHidden } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { api, must } from '../../api/client'
import { useQueues } from '../../queues'
import { CheckIcon } from '../../shell/icons'
import { useText } from '../../text/useText'
import { Queues } from '../brand/BrandPage'
import { Asked, Page, Part, useChange } from '../parts'
import { setupText } from '../text'
import { useBrand } from '../useBrand'
import { startText } from './text'

export default function StartPage() {
  const t = useText(startText)
  const s = useText(setupText)
  return (
    <Page title={s('start')} lead={t('lead')}>
      <Steps />
      <Sample />
      <Queues />
    </Page>
  )
}

function Steps() {
  const s = useText(setupText)
  const brand = useBrand()
  const people = useQuery({ queryKey: ['people'], queryFn: async () => (await must(api.GET('/v1/people'))).people })
  const endpoints = useQuery({ queryKey: ['endpoints'], queryFn: async () => (await must(api.GET('/v1/endpoints'))).endpoints, refetchInterval: 3000 })
  const queues = useQueues()
  const open = (queues.data ?? []).reduce((sum, q) => sum + q.open + q.claimed + q.snoozed + q.waiting, 0)
  const doors = endpoints.data ?? []
  return (
    <Part title={s('start')}>
      <List listStyleType="none" spacing="md" center={false}>
        <Step name="brand" done={Boolean(brand.data?.context)} to="/setup/brand" />
        <Step name="people" done={(people.data?.length ?? 0) > 1} to="/setup/people" />
        <Step name="endpoint" done={doors.length > 0} to="/setup/channels" />
        <Step name="channel" done={doors.some(e => e.channels.length > 0)} to="/setup/channels" />
        <Step name="delivery" done={doors.some(e => e.last_delivery_at)} to="/setup/channels" />
        <Step name="item" done={open > 0} to="/content" />
      </List>
    </Part>
  )
}

function Step({ name, done, to }: { name: 'brand' | 'people' | 'endpoint' | 'channel' | 'delivery' | 'item'; done: boolean; to: string }) {
  const t = useText(startText)
  return (
    <List.Item data-step={name} data-done={done} icon={<ThemeIcon size={24} radius="xl" variant={done ? 'filled' : 'default'} color="teal.9">{done && <CheckIcon size={16} />}</ThemeIcon>}>
      <Text fw={600}>{t(`step.${name}`)} <VisuallyHidden>({done ? t('done') : t('todo')})</VisuallyHidden></Text>
      <Text size="sm" c="dimmed">{t(`step.${name}.why`)}</Text>
      <Link href={to} aria-label={`${done ? t('look') : t('now')}: ${t(`step.${name}`)}`}>{done ? t('look') : t('now')}</Link>
    </List.Item>
  )
}

function Sample() {
  const t = useText(startText)
  const sample = useQuery({ queryKey: ['sample'], queryFn: () => must(api.GET('/v1/sample')) })
  const set = useChange((on: boolean) => must(api.PUT('/v1/sample', { body: { on } })), [['sample'], ['endpoints'], ['channels'], ['queues']], sample.data?.on ? t('sampleHidden') : t('sampleShown'))
  return (
    <Part title={t('sample')} lead={t('sampleLead')}>
      <Asked query={sample}>{found => (
        <Stack gap="xs">
          <Switch label={t('sampleOn')} checked={found.on} disabled={set.isPending} onChange={e => set.mutate(e.currentTarget.checked)} />
          {found.on && (
            <Group>
              <Text size="sm" role="status">{t('sampleCount', { n: found.comments })}</Text>
              <Link href="/content">{t('content')}</Link>
              <Link href="/relationships">{t('relationships')}</Link>
            </Group>
          )}
        </Stack>
      )}</Asked>
    </Part>
  )
}
