// A wave is answered as one: what is done here is done to all of it that is live, but for
// those that need an answer of their own.
import { Button, Group, Text, Title } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useLocation } from 'wouter'
import { api, must } from '../../api/client'
import type { DetailBody } from '../../api/types'
import { useFormats } from '../../format'
import { useSession } from '../../session/Session'
import { WaveIcon } from '../../shell/icons'
import { useText } from '../../text/useText'
import { whyNot } from '../actions'
import { BulkActions } from '../BulkActions'
import classes from '../Detail.module.css'
import { inboxText } from '../text'
import { waveText } from './text'

/** WavePanel shows the wave of an item and what can be done with all of it. */
export function WavePanel({ id, item }: { id: string; item: DetailBody }) {
  const t = useText(waveText)
  const f = useFormats()
  const { works } = useSession()
  const [place, navigate] = useLocation()
  const { data: wave } = useQuery({ queryKey: ['wave', id], queryFn: () => must(api.GET('/v1/waves/{id}', { params: { path: { id } } })), staleTime: 10_000 })
  if (!wave) return null
  return (
    <section className={classes.wave} aria-label={t('title')}>
      <Title order={3} size="h6"><WaveIcon size={16} /> {t('how', { n: wave.count })}</Title>
      <Text size="sm" c="dimmed">
        {[t('live', { n: f.number(wave.live) }), t('people', { n: wave.authors }), wave.outliers > 0 && t('apart', { n: wave.outliers })].filter(Boolean).join(' · ')}
      </Text>
      {item.wave_outlier && <Text size="sm">{t('self')}</Text>}
      {works(item.queue) && wave.live > 0 && (
        <Group gap={6} mt="xs" role="toolbar" aria-label={t('actions')}>
          <BulkActions queue={item.queue} target={{ wave: id }} onDone={() => {}} />
        </Group>
      )}
      <Group gap={6} mt="xs">
        <Button size="compact-sm" variant="subtle" onClick={() => navigate(`${place.split('/').slice(0, 2).join('/')}?group=none&wave=${id}`)}>{t('show')}</Button>
        {works(item.queue) && <Bounds id={id} item={item} open={wave.state === 'open'} />}
      </Group>
    </section>
  )
}

/** Bounds say what belongs to a wave, and whether more may. */
function Bounds({ id, item, open }: { id: string; item: DetailBody; open: boolean }) {
  const t = useText(waveText)
  const i = useText(inboxText)
  const queries = useQueryClient()
  const params = { path: { id } }
  const change = useMutation({
    mutationFn: (verb: 'left' | 'closed') => (verb === 'left' ? api.POST('/v1/waves/{id}/release', { params, body: { item: item.id } }) : api.POST('/v1/waves/{id}/close', { params })).then(() => verb),
    onSuccess: verb => {
      notifications.show({ message: t(verb) })
      for (const key of ['wave', 'item', 'list', 'members']) void queries.invalidateQueries({ queryKey: [key] })
    },
    onError: error => notifications.show({ color: 'red.9', title: i('notDone'), message: whyNot(error, i), role: 'alert' }),
  })
  return (
    <>
      <Button size="compact-sm" variant="subtle" onClick={() => change.mutate('left')}>{t('leave')}</Button>
      {open && <Button size="compact-sm" variant="subtle" onClick={() => change.mutate('closed')}>{t('close')}</Button>}
    </>
  )
}
