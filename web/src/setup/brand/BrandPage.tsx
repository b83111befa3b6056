import { Badge, Button, Group, SimpleGrid, Slider, Stack, Text, Textarea, TextInput, Tooltip } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { BrandBody } from '../../api/types'
import { useFormats } from '../../format'
import { useSession } from '../../session/Session'
import { useText } from '../../text/useText'
import { type Word, words } from '../../words'
import { Asked, Page, Part } from '../parts'
import { setupText } from '../text'
import { useBrand, useChangeBrand } from '../useBrand'
import { brandText } from './text'

export default function BrandPage() {
  const t = useText(brandText)
  const s = useText(setupText)
  const brand = useBrand()
  return (
    <Page title={s('brand')} lead={t('lead')}>
      <Asked query={brand}>{found => <BrandForm key={found.id} brand={found} />}</Asked>
      <Queues />
    </Page>
  )
}

function BrandForm({ brand }: { brand: BrandBody }) {
  const t = useText(brandText)
  const s = useText(setupText)
  const f = useFormats()
  const { rules } = useSession()
  const [form, setForm] = useState({ name: brand.name, goal: brand.goal, context: brand.context, voice: brand.voice })
  const change = useChangeBrand()
  function submit(event: FormEvent) {
    event.preventDefault()
    change.mutate(form)
  }
  return (
    <Part title={brand.name}>
      <form onSubmit={submit}>
        <Stack>
          <TextInput label={t('name')} required maxLength={200} dir="auto" disabled={!rules} value={form.name} onChange={e => setForm({ ...form, name: e.currentTarget.value })} />
          <Textarea label={t('about')} description={t('aboutHint')} autosize minRows={2} maxLength={2000} dir="auto" disabled={!rules} value={form.context} onChange={e => setForm({ ...form, context: e.currentTarget.value })} />
          <Textarea label={t('voice')} description={t('voiceHint')} autosize minRows={2} maxLength={2000} dir="auto" disabled={!rules} value={form.voice} onChange={e => setForm({ ...form, voice: e.currentTarget.value })} />
          <div>
            <Text size="sm" fw={500}>{t('goal')}</Text>
            <Text size="xs" c="dimmed" mb="xs">{t('goalHint')}</Text>
            <Slider
              min={0} max={1} step={0.05} mb="xl" mx="md" disabled={!rules} value={form.goal} onChange={goal => setForm({ ...form, goal })}
              thumbLabel={t('goal')} label={share => t('goalNow', { share: f.percent(share) })}
              marks={[{ value: 0, label: t('loyalty') }, { value: 0.5, label: t('balanced') }, { value: 1, label: t('visibility') }]}
            />
          </div>
          {rules ? <Group justify="flex-end"><Button type="submit" loading={change.isPending}>{s('save')}</Button></Group> : <Text size="sm" c="dimmed">{t('readOnly')}</Text>}
        </Stack>
      </form>
    </Part>
  )
}

const owned = {
  smm: ['content_reaction', 'content_request', 'ugc', 'brand_mention', 'partnership'],
  cm: ['complaint', 'support_request', 'product_question', 'praise', 'product_suggestion', 'community_talk', 'abuse', 'spam', 'other'],
} as const

/** Queues teaches the taxonomy in the words of the people who work by it. */
export function Queues() {
  const t = useText(brandText)
  const w = useText(words)
  return (
    <Part title={t('queues')} lead={`${t('queuesLead')} ${t('intentsLead')}`}>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {(['smm', 'cm'] as const).map(queue => (
          <div key={queue}>
            <Text fw={600}>{w(`queue.${queue}`)}</Text>
            <Text size="sm" c="dimmed" mb="xs">{w(`queue.${queue}.why`)}</Text>
            <Group gap={6}>
              {owned[queue].map(intent => (
                <Tooltip key={intent} label={w(`intent.${intent}.why` as Word)}>
                  <Badge variant="default" tt="none" tabIndex={0}>{w(`intent.${intent}`)}</Badge>
                </Tooltip>
              ))}
            </Group>
          </div>
        ))}
      </SimpleGrid>
    </Part>
  )
}
