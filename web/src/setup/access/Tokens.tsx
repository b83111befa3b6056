import { Button, Checkbox, Group, Select, Stack, Table, Tooltip, VisuallyHidden } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api, must } from '../../api/client'
import type { TokenBody } from '../../api/types'
import { useFormats } from '../../format'
import { useSession } from '../../session/Session'
import { useText } from '../../text/useText'
import { Asked, Empty, Once, Part, useChange } from '../parts'
import classes from '../Setup.module.css'
import { setupText } from '../text'
import { accessText } from './text'

export function Tokens() {
  const t = useText(accessText)
  const tokens = useQuery({ queryKey: ['tokens'], queryFn: async () => (await must(api.GET('/v1/tokens'))).tokens })
  return (
    <Part title={t('tokens')} lead={t('tokensLead')}>
      <Stack>
        <AddToken />
        <Asked query={tokens}>{found => (found.length === 0 ? <Empty>{t('noTokens')}</Empty> : (
          <div className={classes.wide} tabIndex={0} role="group" aria-label={t('tokens')}>
            <Table>
              <Table.Thead>
                <Table.Tr><Table.Th>{t('token')}</Table.Th><Table.Th>{t('person')}</Table.Th><Table.Th>{t('scopes')}</Table.Th><Table.Th>{t('used')}</Table.Th><Table.Th>{t('expires')}</Table.Th><Table.Th>{t('state')}</Table.Th><Table.Th><VisuallyHidden>{t('actions')}</VisuallyHidden></Table.Th></Table.Tr>
              </Table.Thead>
              <Table.Tbody>{found.map(token => <Row key={token.id} token={token} />)}</Table.Tbody>
            </Table>
          </div>
        ))}</Asked>
      </Stack>
    </Part>
  )
}

function Row({ token }: { token: TokenBody }) {
  const t = useText(accessText)
  const s = useText(setupText)
  const f = useFormats()
  const revoke = useChange(() => api.DELETE('/v1/tokens/{id}', { params: { path: { id: token.id } } }), [['tokens']], t('revoked'))
  return (
    <Table.Tr>
      <Table.Td><code>{token.hint}</code></Table.Td>
      <Table.Td className={classes.foreign}><bdi>{token.person}</bdi></Table.Td>
      <Table.Td>{token.scopes.map(scope => t(`scope.${scope}`)).join(', ')}</Table.Td>
      <Table.Td>{token.last_used_at ? f.moment(token.last_used_at) : s('never')}</Table.Td>
      <Table.Td>{token.expires_at ? f.moment(token.expires_at) : s('never')}</Table.Td>
      <Table.Td>{t(`state.${token.state}`)}</Table.Td>
      <Table.Td ta="end">{token.state === 'valid' && <Button size="compact-xs" variant="default" loading={revoke.isPending} onClick={() => revoke.mutate(undefined)} aria-label={t('revokeOf', { hint: token.hint })}>{t('end')}</Button>}</Table.Td>
    </Table.Tr>
  )
}

type Scope = TokenBody['scopes'][number]

function AddToken() {
  const t = useText(accessText)
  const s = useText(setupText)
  const { leads, rules, role } = useSession()
  const [scopes, setScopes] = useState<Scope[]>(['read'])
  const [days, setDays] = useState('90')
  const offered: Scope[] = ['read', ...(role === 'viewer' ? [] : ['work' as const]), ...(leads ? ['lead' as const] : []), ...(rules ? ['admin' as const] : [])]
  const add = useChange(() => must(api.POST('/v1/tokens', { body: { scopes, expires_at: new Date(Date.now() + Number(days) * 86_400_000).toISOString() } })), [['tokens']])
  function submit(event: FormEvent) {
    event.preventDefault()
    add.mutate(undefined)
  }
  return (
    <Stack>
      <form onSubmit={submit}>
        <Group align="end">
          <Checkbox.Group label={t('scopes')} value={scopes} onChange={value => setScopes(value as Scope[])}>
            <Group gap="sm" pt={6} pb={8}>
              {offered.map(scope => <Tooltip key={scope} label={t(`scope.${scope}.why`)} refProp="rootRef"><Checkbox value={scope} label={t(`scope.${scope}`)} /></Tooltip>)}
            </Group>
          </Checkbox.Group>
          <Select label={t('days')} allowDeselect={false} w={130} value={days} data={[7, 30, 90, 364].map(n => ({ value: String(n), label: t('days.n', { n }) }))} onChange={value => value && setDays(value)} />
          <Button type="submit" disabled={scopes.length === 0} loading={add.isPending}>{t('add')}</Button>
        </Group>
      </form>
      {add.data && <Once label={t('token')} secret={add.data.token}><Button size="xs" onClick={() => add.reset()}>{s('close')}</Button></Once>}
    </Stack>
  )
}
