import { Button, Menu, Text } from '@mantine/core'
import { memo, useEffect, useRef } from 'react'
import type { ItemBody, MateBody } from '../api/types'
import { useFormats } from '../format'
import { authorName } from '../inbox/ItemRow'
import { inboxText } from '../inbox/text'
import { useTaxonomy } from '../inbox/useTaxonomy'
import { platformName } from '../platforms'
import { useText } from '../text/useText'
import classes from './Team.module.css'
import { teamText } from './text'

interface Props {
  item: ItemBody
  now: number
  chosen: boolean
  /** The menu of people is open. */
  opened: boolean
  mates: MateBody[]
  onChoose(id: string): void
  onMenu(open: boolean): void
  onAssign(mate: MateBody): void
  onDrag(on: boolean): void
}

/** WorkRow is an item to be given to somebody. */
export const WorkRow = memo(function WorkRow({ item, now, chosen, opened, mates, onChoose, onMenu, onAssign, onDrag }: Props) {
  const t = useText(teamText)
  const i = useText(inboxText)
  const f = useFormats()
  const w = useTaxonomy()
  const row = useRef<HTMLLIElement>(null)
  useEffect(() => {
    if (chosen) row.current?.scrollIntoView({ block: 'nearest' })
  }, [chosen])
  const e = item.engagement
  const late = Date.parse(item.due_at) < now
  return (
    <li
      ref={row} className={classes.row} data-item={item.id} data-chosen={chosen || undefined} data-priority={item.priority} aria-current={chosen || undefined} draggable
      onClick={() => onChoose(item.id)}
      onDragStart={event => { event.dataTransfer.setData('text/plain', item.id); event.dataTransfer.effectAllowed = 'move'; onDrag(true) }}
      onDragEnd={() => onDrag(false)}
    >
      <div className={classes.face}>
        <Text size="xs" c="dimmed">
          <strong>{w('priority', item.priority)}</strong> · {i(late ? 'overdue' : 'due', { when: f.ago(item.due_at, now) })} · {w('intent', item.intent)} · <bdi>{authorName(item, i('noName'))}</bdi> · {platformName(e.platform)}
          {item.assignee && <> · <bdi>{item.assignee.name}</bdi></>}
        </Text>
        <Text size="sm" dir="auto" lineClamp={2} className={classes.text} fs={e.covered ? 'italic' : undefined}>{e.text}</Text>
      </div>
      <Menu opened={opened} onChange={onMenu} position="bottom-end" withinPortal>
        <Menu.Target><Button size="compact-sm" variant="default">{t('assign')}</Button></Menu.Target>
        <Menu.Dropdown aria-label={t('assignTo')}>
          {mates.map(mate => (
            <Menu.Item key={mate.id} onClick={() => onAssign(mate)} rightSection={<Text size="xs" c="dimmed">{mate.load ? `${mate.load.points}/${mate.load.capacity}` : t(mate.on_duty ? 'here' : 'notNow')}</Text>}>
              <bdi>{mate.name}</bdi>
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </li>
  )
})
