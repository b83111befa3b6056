import { Button, Menu, Modal, Stack, Switch, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api, must } from '../api/client'
import type { Queue } from '../api/types'
import { useSession } from '../session/Session'
import { DownIcon } from '../shell/icons'
import { useText } from '../text/useText'
import { whyNot } from './actions'
import { isFiltered, type Wish } from './filter'
import { inboxText } from './text'

/** Views are filters that were kept, one's own and those of all. */
export function Views({ queue, wish, onChange }: { queue: Queue; wish: Wish; onChange(wish: Wish): void }) {
  const t = useText(inboxText)
  const [saving, setSaving] = useState(false)
  const { data } = useQuery({ queryKey: ['views'], queryFn: async () => (await must(api.GET('/v1/views'))).views, staleTime: 60_000 })
  const views = data?.filter(v => v.queue === queue) ?? []
  return (
    <>
      <Menu position="bottom-end" withinPortal keepMounted={false}>
        <Menu.Target>
          <Button size="xs" variant="default" rightSection={<DownIcon size={14} />}>{t('view.mine')}</Button>
        </Menu.Target>
        <Menu.Dropdown aria-label={t('view.mine')}>
          <Menu.Item onClick={() => onChange({ ...wish, filter: {} })}>{t('view.all')}</Menu.Item>
          {views.map(v => <Menu.Item key={v.id} onClick={() => onChange({ ...wish, filter: v.filter })}><bdi>{v.name}</bdi></Menu.Item>)}
          <Menu.Divider />
          <Menu.Item disabled={!isFiltered(wish.filter)} onClick={() => setSaving(true)}>{t('view.save')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <SaveView opened={saving} queue={queue} wish={wish} onClose={() => setSaving(false)} />
    </>
  )
}

function SaveView({ opened, queue, wish, onClose }: { opened: boolean; queue: Queue; wish: Wish; onClose(): void }) {
  const t = useText(inboxText)
  const { leads } = useSession()
  const queries = useQueryClient()
  const [name, setName] = useState('')
  const [shared, setShared] = useState(false)
  const save = useMutation({
    mutationFn: () => must(api.POST('/v1/views', { body: { name, queue, shared, filter: wish.filter } })),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['views'] })
      notifications.show({ message: t('view.saved') })
      onClose()
    },
    onError: error => notifications.show({ color: 'red.9', title: t('notDone'), message: whyNot(error, t), role: 'alert' }),
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    save.mutate()
  }
  return (
    <Modal opened={opened} onClose={onClose} title={t('view.save')} size="sm">
      <form onSubmit={submit}>
        <Stack>
          <TextInput data-autofocus required label={t('view.name')} maxLength={80} value={name} onChange={e => setName(e.currentTarget.value)} />
          {leads && <Switch label={t('view.shared')} checked={shared} onChange={e => setShared(e.currentTarget.checked)} />}
          <Button type="submit" loading={save.isPending}>{t('view.save')}</Button>
        </Stack>
      </form>
    </Modal>
  )
}
