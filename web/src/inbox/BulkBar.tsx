import { Button, Group, Menu, Text } from '@mantine/core'
import { useState } from 'react'
import type { Queue } from '../api/types'
import { usePreferences } from '../preferences'
import { useText } from '../text/useText'
import { type BulkAction, useBulk } from './actions'
import classes from './Filters.module.css'
import { ReasonDialog } from './ReasonDialog'
import { snoozeTimes } from './snooze'
import { inboxText } from './text'
import { useTaxonomy } from './useTaxonomy'

/** BulkBar does the same to all items that were picked. */
export function BulkBar({ queue, ids, onDone }: { queue: Queue; ids: string[]; onDone(): void }) {
  const t = useText(inboxText)
  const w = useTaxonomy()
  const { zone } = usePreferences()
  const [asking, setAsking] = useState(false)
  const bulk = useBulk(onDone)
  const run = (action: BulkAction) => bulk.mutate({ ids, ...action })
  return (
    <Group gap={6} className={classes.bulk} role="toolbar" aria-label={t('selected', { n: ids.length })}>
      <Text size="sm" fw={600}>{t('selected', { n: ids.length })}</Text>
      <BulkMenu label={t('act.resolve')} choices={(['answered', 'no_reply_needed', 'published', 'forwarded', 'other'] as const).map(o => [w('outcome', o), () => run({ action: 'resolve', outcome: o })])} />
      <BulkMenu label={t('act.snooze')} choices={snoozeTimes(new Date(), zone).map(s => [t(`snooze.${s.key}`), () => run({ action: 'snooze', until: s.until.toISOString() })])} />
      <Button size="compact-sm" variant="default" onClick={() => run({ action: 'assign', assignee: 'me' })}>{t('act.assignMe')}</Button>
      <Button size="compact-sm" variant="default" onClick={() => setAsking(true)}>{t(`act.handover.${queue}`)}</Button>
      <BulkMenu label={t('act.dismiss')} choices={(['spam', 'abuse', 'unrelated', 'duplicate', 'dismissed'] as const).map(o => [w('outcome', o), () => run({ action: 'dismiss', outcome: o })])} />
      <Button size="compact-sm" variant="subtle" onClick={onDone}>{t('selected.none')}</Button>
      <ReasonDialog opened={asking} kind="handover" id="bulk" onClose={() => setAsking(false)} onReason={async (_, reason) => { await bulk.mutateAsync({ ids, action: 'handover', reason }); return true }} />
    </Group>
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
