import { Badge, Button, Group, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { api, must } from '../../api/client'
import type { ChannelState, EndpointEntry } from '../../api/types'
import { useFormats } from '../../format'
import { platformName } from '../../platforms'
import { useSession } from '../../session/Session'
import { useText } from '../../text/useText'
import { Copy, Empty, Once, useChange } from '../parts'
import classes from '../Setup.module.css'
import { setupText } from '../text'
import { AddChannel } from './AddChannel'
import { Channel } from './Channel'
import { usePlatforms } from './ChannelsPage'
import { channelsText } from './text'

/** Endpoint shows one address, whether anything has arrived there, and its accounts. */
export function Endpoint({ endpoint: e, health }: { endpoint: EndpointEntry; health: ChannelState[] }) {
  const t = useText(channelsText)
  const f = useFormats()
  const { rules } = useSession()
  const kind = usePlatforms().data?.find(p => p.name === e.platform)
  const calls = !kind?.asked || kind.takes_token
  const channels = health.filter(c => e.channels.some(own => own.id === c.id))
  return (
    <Stack gap="xs" className={classes.card} component="article" aria-label={platformName(e.platform)} data-endpoint={e.platform}>
      <Group justify="space-between">
        <Text fw={600}>{platformName(e.platform)} {e.disabled && <Badge variant="default" tt="none">{t('disabled')}</Badge>}</Text>
        {rules && <Doors endpoint={e} ours={kind?.our_secret ?? false} />}
      </Group>
      {calls && <Copy label={`${t('address')}: ${platformName(e.platform)}`} text={e.url} />}
      <Text size="sm" role="status" data-received={e.last_delivery_at !== null}>
        {e.last_delivery_at ? `✓ ${t('received', { ago: f.ago(e.last_delivery_at, Date.now()) })}` : calls ? t('waiting') : t('asked')}
      </Text>
      {e.previous_expires_at && <Text size="sm" c="dimmed">{t('previous', { at: f.moment(e.previous_expires_at) })}</Text>}
      {e.channels.length === 0 ? <Empty>{t('noChannels')}</Empty> : channels.map(channel => <Channel key={channel.id} channel={channel} />)}
      {rules && kind && <AddChannel endpoint={e} kind={kind} />}
    </Stack>
  )
}

/** Doors closes and opens an endpoint, and gives it another secret. */
function Doors({ endpoint: e, ours }: { endpoint: EndpointEntry; ours: boolean }) {
  const t = useText(channelsText)
  const s = useText(setupText)
  const [asking, setAsking] = useState(false)
  const path = { params: { path: { id: e.id } } }
  const toggle = useChange(() => (e.disabled ? api.POST('/v1/endpoints/{id}/enable', path) : api.POST('/v1/endpoints/{id}/disable', path)), [['endpoints']], e.disabled ? t('opened') : t('closed'))
  const rotate = useChange(() => must(api.POST('/v1/endpoints/{id}/rotate', { ...path, body: { keep_seconds: 86_400 } })), [['endpoints']])
  const name = platformName(e.platform)
  return (
    <Group gap="xs">
      {ours && !asking && !rotate.data && <Button size="compact-xs" variant="default" aria-label={t('rotateOf', { platform: name })} onClick={() => setAsking(true)}>{t('rotate')}</Button>}
      <Button size="compact-xs" variant="default" loading={toggle.isPending} aria-label={`${e.disabled ? t('enable') : t('disable')}: ${name}`} onClick={() => toggle.mutate(undefined)}>{e.disabled ? t('enable') : t('disable')}</Button>
      {asking && (
        <Stack gap="xs" className={classes.card}>
          <Text size="sm">{t('rotateLead')}</Text>
          <Group gap="xs">
            <Button size="xs" loading={rotate.isPending} onClick={() => rotate.mutate(undefined, { onSettled: () => setAsking(false) })}>{t('rotate')}</Button>
            <Button size="xs" variant="default" onClick={() => setAsking(false)}>{s('cancel')}</Button>
          </Group>
        </Stack>
      )}
      {rotate.data?.secret && <Once label={t('secret')} secret={rotate.data.secret}><Button size="xs" onClick={() => rotate.reset()}>{s('close')}</Button></Once>}
    </Group>
  )
}
