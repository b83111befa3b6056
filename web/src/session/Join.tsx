import { Alert, Button, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api, must } from '../api/client'
import { isProblem } from '../api/problem'
import { useText } from '../text/useText'
import classes from './Session.module.css'
import { joinText } from './text'

/** Join lets in whoever was invited. The link's token stands behind #, which no server is sent. */
export function Join() {
  const t = useText(joinText)
  const [token] = useState(() => location.hash.slice(1))
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const join = useMutation({
    mutationFn: () => must(api.POST('/v1/invitations/accept', { body: { token, ...(name && { name }), ...(password && { password }) } })),
    onSuccess: () => location.assign('/'),
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    join.mutate()
  }
  return (
    <main className={classes.page}>
      <Paper withBorder p="xl" className={classes.card}>
        <form onSubmit={submit}>
          <Stack>
            <Title order={1} size="h2">{t('title')}</Title>
            <Text>{t('lead')}</Text>
            <Text size="sm" c="dimmed">{t('known')}</Text>
            {join.isError && <Alert color="red.9" variant="light" role="alert">{isProblem(join.error, 'not-found') ? t('gone') : join.error.message}</Alert>}
            <TextInput label={t('name')} maxLength={200} autoComplete="name" dir="auto" value={name} onChange={e => setName(e.currentTarget.value)} />
            <PasswordInput label={t('password')} required withAsterisk={false} autoComplete="new-password" value={password} onChange={e => setPassword(e.currentTarget.value)} />
            <Button type="submit" loading={join.isPending}>{t('join')}</Button>
          </Stack>
        </form>
      </Paper>
    </main>
  )
}
