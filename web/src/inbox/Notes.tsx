import { Button, Group, Stack, Text, Textarea, Title } from '@mantine/core'
import { type KeyboardEvent, useRef, useState } from 'react'
import type { DetailBody } from '../api/types'
import { useDraft } from '../drafts'
import { useFormats } from '../format'
import { useCommand } from '../shell/commands'
import { useText } from '../text/useText'
import type { Action } from './actions'
import classes from './Detail.module.css'
import { inboxText } from './text'

/** Notes are what the team writes down about an item. A begun one is never lost. */
export function Notes({ item, act }: { item: DetailBody; act(action: Action): Promise<boolean> }) {
  const t = useText(inboxText)
  const f = useFormats()
  const [draft, setDraft] = useDraft(`note.${item.id}`)
  const [sending, setSending] = useState(false)
  const field = useRef<HTMLTextAreaElement>(null)
  useCommand({ id: 'note', label: t('note.new'), group: t('keys.item'), keys: ['m'], run: () => field.current?.focus() })

  async function keep() {
    const text = draft.trim()
    if (!text || sending) return
    setSending(true)
    if (await act({ verb: 'note', text })) setDraft('')
    setSending(false)
  }
  function onKey(event: KeyboardEvent) {
    if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) void keep()
    if (event.key === 'Escape') field.current?.blur()
  }
  return (
    <section aria-label={t('note.title')}>
      <Title order={3} size="h6" mb={4}>{t('note.title')}</Title>
      <Stack gap={6}>
        {item.notes.map(note => (
          <div key={note.id} className={classes.note}>
            <Text size="xs" c="dimmed"><bdi>{note.person?.name}</bdi> · {f.moment(note.at)}</Text>
            <Text size="sm" dir="auto" className={classes.noteText}>{note.text}</Text>
          </div>
        ))}
        <Textarea
          ref={field} aria-label={t('note.new')} placeholder={`${t('note.new')}. ${t('note.hint')}`} autosize minRows={1} maxRows={8} maxLength={2000} dir="auto"
          value={draft} onChange={e => setDraft(e.currentTarget.value)} onKeyDown={onKey}
        />
        {draft && (
          <Group justify="space-between">
            <Text size="xs" c="dimmed">{t('note.draft')}</Text>
            <Button size="compact-sm" loading={sending} onClick={() => void keep()}>{t('note.save')}</Button>
          </Group>
        )}
      </Stack>
    </section>
  )
}
