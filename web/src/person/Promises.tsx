import { Button, Group, Text, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { api } from '../api/client'
import type { AuthorPage } from '../api/types'
import { useDraft } from '../drafts'
import { useFormats } from '../format'
import { useSession } from '../session/Session'
import { useText } from '../text/useText'
import classes from './Person.module.css'
import { personText } from './text'
import { useDeed } from './useAuthor'

/** Promises are what we owe somebody, and until when. */
export function Promises({ id, promises }: { id: string; promises: AuthorPage['promises'] }) {
  const t = useText(personText)
  const f = useFormats()
  const { role } = useSession()
  const [text, setText] = useDraft(`promise.${id}`)
  const [due, setDue] = useState('')
  const make = useDeed(id, (body: { text: string; due_at: string }) => api.POST('/v1/authors/{id}/promises', { params: { path: { id } }, body }))
  const close = useDeed(id, ({ promise, kept }: { promise: string; kept: boolean }) =>
    api.POST(kept ? '/v1/promises/{id}/keep' : '/v1/promises/{id}/withdraw', { params: { path: { id: promise } } }))
  async function submit(event: FormEvent) {
    event.preventDefault()
    const wanted = text.trim()
    if (!wanted || !due) return
    await make.mutateAsync({ text: wanted, due_at: new Date(due).toISOString() }).then(() => { setText(''); setDue('') }, () => {})
  }
  return (
    <section className={classes.card} aria-label={t('promises')}>
      <h3 className={classes.head}>{t('promises')}</h3>
      {promises.length === 0 && <Text size="sm" c="dimmed">{t('promisesNone')}</Text>}
      {promises.map(p => (
        <div key={p.id} className={classes.entry}>
          <Text size="sm" dir="auto">{p.text}</Text>
          <Text size="xs" c="dimmed" fw={p.overdue ? 700 : undefined}>{t(p.overdue ? 'overdue' : 'dueBy', { when: f.moment(p.due_at) })}{p.by && <> · <bdi>{p.by.name}</bdi></>}</Text>
          {role !== 'viewer' && (
            <Group gap="xs" mt={4}>
              <Button size="compact-xs" variant="default" loading={close.isPending} aria-label={`${t('kept')}: ${p.text}`} onClick={() => close.mutate({ promise: p.id, kept: true })}>{t('kept')}</Button>
              <Button size="compact-xs" variant="subtle" aria-label={`${t('withdraw')}: ${p.text}`} onClick={() => close.mutate({ promise: p.id, kept: false })}>{t('withdraw')}</Button>
            </Group>
          )}
        </div>
      ))}
      {role !== 'viewer' && (
        <form onSubmit={event => void submit(event)} className={classes.form}>
          <TextInput size="xs" label={t('promise')} maxLength={500} dir="auto" value={text} onChange={e => setText(e.currentTarget.value)} />
          {text && <TextInput size="xs" type="datetime-local" label={t('due')} required value={due} onChange={e => setDue(e.currentTarget.value)} />}
          {text && <Button type="submit" size="compact-sm" loading={make.isPending}>{t('make')}</Button>}
        </form>
      )}
    </section>
  )
}
