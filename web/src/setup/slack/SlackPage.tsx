import { Button, Group, SimpleGrid, Stack, Text, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { BrandBody } from '../../api/types'
import { useSession } from '../../session/Session'
import { useText } from '../../text/useText'
import { Asked, Page, Part } from '../parts'
import { setupText } from '../text'
import { useBrand, useChangeBrand } from '../useBrand'
import { Rules } from './Rules'
import { TestMessage } from './TestMessage'
import { slackText } from './text'

export default function SlackPage() {
  const t = useText(slackText)
  const s = useText(setupText)
  const brand = useBrand()
  return (
    <Page title={s('slack')} lead={t('lead')}>
      <Part title={t('channels')} lead={t('channelsHint')}>
        <Asked query={brand}>{found => <Channels key={found.id} brand={found} />}</Asked>
      </Part>
      <Rules />
      <TestMessage />
    </Page>
  )
}

function Channels({ brand }: { brand: BrandBody }) {
  const t = useText(slackText)
  const s = useText(setupText)
  const { rules } = useSession()
  const [form, setForm] = useState({ slack_smm: brand.slack_smm, slack_cm: brand.slack_cm })
  const change = useChangeBrand()
  function submit(event: FormEvent) {
    event.preventDefault()
    change.mutate(form)
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <TextInput label={t('smm')} maxLength={100} disabled={!rules} value={form.slack_smm} onChange={e => setForm({ ...form, slack_smm: e.currentTarget.value })} />
          <TextInput label={t('cm')} maxLength={100} disabled={!rules} value={form.slack_cm} onChange={e => setForm({ ...form, slack_cm: e.currentTarget.value })} />
        </SimpleGrid>
        <Text size="sm" c="dimmed">{t('how')}</Text>
        {rules && <Group justify="flex-end"><Button type="submit" loading={change.isPending}>{s('save')}</Button></Group>}
      </Stack>
    </form>
  )
}
