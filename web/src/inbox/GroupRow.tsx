import { memo } from 'react'
import type { GroupBody, Queue } from '../api/types'
import { useFormats } from '../format'
import { platformName } from '../platforms'
import { ContentIcon, DownIcon, PeopleIcon, WaveIcon } from '../shell/icons'
import { useText } from '../text/useText'
import { word, words } from '../words'
import { authorName, Due } from './ItemRow'
import classes from './List.module.css'
import { Mood } from './Mood'
import { inboxText } from './text'

interface Props {
  group: GroupBody
  queue: Queue
  opened: boolean
  chosen: boolean
  now: number
  onChoose(id: string): void
  onToggle(group: GroupBody): void
}

/** GroupRow is a post, a person or a wave with what is said there. */
export const GroupRow = memo(function GroupRow({ group, opened, chosen, now, onChoose, onToggle }: Props) {
  const t = useText(inboxText)
  const f = useFormats()
  const { top } = group
  return (
    <div className={classes.group} data-chosen={chosen || undefined} data-opened={opened || undefined} data-priority={top.priority}>
      <button type="button" className={classes.toggle} aria-expanded={opened} aria-label={t(opened ? 'close' : 'open')} onClick={() => onToggle(group)}>
        <DownIcon size={18} />
      </button>
      <button type="button" className={classes.face} aria-current={chosen || undefined} onClick={() => (opened ? onToggle(group) : onChoose(top.id))} data-item={opened ? undefined : top.id}>
        <span className={classes.top}>
          <Title group={group} />
          <Due item={top} now={now} />
        </span>
        {!opened && <span className={classes.text} dir="auto" data-covered={top.engagement.covered || undefined}>{top.engagement.text}</span>}
        <span className={classes.marks}>
          <span className={classes.mark} data-strong="">{t('count.people', { n: group.count })}</span>
          <Mood {...group.by_sentiment} />
          {group.by_priority.urgent > 0 && <Urgent n={group.by_priority.urgent} />}
          {group.unsure > 0 && <span className={classes.mark} data-unsure="">{t('count.unsure', { n: f.number(group.unsure) })}</span>}
        </span>
      </button>
    </div>
  )
})

function Urgent({ n }: { n: number }) {
  const w = useText(words)
  return <span className={classes.priority} data-priority="urgent">{n} × {w('priority.urgent')}</span>
}

function Title({ group }: { group: GroupBody }) {
  const t = useText(inboxText)
  const w = useText(words)
  const e = group.top.engagement
  switch (group.by) {
    case 'author':
      return <><PeopleIcon size={16} /><bdi className={classes.who}>{authorName(group.top, t('noName'))}</bdi><span className={classes.where}>{platformName(e.platform)}</span></>
    case 'wave': {
      const intent = word('intent', group.wave?.intent ?? group.top.intent)
      return <><WaveIcon size={16} /><span className={classes.who}>{intent && w(intent)}</span><span className={classes.where}>{platformName(e.platform)}</span></>
    }
    default:
      return <><ContentIcon size={16} /><bdi className={classes.who}>{e.thread?.text || t('postUntitled', { platform: platformName(e.platform) })}</bdi><span className={classes.where}>{e.channel.name}</span></>
  }
}
