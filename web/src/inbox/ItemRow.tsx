import { Tooltip } from '@mantine/core'
import { memo, type ReactNode } from 'react'
import type { ItemBody } from '../api/types'
import { useFormats } from '../format'
import { platformName } from '../platforms'
import { AlertIcon, EyeIcon, ShareIcon } from '../shell/icons'
import { useText } from '../text/useText'
import { word, words } from '../words'
import classes from './List.module.css'
import { inboxText } from './text'

interface Props {
  item: ItemBody
  within: boolean
  chosen: boolean
  now: number
  pick: ReactNode
  onChoose(id: string): void
}

/** ItemRow is one comment of the list: who, what, and what presses. */
export const ItemRow = memo(function ItemRow({ item, within, chosen, now, pick, onChoose }: Props) {
  const t = useText(inboxText)
  const e = item.engagement
  return (
    <div className={classes.row} data-chosen={chosen || undefined} data-within={within || undefined} data-priority={item.priority}>
      <span className={classes.pick}>{pick}</span>
      <button type="button" className={classes.face} aria-current={chosen || undefined} onClick={() => onChoose(item.id)} data-item={item.id}>
        <span className={classes.top}>
          <bdi className={classes.who}>{authorName(item, t('noName'))}</bdi>
          <span className={classes.where}>{platformName(e.platform)}</span>
          <Due item={item} now={now} />
        </span>
        <span className={classes.text} dir="auto" lang={e.language === 'und' ? undefined : e.language} data-covered={e.covered || undefined}>
          {e.covered && <EyeIcon size={14} />} {e.text}
        </span>
        <Marks item={item} />
      </button>
    </div>
  )
})

/** authorName is what somebody is called here. */
export function authorName(item: ItemBody, hidden: string): string {
  const author = item.engagement.author
  return author?.name || author?.handle || hidden
}

export function Due({ item, now }: { item: ItemBody; now: number }) {
  const t = useText(inboxText)
  const f = useFormats()
  if (item.closed_at) return <span className={classes.due}>{f.ago(item.closed_at, now)}</span>
  const late = Date.parse(item.due_at) < now
  return (
    <Tooltip label={f.moment(item.due_at)}>
      <span className={classes.due} data-late={late || undefined}>{t(late ? 'overdue' : 'due', { when: f.ago(item.due_at, now) })}</span>
    </Tooltip>
  )
}

function Marks({ item }: { item: ItemBody }) {
  const t = useText(inboxText)
  const w = useText(words)
  const intent = word('intent', item.intent)
  const priority = word('priority', item.priority)
  const status = word('status', item.status)
  return (
    <span className={classes.marks}>
      {item.priority !== 'normal' && item.priority !== 'low' && priority && <span className={classes.priority} data-priority={item.priority}>{w(priority)}</span>}
      {intent && <span className={classes.mark}>{w(intent)}</span>}
      {item.risks.map(risk => {
        const key = word('risk', risk)
        return <span key={risk} className={classes.risk}><AlertIcon size={12} /> {key ? w(key) : risk}</span>
      })}
      {item.unsure && <span className={classes.mark} data-unsure="">{t('unsure')}</span>}
      {item.kind === 'companion' && <span className={classes.mark}><ShareIcon size={12} /> {t('companion')}</span>}
      {item.status !== 'open' && status && <span className={classes.mark} data-status={item.status}>{item.assignee && item.status === 'claimed' ? item.assignee.name : w(status)}</span>}
      {item.tags.map(tag => <bdi key={tag} className={classes.tag}>{tag}</bdi>)}
    </span>
  )
}
