import { Button, Text, Textarea } from '@mantine/core'
import { api } from '../api/client'
import type { NoteBody } from '../api/types'
import { useDraft } from '../drafts'
import { useFormats } from '../format'
import { useSession } from '../session/Session'
import { useText } from '../text/useText'
import classes from './Person.module.css'
import { personText } from './text'
import { useDeed } from './useAuthor'

/** PersonNotes are what the team writes down about somebody. A begun one is never lost. */
export function PersonNotes({ id, notes }: { id: string; notes: NoteBody[] }) {
  const t = useText(personText)
  const f = useFormats()
  const { role } = useSession()
  const [draft, setDraft] = useDraft(`person.${id}`)
  const keep = useDeed(id, (text: string) => api.POST('/v1/authors/{id}/notes', { params: { path: { id } }, body: { text } }))
  const save = () => { if (draft.trim()) keep.mutate(draft.trim(), { onSuccess: () => setDraft('') }) }
  return (
    <section className={classes.card} aria-label={t('notes')}>
      <h3 className={classes.head}>{t('notes')}</h3>
      {notes.map(note => (
        <div key={note.id} className={classes.entry}>
          <Text size="xs" c="dimmed"><bdi>{note.person?.name}</bdi> · {f.moment(note.at)}</Text>
          <Text size="sm" dir="auto" className={classes.text}>{note.text}</Text>
        </div>
      ))}
      {role !== 'viewer' && (
        <div className={classes.form}>
          <Textarea
            size="xs" label={t('note')} description={t('noteHint')} autosize minRows={2} maxRows={8} maxLength={2000} dir="auto" value={draft}
            onChange={e => setDraft(e.currentTarget.value)} onKeyDown={e => { if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) save() }}
          />
          {draft && <><Text size="xs" c="dimmed">{t('draft')}</Text><Button size="compact-sm" loading={keep.isPending} onClick={save}>{t('save')}</Button></>}
        </div>
      )}
    </section>
  )
}
