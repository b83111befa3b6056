import { Button, Table, VisuallyHidden } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api, must } from '../../api/client'
import { useFormats } from '../../format'
import { useText } from '../../text/useText'
import { Asked, Empty, Part, useChange } from '../parts'
import classes from '../Setup.module.css'
import { troubleText } from './text'

export function DeadWork() {
  const t = useText(troubleText)
  const f = useFormats()
  const dead = useQuery({ queryKey: ['dead'], queryFn: async () => (await must(api.GET('/v1/jobs/dead'))).jobs })
  const retry = useChange(({ id, kind }: { id: string; kind: string }) => api.POST('/v1/jobs/dead/{id}/retry', { params: { path: { id } }, body: { kind: kind === 'notice' ? 'notice' : 'judge' } }), [['dead']], t('retried'))
  const kindOf = (kind: string) => (kind === 'notice' ? t('kind.notice') : t('kind.judge'))
  return (
    <Part title={t('dead')} lead={t('deadLead')}>
      <Asked query={dead}>{found => (found.length === 0 ? <Empty>{t('noDead')}</Empty> : (
        <div className={classes.wide} tabIndex={0} role="group" aria-label={t('dead')}>
          <Table>
            <Table.Thead><Table.Tr><Table.Th>{t('when')}</Table.Th><Table.Th>{t('kind')}</Table.Th><Table.Th>{t('why')}</Table.Th><Table.Th><VisuallyHidden>{t('actions')}</VisuallyHidden></Table.Th></Table.Tr></Table.Thead>
            <Table.Tbody>
              {found.map(job => (
                <Table.Tr key={job.kind + job.id}>
                  <Table.Td>{f.moment(job.at)}</Table.Td>
                  <Table.Td>{kindOf(job.kind)}</Table.Td>
                  <Table.Td className={classes.foreign}>{job.reason} ({t('attempts', { n: job.attempts })})</Table.Td>
                  <Table.Td ta="end"><Button size="compact-xs" variant="default" onClick={() => retry.mutate(job)} aria-label={t('retryOf', { kind: kindOf(job.kind), at: f.moment(job.at) })}>{t('retry')}</Button></Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      ))}</Asked>
    </Part>
  )
}
