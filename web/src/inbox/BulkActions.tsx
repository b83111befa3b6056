import { Button, Menu, Modal, Stack, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { Queue } from '../api/types'
import { usePreferences } from '../preferences'
import { useText } from '../text/useText'
import { type BulkAction, type BulkTarget, useBulk } from './actions'
import { ReasonDialog } from './ReasonDialog'
import { snoozeTimes } from './snooze'
import { inboxText } from './text'
import { useTaxonomy } from './useTaxonomy'

/** BulkActions do the same to many items: to those that were picked, or to a wave. */
export function BulkActions({ queue, target, onDone }: { queue: Queue; target: BulkTarget; onDone(): void }) {
  const t = useText(inboxText)
  const w = useTaxonomy()
  const { zone } = usePreferences()
  const [asking, setAsking] = useState<'reason' | 'tag' | null>(null)
  const bulk = useBulk(onDone)
  const run = (action: BulkAction) => bulk.mutate({ ...target, ...action })
  return (
    <>
      <BulkMenu label={t('act.resolve')} choices={(['answered', 'no_reply_needed', 'published', 'forwarded', 'other'] as const).map(o => [w('outcome', o), () => run({ action: 'resolve', outcome: o })])} />
      <BulkMenu label={t('act.snooze')} choices={snoozeTimes(new Date(), zone).map(s => [t(`snooze.${s.key}`), () => run({ action: 'snooze', until: s.until.toISOString() })])} />
      <Button size="compact-sm" variant="default" onClick={() => run({ action: 'assign', assignee: 'me' })}>{t('act.assignMe')}</Button>
      <Button size="compact-sm" variant="default" onClick={() => setAsking('reason')}>{t(`act.handover.${queue}`)}</Button>
      <Button size="compact-sm" variant="default" onClick={() => setAsking('tag')}>{t('act.tags')}</Button>
      <BulkMenu label={t('act.dismiss')} choices={(['spam', 'abuse', 'unrelated', 'duplicate', 'dismissed'] as const).map(o => [w('outcome', o), () => run({ action: 'dismiss', outcome: o })])} />
      <ReasonDialog
        opened={asking === 'reason'} kind="handover" id={'wave' in target ? target.wave : 'bulk'} onClose={() => setAsking(null)}
        onReason={async (_, reason) => { await bulk.mutateAsync({ ...target, action: 'handover', reason }); return true }}
      />
      <TagDialog opened={asking === 'tag'} onClose={() => setAsking(null)} onTag={tag => run({ action: 'tags', add: [tag] })} />
    </>
  )
}

function BulkMenu({ label, choices }: { label: string; choices: (readonly [string, () => void])[] }) {
  return (
    <Menu withinPortal keepMounted={false}>
      <Menu.Target><Button size="compact-sm" variant="default">{label}</Button></Menu.Target>
      <Menu.Dropdown aria-label={label}>{choices.map(([name, run]) => <Menu.Item key={name} onClick={run}>{name}</Menu.Item>)}</Menu.Dropdown>
    </Menu>
  )
}

function TagDialog({ opened, onClose, onTag }: { opened: boolean; onClose(): void; onTag(tag: string): void }) {
  const t = useText(inboxText)
  const [tag, setTag] = useState('')
  function submit(event: FormEvent) {
    event.preventDefault()
    onClose()
    setTag('')
    onTag(tag.trim())
  }
  return (
    <Modal opened={opened} onClose={onClose} title={t('tags.add')} size="sm">
      <form onSubmit={submit}>
        <Stack>
          <TextInput data-autofocus required label={t('act.tags')} maxLength={40} value={tag} onChange={e => setTag(e.currentTarget.value)} />
          <Button type="submit" disabled={!tag.trim()}>{t('send')}</Button>
        </Stack>
      </form>
    </Modal>
  )
}
