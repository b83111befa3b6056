import { Alert, List, Text } from '@mantine/core'
import type { MateBody, TeamOutputBody } from '../api/types'
import { useFormats } from '../format'
import { useTaxonomy } from '../inbox/useTaxonomy'
import { AlertIcon } from '../shell/icons'
import { useText } from '../text/useText'
import { teamText } from './text'

const most = 6

/** Alerts are what the team ought to know of: too much, nobody there, too heavy. */
export function Alerts({ alerts, people }: { alerts: TeamOutputBody['alerts']; people: MateBody[] }) {
  const t = useText(teamText)
  const f = useFormats()
  const w = useTaxonomy()
  if (alerts.length === 0) return null
  return (
    <Alert variant="default" icon={<AlertIcon />} title={t('alerts')}>
      <List size="sm" spacing={2}>
        {alerts.slice(0, most).map(alert => (
          <List.Item key={alert.at + alert.cause + alert.subject}>
            {t(`alert.${alert.cause}`, { name: people.find(p => p.id === alert.subject)?.name ?? '' })}
            <Text span size="sm" c="dimmed"> {(alert.subject === 'smm' || alert.subject === 'cm') && `${w('queue', alert.subject)} · `}{f.clock(alert.at)}</Text>
          </List.Item>
        ))}
      </List>
    </Alert>
  )
}
