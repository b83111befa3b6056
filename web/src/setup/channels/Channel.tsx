import { Badge, Group, Text } from '@mantine/core'
import type { ChannelState } from '../../api/types'
import { useFormats } from '../../format'
import { useText } from '../../text/useText'
import classes from '../Setup.module.css'
import { channelsText } from './text'

const bad = ['failing', 'refused', 'ended']

/** Channel says of an account how it does. */
export function Channel({ channel: c }: { channel: ChannelState }) {
  const t = useText(channelsText)
  const f = useFormats()
  const warned = bad.includes(c.state) || c.silent
  return (
    <Group gap="sm" className={classes.foreign}>
      <Text size="sm" fw={500}><bdi>{c.name}</bdi></Text>
      <Text size="sm" c="dimmed"><bdi>{c.external_id}</bdi></Text>
      <Badge variant="light" tt="none" color={warned ? 'red.9' : 'teal.9'}>{c.silent ? t('silent') : t(`state.${c.state}`)}</Badge>
      <Text size="sm" c="dimmed">{c.last_event_at ? t('lastEvent', { ago: f.ago(c.last_event_at, Date.now()) }) : t('noEvent')}</Text>
      {c.reason && <Text size="sm">{c.reason}</Text>}
      {c.quota && <Text size="sm" c="dimmed">{t('quota', { left: c.quota.left, limit: c.quota.limit })}</Text>}
      {c.gap_from && !c.gap_filled_at && <Text size="sm" c="dimmed">{t('gap', { from: f.moment(c.gap_from) })}</Text>}
    </Group>
  )
}
