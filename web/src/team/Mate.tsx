import { Button, Progress, Text } from '@mantine/core'
import { type DragEvent, useState } from 'react'
import type { MateBody, Queue } from '../api/types'
import { useFormats } from '../format'
import { useText } from '../text/useText'
import { hoursOn } from './hours'
import classes from './Team.module.css'
import { mayTake, useCare, useLeaves } from './team'
import { teamText } from './text'

interface Props {
  mate: MateBody
  now: number
  /** Queue of the item that is being dragged. */
  dragged: Queue | undefined
  onDrop(item: string): void
  onShow(): void
}

/** Mate is one of us: there or not, with how much in hand and how much heavy read. Work can
 * be dropped onto them. */
export function Mate({ mate, now, dragged, onDrop, onShow }: Props) {
  const t = useText(teamText)
  const f = useFormats()
  const [over, setOver] = useState(false)
  const takes = dragged !== undefined && mayTake(mate, dragged)
  function hover(event: DragEvent) {
    if (!takes) return
    event.preventDefault()
    event.dataTransfer.dropEffect = 'move'
    setOver(true)
  }
  function drop(event: DragEvent) {
    event.preventDefault()
    setOver(false)
    const id = event.dataTransfer.getData('text/plain')
    if (id && takes) onDrop(id)
  }
  return (
    <li className={classes.mate} data-takes={takes || undefined} data-over={over || undefined} onDragOver={hover} onDragLeave={() => setOver(false)} onDrop={drop}>
      <div className={classes.name}>
        <Text fw={600}><bdi>{mate.name}</bdi></Text>
        <Text size="xs" c="dimmed">{t(`role.${mate.role}`)} · {mate.on_duty ? t('here') : mate.back_at ? t('away', { when: f.moment(mate.back_at) }) : t('notNow')}</Text>
      </div>
      {dragged !== undefined && <Text size="xs" fw={600}>{t(takes ? 'drop' : 'cannot', { name: mate.name })}</Text>}
      <Load mate={mate} />
      <Hours id={mate.id} now={now} />
      <Button size="compact-xs" variant="default" onClick={onShow} aria-label={`${t('show')}: ${mate.name}`}>{t('show')}</Button>
    </li>
  )
}

function Load({ mate }: { mate: MateBody }) {
  const t = useText(teamText)
  if (!mate.load) return <Text size="xs" c="dimmed">{t('private')}</Text>
  const { points, capacity, exposed, heavy_per_hour } = mate.load
  const bars = [
    { key: 'points', label: t('points', { points, capacity }), share: capacity ? points / capacity : 1 },
    { key: 'heavy', label: t('heavy', { n: exposed, most: heavy_per_hour }), share: heavy_per_hour ? exposed / heavy_per_hour : 0 },
  ]
  return bars.map(({ key, label, share }) => (
    <div key={key} className={classes.bar}>
      <Text size="xs">{label}{share >= 1 && <strong> · {t('full')}</strong>}</Text>
      <Progress size="sm" value={Math.min(100, share * 100)} color={share >= 1 ? 'red.8' : share >= 0.8 ? 'yellow.7' : 'teal.8'} aria-label={label} />
    </div>
  ))
}

/** Hours are when they work today, and when they are on leave next. */
function Hours({ id, now }: { id: string; now: number }) {
  const t = useText(teamText)
  const f = useFormats()
  const care = useCare(id).data
  const leave = useLeaves(id).data?.[0]
  if (!care) return null
  const today = care.hours ? hoursOn(care.hours, new Date(now)) : null
  const said = [
    today === null ? t('always') : today ? t('today', { hours: today }) : t('todayNone'),
    leave && t('leave', { from: f.day(leave.from), to: f.day(leave.to) }),
    care.overflow && t('overflow'),
  ]
  return <Text size="xs" c="dimmed">{said.filter(Boolean).join(' · ')}</Text>
}
