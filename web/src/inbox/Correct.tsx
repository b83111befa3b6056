import { Button, Modal, NativeSelect, SegmentedControl, Stack, Switch, Text } from '@mantine/core'
import { type FormEvent, useId, useState } from 'react'
import type { DetailBody, Queue } from '../api/types'
import { useText } from '../text/useText'
import { words } from '../words'
import type { Label } from './actions'
import { inboxText } from './text'
import { useTaxonomy } from './useTaxonomy'

const intents = Object.keys(words.en).filter(k => /^intent\.\w+$/.test(k)).map(k => k.slice('intent.'.length))

interface Props {
  item: DetailBody
  opened: boolean
  onClose(): void
  onSave(label: Label): void
}

/** Correct says what is right about an item. Only what differs is sent, and teaches. */
export function Correct({ item, opened, onClose, onSave }: Props) {
  const t = useText(inboxText)
  return (
    <Modal opened={opened} onClose={onClose} title={t('correct.title')}>
      <Form item={item} onSave={label => { onClose(); onSave(label) }} />
    </Modal>
  )
}

function Form({ item, onSave }: Pick<Props, 'item' | 'onSave'>) {
  const t = useText(inboxText)
  const w = useTaxonomy()
  const id = useId()
  const was = { queue: item.queue, intent: item.intent, sentiment: item.sentiment, urgency: item.urgency, reply: item.reply_expected }
  const [now, setNow] = useState(was)
  const label: Label = {
    ...(now.intent !== was.intent && { intent: now.intent }),
    ...(now.sentiment !== was.sentiment && { sentiment: now.sentiment }),
    ...(now.urgency !== was.urgency && { urgency: now.urgency }),
    ...(now.queue !== was.queue && { queue: now.queue }),
    ...(now.reply !== was.reply && { reply_expected: now.reply }),
  }
  function submit(event: FormEvent) {
    event.preventDefault()
    onSave(label)
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <NativeSelect
          data-autofocus label={t('filter.intent')} value={now.intent} data={intents.map(i => ({ value: i, label: w('intent', i) }))}
          description={w('intent', `${now.intent}.why`)} onChange={e => setNow({ ...now, intent: e.currentTarget.value as DetailBody['intent'] })}
        />
        <Choice
          id={`${id}q`} label={t('correct.queue')} value={now.queue} onChange={queue => setNow({ ...now, queue: queue as Queue })}
          data={(['smm', 'cm'] as const).map(q => ({ value: q, label: w('queue', q) }))}
        />
        <Choice
          id={`${id}s`} label={t('filter.sentiment')} value={now.sentiment} onChange={s => setNow({ ...now, sentiment: s as DetailBody['sentiment'] })}
          data={(['negative', 'neutral', 'positive'] as const).map(s => ({ value: s, label: w('sentiment', s) }))}
        />
        <Choice
          id={`${id}u`} label={t('filter.priority')} value={now.urgency} onChange={u => setNow({ ...now, urgency: u as DetailBody['urgency'] })}
          data={(['urgent', 'high', 'normal', 'low'] as const).map(u => ({ value: u, label: w('priority', u) }))}
        />
        <Switch label={t('correct.reply')} checked={now.reply} onChange={e => setNow({ ...now, reply: e.currentTarget.checked })} />
        <Button type="submit" disabled={Object.keys(label).length === 0}>{t('correct.save')}</Button>
      </Stack>
    </form>
  )
}

function Choice({ id, label, value, data, onChange }: { id: string; label: string; value: string; data: { value: string; label: string }[]; onChange(value: string): void }) {
  return (
    <div>
      <Text size="sm" fw={500} id={id}>{label}</Text>
      <SegmentedControl fullWidth aria-labelledby={id} value={value} data={data} onChange={onChange} />
    </div>
  )
}
