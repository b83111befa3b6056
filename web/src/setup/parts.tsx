// What the pages of the setup have in common.
import { Alert, Anchor, Button, CopyButton, Group, Loader, PasswordInput, Stack, Text, Title, Tooltip } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { type QueryKey, useMutation, useQueryClient, type UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { isProblem } from '../api/problem'
import { useText } from '../text/useText'
import classes from './Setup.module.css'
import { setupText } from './text'

/** Page is the frame of a matter: what it is called, and what it is for. */
export function Page({ title, lead, children }: { title: string; lead: string; children: ReactNode }) {
  return (
    <Stack className={classes.inner} gap="lg">
      <div>
        <Title order={2} size="h3">{title}</Title>
        <Text c="dimmed">{lead}</Text>
      </div>
      {children}
    </Stack>
  )
}

/** Part is a card of a page, with what it is about. */
export function Part({ title, lead, aside, children }: { title: string; lead?: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <section className={classes.card} aria-label={title}>
      <Group justify="space-between" align="start" mb="sm">
        <div>
          <Title order={3} size="h5">{title}</Title>
          {lead && <Text size="sm" c="dimmed">{lead}</Text>}
        </div>
        {aside}
      </Group>
      {children}
    </section>
  )
}

/** Asked shows what was asked for when it is there, and says why when it is not. */
export function Asked<T>({ query, children }: { query: UseQueryResult<T>; children(data: T): ReactNode }) {
  const t = useText(setupText)
  if (query.data !== undefined) return children(query.data)
  if (query.isPending) return <Loader size="sm" aria-label={t('loading')} />
  return (
    <Alert color="red.9" variant="light" role="alert">
      {reasonOf(query.error, t('failed'))} <Anchor component="button" type="button" onClick={() => void query.refetch()}>{t('again')}</Anchor>
    </Alert>
  )
}

/** reasonOf is what the server said, with the field it said it of. */
export function reasonOf(error: unknown, otherwise: string): string {
  if (!isProblem(error)) return otherwise
  const errors = error.detail.errors
  const first = Array.isArray(errors) ? (errors[0] as { message?: string; location?: string } | undefined) : undefined
  return [error.title || otherwise, first?.message && `${first.location ?? ''} ${first.message}`.trim()].filter(Boolean).join(' – ')
}

/** useChange changes something on the server, says so, and asks anew for what it concerns. */
export function useChange<I, O>(change: (input: I) => Promise<O>, concerns: QueryKey[], done?: string) {
  const t = useText(setupText)
  const queries = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSuccess: async () => {
      await Promise.all(concerns.map(queryKey => queries.invalidateQueries({ queryKey })))
      notifications.show({ color: 'teal.9', message: done ?? t('saved') })
    },
    onError: error => notifications.show({ color: 'red.9', title: t('notDone'), message: reasonOf(error, t('failed')), role: 'alert' }),
  })
}

/** Copy is a text that is needed elsewhere, with a button that takes it there. */
export function Copy({ label, text }: { label: string; text: string }) {
  const t = useText(setupText)
  return (
    <div className={classes.address}>
      <code>{text}</code>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Tooltip label={label}>
            <Button size="compact-xs" variant="default" onClick={copy} aria-label={`${t('copy')}: ${label}`}>{copied ? t('copied') : t('copy')}</Button>
          </Tooltip>
        )}
      </CopyButton>
    </div>
  )
}

/** Once shows a secret that nobody will show again, covered until asked for. */
export function Once({ label, secret, children }: { label: string; secret: string; children?: ReactNode }) {
  const t = useText(setupText)
  return (
    <Alert color="yellow" variant="light" title={t('once')} role="status">
      <Stack gap="xs">
        <Text size="sm">{t('onceLead')}</Text>
        <PasswordInput label={label} value={secret} readOnly autoComplete="off" data-secret />
        <Group>
          <CopyButton value={secret}>
            {({ copied, copy }) => <Button size="xs" variant="default" onClick={copy}>{copied ? t('copied') : t('copySecret', { name: label })}</Button>}
          </CopyButton>
          {children}
        </Group>
      </Stack>
    </Alert>
  )
}

/** Empty teaches what a place is for while nothing stands there. */
export function Empty({ children }: { children: ReactNode }) {
  return <Text c="dimmed" size="sm" py="xs">{children}</Text>
}
