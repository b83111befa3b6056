import { Alert, Button, Divider, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api, must } from '../api/client'
import { isProblem } from '../api/problem'
import type { SessionBody } from '../api/types'
import { useText } from '../text/useText'
import { sessionText } from './text'

/** SignInForm lets somebody in by password, or leads to the provider that the server has. */
export function SignInForm({ mail: known = '', onDone }: { mail?: string; onDone(session: SessionBody): void }) {
  const t = useText(sessionText)
  const [mail, setMail] = useState(known)
  const [password, setPassword] = useState('')
  const means = useQuery({ queryKey: ['means'], queryFn: () => must(api.GET('/v1/session/means')), staleTime: Infinity })
  const signIn = useMutation({
    mutationFn: () => must(api.POST('/v1/session', { body: { mail, password } })),
    onSuccess: onDone,
    onError: () => setPassword(''),
  })

  function submit(event: FormEvent) {
    event.preventDefault()
    signIn.mutate()
  }

  const oidc = means.data?.oidc
  return (
    <form onSubmit={submit}>
      <Stack>
        {signIn.isError && <Alert color="red.9" variant="light" role="alert">{reasonOf(signIn.error, t)}</Alert>}
        <TextInput
          label={t('mail')} type="email" name="username" autoComplete="username" required withAsterisk={false}
          value={mail} onChange={e => setMail(e.currentTarget.value)} data-autofocus={known === '' || undefined}
        />
        <PasswordInput
          label={t('password')} name="password" autoComplete="current-password" required withAsterisk={false}
          value={password} onChange={e => setPassword(e.currentTarget.value)} data-autofocus={known !== '' || undefined}
        />
        <Button type="submit" loading={signIn.isPending}>{t('signIn')}</Button>
        {oidc && (
          <>
            <Divider label={t('or')} />
            <Button component="a" href={oidc.path} variant="default">{t('with', { name: oidc.name })}</Button>
          </>
        )}
      </Stack>
    </form>
  )
}

function reasonOf(error: unknown, t: ReturnType<typeof useText<keyof typeof sessionText.en>>): string {
  if (isProblem(error, 'unauthenticated')) return t('wrong')
  if (isProblem(error, 'rate-limited')) return t('tooMany')
  if (isProblem(error, 'offline')) return t('offline')
  return t('failed', { why: error instanceof Error ? error.message : '' })
}
