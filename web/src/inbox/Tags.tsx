import { ActionIcon, Pill, TextInput } from '@mantine/core'
import { type FormEvent, useRef, useState } from 'react'
import type { DetailBody } from '../api/types'
import { useCommand } from '../shell/commands'
import { TagIcon } from '../shell/icons'
import { useText } from '../text/useText'
import type { Action } from './actions'
import classes from './Detail.module.css'
import { inboxText } from './text'

/** Tags of an item, with a field for one more. */
export function Tags({ item, act }: { item: DetailBody; act(action: Action): Promise<boolean> }) {
  const t = useText(inboxText)
  const [text, setText] = useState('')
  const [adding, setAdding] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  function start() {
    setAdding(true)
    setTimeout(() => field.current?.focus(), 0)
  }
  useCommand({ id: 'tags', label: t('tags.add'), group: t('keys.item'), keys: ['t'], run: start })
  function submit(event: FormEvent) {
    event.preventDefault()
    const tag = text.trim()
    setText('')
    if (tag) void act({ verb: 'tags', add: [tag] })
    else setAdding(false)
  }
  return (
    <div className={classes.tags}>
      {item.tags.map(tag => (
        <Pill key={tag} withRemoveButton removeButtonProps={{ 'aria-label': t('tags.remove', { tag }), 'aria-hidden': false, tabIndex: 0 }} onRemove={() => void act({ verb: 'tags', remove: [tag] })}>
          <bdi>{tag}</bdi>
        </Pill>
      ))}
      {adding ? (
        <form onSubmit={submit}>
          <TextInput ref={field} size="xs" w={140} maxLength={40} aria-label={t('tags.add')} value={text} onChange={e => setText(e.currentTarget.value)} onBlur={() => !text && setAdding(false)} onKeyDown={e => e.key === 'Escape' && setAdding(false)} />
        </form>
      ) : (
        <ActionIcon variant="subtle" color="gray" size="sm" aria-label={t('tags.add')} title={`${t('tags.add')} (T)`} onClick={start}><TagIcon size={16} /></ActionIcon>
      )}
    </div>
  )
}
