import { Group, Pill, TextInput, Tooltip } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { api } from '../api/client'
import type { AuthorPage } from '../api/types'
import { useSession } from '../session/Session'
import { useText } from '../text/useText'
import { personText } from './text'
import { useDeed } from './useAuthor'

/** PersonTags are what a person is to us: concluded by rules, and set by people. */
export function PersonTags({ id, tags }: { id: string; tags: AuthorPage['tags'] }) {
  const t = useText(personText)
  const { role } = useSession()
  const [name, setName] = useState('')
  const change = useDeed(id, (body: { add?: string[]; remove?: string[] }) => api.POST('/v1/authors/{id}/tags', { params: { path: { id } }, body }))
  function add(event: FormEvent) {
    event.preventDefault()
    if (name.trim()) change.mutate({ add: [name.trim()] }, { onSuccess: () => setName('') })
  }
  return (
    <Group gap="xs" role="group" aria-label={t('tags')}>
      {tags.map(tag => (
        <Tooltip key={tag.name + tag.by} label={tag.why} disabled={!tag.why}>
          <Pill
            withRemoveButton={tag.by === 'person' && role !== 'viewer'} removeButtonProps={{ 'aria-label': t('removeTag', { tag: tag.name }), 'aria-hidden': false, tabIndex: 0 }}
            onRemove={() => change.mutate({ remove: [tag.name] })}
          >
            <bdi>{tag.name}</bdi>
          </Pill>
        </Tooltip>
      ))}
      {role !== 'viewer' && <form onSubmit={add}><TextInput size="xs" w={140} aria-label={t('addTag')} placeholder={t('addTag')} maxLength={50} value={name} onChange={e => setName(e.currentTarget.value)} /></form>}
    </Group>
  )
}
