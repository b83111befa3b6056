import { Button, Group, Modal, Stack, Textarea } from '@mantine/core'
import type { KeyboardEvent } from 'react'
import { useDraft } from '../drafts'
import { useText } from '../text/useText'
import { inboxText } from './text'

type Kind = 'handover' | 'return' | 'companion'

interface Props {
  opened: boolean
  kind: Kind
  id: string
  onClose(): void
  onReason(kind: Kind, reason: string): Promise<boolean>
}

/** ReasonDialog asks why, for the colleagues who get it. */
export function ReasonDialog({ opened, kind, id, onClose, onReason }: Props) {
  const t = useText(inboxText)
  const [reason, setReason] = useDraft(`reason.${id}`)
  async function send() {
    const text = reason.trim()
    if (!text) return
    onClose()
    if (await onReason(kind, text)) setReason('')
  }
  function onKey(event: KeyboardEvent) {
    if (event.key !== 'Enter' || event.shiftKey) return
    event.preventDefault()
    void send()
  }
  return (
    <Modal opened={opened} onClose={onClose} title={t(`${kind}.title`)}>
      <Stack>
        <Textarea
          data-autofocus label={t('handover.reason')} description={t('handover.reasonHint')} autosize minRows={2} maxLength={2000} dir="auto"
          value={reason} onChange={e => setReason(e.currentTarget.value)} onKeyDown={onKey}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>{t('cancel')}</Button>
          <Button disabled={!reason.trim()} onClick={() => void send()}>{t('send')}</Button>
        </Group>
      </Stack>
    </Modal>
  )
}
