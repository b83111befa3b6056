import { Button, Group, PasswordInput, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { api, must } from '../../api/client'
import type { EndpointEntry, PlatformBody } from '../../api/types'
import { platformName } from '../../platforms'
import { useText } from '../../text/useText'
import { useChange } from '../parts'
import { setupText } from '../text'
import { channelsText } from './text'

const empty = { external_id: '', name: '', address: '', token: '' }

export function AddChannel({ endpoint: e, kind }: { endpoint: EndpointEntry; kind: PlatformBody }) {
  const t = useText(channelsText)
  const s = useText(setupText)
  const [open, setOpen] = useState(false)
  const [form, setForm] = useState(empty)
  const add = useChange(() => {
    const { address, token, ...named } = form
    return must(api.POST('/v1/channels', { body: { endpoint_id: e.id, ...named, ...(address && { address }), ...(token && { token }) } }))
  }, [['endpoints'], ['channels']], t('added'))
  function submit(event: FormEvent) {
    event.preventDefault()
    add.mutate(undefined, { onSuccess: () => { setForm(empty); setOpen(false) } })
  }
  if (!open) return <Group><Button size="xs" variant="default" aria-label={t('addChannelTo', { platform: platformName(e.platform) })} onClick={() => setOpen(true)}>{t('addChannel')}</Button></Group>
  const ownServer = kind.asked && !kind.takes_token && !kind.address
  return (
    <form onSubmit={submit}>
      <Group align="end">
        <TextInput autoFocus label={t('externalID')} description={t('externalHint')} required maxLength={400} value={form.external_id} onChange={x => setForm({ ...form, external_id: x.currentTarget.value })} />
        <TextInput label={t('name')} required maxLength={200} dir="auto" value={form.name} onChange={x => setForm({ ...form, name: x.currentTarget.value })} />
        {ownServer && <TextInput label={t('server')} type="url" required placeholder="https://" value={form.address} onChange={x => setForm({ ...form, address: x.currentTarget.value })} />}
        {kind.takes_token && <PasswordInput w={280} label={t('token')} description={t('tokenHint')} autoComplete="off" value={form.token} onChange={x => setForm({ ...form, token: x.currentTarget.value })} />}
        <Button type="submit" loading={add.isPending}>{t('addChannelDo')}</Button>
        <Button variant="default" onClick={() => setOpen(false)}>{s('cancel')}</Button>
      </Group>
    </form>
  )
}
