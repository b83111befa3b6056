import { Button, Modal, Stack, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { usePreferences } from '../preferences'
import { useText } from '../text/useText'
import { instantOf } from './snooze'
import { inboxText } from './text'

/** SnoozeDialog asks for a time by the reader's own clock. */
export function SnoozeDialog({ opened, onClose, onTime }: { opened: boolean; onClose(): void; onTime(until: string): void }) {
  const t = useText(inboxText)
  const { zone } = usePreferences()
  const [at, setAt] = useState('')
  function submit(event: FormEvent) {
    event.preventDefault()
    onClose()
    onTime(instantOf(Date.parse(`${at}:00Z`), zone).toISOString())
  }
  return (
    <Modal opened={opened} onClose={onClose} title={t('snooze.title')} size="sm">
      <form onSubmit={submit}>
        <Stack>
          <TextInput type="datetime-local" required label={t('snooze.custom')} description={zone} value={at} onChange={e => setAt(e.currentTarget.value)} data-autofocus />
          <Button type="submit">{t('act.snooze')}</Button>
        </Stack>
      </form>
    </Modal>
  )
}
