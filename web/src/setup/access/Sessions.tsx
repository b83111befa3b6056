import { Badge, Button, Table, VisuallyHidden } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api, must } from '../../api/client'
import { useFormats } from '../../format'
import { useText } from '../../text/useText'
import { Asked, Part, useChange } from '../parts'
import classes from '../Setup.module.css'
import { accessText } from './text'

/** browserOf says of a browser's own name what a person would. */
export function browserOf(agent: string): string {
  const browser = /Edg|OPR|Firefox|Chrome|Safari/.exec(agent)?.[0]
  const system = /Android|iPhone|iPad|Windows|Mac OS X|Linux/.exec(agent)?.[0]
  const known = { Edg: 'Edge', OPR: 'Opera' }[browser ?? ''] ?? browser
  return known && system ? `${known}, ${system}` : agent.slice(0, 80)
}

export function Sessions() {
  const t = useText(accessText)
  const f = useFormats()
  const sessions = useQuery({ queryKey: ['sessions'], queryFn: async () => (await must(api.GET('/v1/sessions'))).sessions ?? [] })
  const end = useChange((id: string) => api.DELETE('/v1/sessions/{id}', { params: { path: { id } } }), [['sessions']], t('ended'))
  return (
    <Part title={t('sessions')} lead={t('sessionsLead')}>
      <Asked query={sessions}>{found => (
        <div className={classes.wide} tabIndex={0} role="group" aria-label={t('sessions')}>
          <Table>
            <Table.Thead><Table.Tr><Table.Th>{t('browser')}</Table.Th><Table.Th>{t('since')}</Table.Th><Table.Th>{t('used')}</Table.Th><Table.Th><VisuallyHidden>{t('actions')}</VisuallyHidden></Table.Th></Table.Tr></Table.Thead>
            <Table.Tbody>
              {found.map(session => (
                <Table.Tr key={session.id}>
                  <Table.Td className={classes.foreign}>{browserOf(session.agent)} {session.current && <Badge size="xs" variant="default" tt="none">{t('this')}</Badge>}</Table.Td>
                  <Table.Td>{f.moment(session.created_at)}</Table.Td>
                  <Table.Td>{f.moment(session.last_used_at)}</Table.Td>
                  <Table.Td ta="end">{!session.current && <Button size="compact-xs" variant="default" onClick={() => end.mutate(session.id)} aria-label={t('endOf', { agent: browserOf(session.agent) })}>{t('end')}</Button>}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}</Asked>
    </Part>
  )
}
