import { Button, Group, PasswordInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { api } from '../../api/client'
import { useText } from '../../text/useText'
import { Part, useChange } from '../parts'
import { accessText } from './text'

export function ChangePassword() {
  const t = useText(accessText)
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const change = useChange(() => api.POST('/v1/session/password', { body: { current, next } }), [['sessions']], t('changed'))
  function submit(event: FormEvent) {
    event.preventDefault()
    change.mutate(undefined, { onSuccess: () => { setCurrent(''); setNext('') } })
  }
  return (
    <Part title={t('password')}>
      <form onSubmit={submit}>
        <Group align="end">
          <PasswordInput w={260} label={t('current')} autoComplete="current-password" value={current} onChange={e => setCurrent(e.currentTarget.value)} />
          <PasswordInput w={260} label={t('next')} description={t('nextHint')} autoComplete="new-password" required minLength={12} value={next} onChange={e => setNext(e.currentTarget.value)} />
          <Button type="submit" loading={change.isPending}>{t('change')}</Button>
        </Group>
      </form>
    </Part>
  )
}
