import { Button, Group, Loader, PasswordInput, Select, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api, must } from '../../api/client'
import { platformName } from '../../platforms'
import { useSession } from '../../session/Session'
import { useText } from '../../text/useText'
import { Asked, Copy, Empty, Once, Page, Part, useChange } from '../parts'
import { setupText } from '../text'
import { Endpoint } from './Endpoint'
import { channelsText } from './text'

export default function ChannelsPage() {
  const t = useText(channelsText)
  const s = useText(setupText)
  const { rules } = useSession()
  return (
    <Page title={s('channels')} lead={t('lead')}>
      {rules && <AddEndpoint />}
      <Endpoints />
    </Page>
  )
}

export function usePlatforms() {
  return useQuery({ queryKey: ['platforms'], queryFn: async () => (await must(api.GET('/v1/platforms'))).platforms, staleTime: Infinity })
}

function Endpoints() {
  const t = useText(channelsText)
  const endpoints = useQuery({ queryKey: ['endpoints'], queryFn: async () => (await must(api.GET('/v1/endpoints'))).endpoints, refetchInterval: 3000 })
  const channels = useQuery({ queryKey: ['channels'], queryFn: async () => (await must(api.GET('/v1/channels'))).channels, refetchInterval: 10_000 })
  return (
    <Part title={t('endpoints')} lead={t('endpointsLead')}>
      <Asked query={endpoints}>{found => (found.length === 0 ? <Empty>{t('noEndpoints')}</Empty> : (
        <Stack gap="lg">{found.map(endpoint => <Endpoint key={endpoint.id} endpoint={endpoint} health={channels.data ?? []} />)}</Stack>
      ))}</Asked>
    </Part>
  )
}

function AddEndpoint() {
  const t = useText(channelsText)
  const s = useText(setupText)
  const platforms = usePlatforms()
  const [name, setName] = useState('standard_webhooks')
  const [secret, setSecret] = useState('')
  const kind = platforms.data?.find(p => p.name === name)
  const add = useChange(() => must(api.POST('/v1/endpoints', { body: { platform: name, ...(secret && { secret }) } })), [['endpoints']], t('opened'))
  function submit(event: FormEvent) {
    event.preventDefault()
    add.mutate(undefined, { onSuccess: () => setSecret('') })
  }
  const made = add.data
  return (
    <Part title={t('add')}>
      <Stack>
        {platforms.isPending ? <Loader size="sm" aria-label={s('loading')} /> : (
          <form onSubmit={submit}>
            <Group align="end">
              <Select label={t('platform')} searchable allowDeselect={false} value={name} onChange={value => value && setName(value)} data={(platforms.data ?? []).map(p => ({ value: p.name, label: platformName(p.name) }))} />
              <PasswordInput w={340} label={t('secret')} description={kind?.our_secret ? t('secretOurs') : t('secretHint')} required={!kind?.our_secret} autoComplete="off" value={secret} onChange={e => setSecret(e.currentTarget.value)} />
              <Button type="submit" loading={add.isPending}>{t('addDo')}</Button>
            </Group>
          </form>
        )}
        {made && (
          <>
            <Copy label={t('address')} text={made.url} />
            {made.secret && <Once label={t('secret')} secret={made.secret} />}
            {made.verify_token && <Once label={t('verify')} secret={made.verify_token} />}
            <Text size="sm"><Button size="xs" onClick={() => add.reset()}>{s('close')}</Button></Text>
          </>
        )}
      </Stack>
    </Part>
  )
}
