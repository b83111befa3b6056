// What can be done with an item: the usual in the row, the rest behind "more". Every menu
// opens by its key, and its choices by their number.
import { ActionIcon, Button, Group, Kbd, Menu } from '@mantine/core'
import { type ReactNode, useMemo, useState } from 'react'
import type { DetailBody } from '../api/types'
import { useSession } from '../session/Session'
import { shownKey, useCommand } from '../shell/commands'
import { CheckIcon, ClockIcon, EditIcon, HandIcon, HandoverIcon, MoreIcon } from '../shell/icons'
import { usePreferences } from '../preferences'
import { useText } from '../text/useText'
import type { Action, DismissOutcome, ResolveOutcome } from './actions'
import { Correct } from './Correct'
import { ReasonDialog } from './ReasonDialog'
import { snoozeTimes } from './snooze'
import { SnoozeDialog } from './SnoozeDialog'
import { inboxText } from './text'
import { useTaxonomy } from './useTaxonomy'

const resolves: Record<'smm' | 'cm', ResolveOutcome[]> = {
  smm: ['published', 'answered', 'no_reply_needed', 'forwarded', 'other'],
  cm: ['answered', 'no_reply_needed', 'forwarded', 'other'],
}
const dismisses: DismissOutcome[] = ['spam', 'abuse', 'unrelated', 'duplicate', 'dismissed']

type Dialog = 'handover' | 'return' | 'companion' | 'correct' | 'snooze' | null

interface Props {
  item: DetailBody
  act(action: Action): Promise<boolean>
}

export function ActionBar({ item, act }: Props) {
  const t = useText(inboxText)
  const w = useTaxonomy()
  const { me, works } = useSession()
  const { zone } = usePreferences()
  const [dialog, setDialog] = useState<Dialog>(null)
  const times = useMemo(() => snoozeTimes(new Date(), zone), [zone])
  const mine = item.assignee?.id === me.person_id
  const closed = item.status === 'resolved' || item.status === 'dismissed'
  const may = works(item.queue)
  const group = t('keys.item')
  useCommand({ id: 'handover', label: t(`act.handover.${item.queue}`), group, keys: ['h'], disabled: !may || closed, run: () => setDialog('handover') })
  useCommand({ id: 'correct', label: t('act.correct'), group, keys: ['r'], disabled: !may, run: () => setDialog('correct') })
  useCommand({ id: 'claim', label: t(mine ? 'act.release' : 'act.claim'), group, keys: ['c'], disabled: !may || closed, run: () => void act({ verb: mine ? 'release' : 'claim' }) })
  useCommand({ id: 'reopen', label: t('act.reopen'), group, disabled: !may || !closed, run: () => void act({ verb: 'reopen' }) })
  if (!may) return null
  if (closed) return <Button size="sm" variant="default" onClick={() => void act({ verb: 'reopen' })}>{t('act.reopen')}</Button>
  return (
    <Group gap={6} role="toolbar" aria-label={group}>
      {item.handed_by && (
        <>
          <Button size="sm" onClick={() => void act({ verb: 'accept' })}>{t('act.accept')}</Button>
          <Button size="sm" variant="default" onClick={() => setDialog('return')}>{t('act.return')}</Button>
        </>
      )}
      <Choices
        id="resolve" keys="e" label={t('act.resolve')} title={t('resolve.title')} icon={<CheckIcon size={16} />} filled
        choices={resolves[item.queue].map(outcome => ({ label: w('outcome', outcome), run: () => void act({ verb: 'resolve', outcome }) }))}
      />
      <Choices
        id="snooze" keys="s" label={t('act.snooze')} title={t('snooze.title')} icon={<ClockIcon size={16} />}
        choices={[
          ...times.map(({ key, until }) => ({ label: t(`snooze.${key}`), run: () => void act({ verb: 'snooze', until: until.toISOString() }) })),
          { label: t('snooze.author'), run: () => void act({ verb: 'wait' }) },
          { label: `${t('snooze.custom')} …`, run: () => setDialog('snooze') },
        ]}
      />
      <Button size="sm" px="xs" variant="default" leftSection={<HandoverIcon size={16} />} onClick={() => setDialog('handover')} title={`${t(`act.handover.${item.queue}`)} (H)`}>{t('act.handover')}</Button>
      <Button size="sm" px="xs" variant="default" leftSection={<EditIcon size={16} />} onClick={() => setDialog('correct')} title={`${t('act.correct')} (R)`}>{t('act.correct')}</Button>
      <Button size="sm" px="xs" variant="default" leftSection={<HandIcon size={16} />} onClick={() => void act({ verb: mine ? 'release' : 'claim' })} title={`${t(mine ? 'act.release' : 'act.claim')} (C)`}>
        {t(mine ? 'act.release' : 'act.claim')}
      </Button>
      <Choices
        id="dismiss" keys="d" label={t('act.dismiss')} title={t('dismiss.title')} icon={<MoreIcon size={18} />} small
        choices={[
          ...dismisses.map(outcome => ({ label: w('outcome', outcome), run: () => void act({ verb: 'dismiss', outcome }) })),
          ...(item.linked === null ? [{ label: `${t('act.companion')} …`, run: () => setDialog('companion') }] : []),
        ]}
      />
      <ReasonDialog
        opened={dialog === 'handover' || dialog === 'return' || dialog === 'companion'} kind={dialog === 'handover' || dialog === 'return' || dialog === 'companion' ? dialog : 'handover'}
        id={item.id} onClose={() => setDialog(null)} onReason={(verb, reason) => act({ verb, reason })}
      />
      <SnoozeDialog opened={dialog === 'snooze'} onClose={() => setDialog(null)} onTime={until => void act({ verb: 'snooze', until })} />
      <Correct item={item} opened={dialog === 'correct'} onClose={() => setDialog(null)} onSave={label => void act({ verb: 'correct', label })} />
    </Group>
  )
}

interface Choice {
  label: string
  run(): void
}

interface ChoicesProps {
  id: string
  keys: string
  label: string
  title: string
  icon: ReactNode
  choices: Choice[]
  filled?: boolean
  small?: boolean
}

/** Choices is a menu whose entries answer to 1, 2, 3 … while it is open. */
function Choices({ id, keys, label, title, icon, choices, filled, small }: ChoicesProps) {
  const t = useText(inboxText)
  const [opened, setOpened] = useState(false)
  useCommand({ id, label: `${label} …`, group: t('keys.item'), keys: [keys], run: () => setOpened(true) })
  return (
    <Menu opened={opened} onChange={setOpened} position="bottom-start" withinPortal keepMounted={false} loop>
      <Menu.Target>
        {small ? (
          <ActionIcon size="input-sm" variant="default" aria-label={`${label} …`} title={`${label} (${shownKey(keys)})`}>{icon}</ActionIcon>
        ) : (
          <Button size="sm" px="xs" variant={filled ? 'filled' : 'default'} leftSection={icon} title={`${label} (${shownKey(keys)})`}>{label}</Button>
        )}
      </Menu.Target>
      <Menu.Dropdown
        aria-label={title}
        onKeyDown={event => {
          const choice = choices[Number(event.key) - 1]
          if (!/^[1-9]$/.test(event.key) || !choice) return
          event.preventDefault()
          setOpened(false)
          choice.run()
        }}
      >
        <Menu.Label>{title}</Menu.Label>
        {choices.map((choice, n) => (
          <Menu.Item key={choice.label} onClick={choice.run} rightSection={<Kbd size="xs">{n + 1}</Kbd>}>{choice.label}</Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
