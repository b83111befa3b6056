import { Button, Group, Text } from '@mantine/core'
import type { DetailBody } from '../api/types'
import { useCommand } from '../shell/commands'
import { useText } from '../text/useText'
import type { Action } from './actions'
import classes from './Receipt.module.css'
import { inboxText } from './text'
import { useTaxonomy } from './useTaxonomy'

/** Question asks the one thing that an unsure item needs to know; the answer teaches. */
export function Question({ item, act }: { item: DetailBody; act(action: Action): void }) {
  const t = useText(inboxText)
  const w = useTaxonomy()
  const other = item.queue === 'smm' ? 'cm' : 'smm'
  const yes = () => act({ verb: 'correct', label: { queue: item.queue } })
  const no = () => act({ verb: 'correct', label: { queue: other } })
  useCommand({ id: 'yes', label: t('ask.yes'), group: t('keys.item'), keys: ['y'], run: yes })
  useCommand({ id: 'no', label: t('ask.no'), group: t('keys.item'), keys: ['shift+y'], run: no })
  return (
    <div className={classes.question} role="group" aria-label={t('ask.title')}>
      <Text size="sm">{t('ask.title')}</Text>
      <Text fw={600}>{t(`ask.queue.${item.queue}`)}</Text>
      <Group gap="xs" mt={6}>
        <Button size="compact-sm" onClick={yes}>{t('ask.yes')}</Button>
        <Button size="compact-sm" variant="default" onClick={no} title={w('queue', other)}>{t('ask.no')}</Button>
      </Group>
    </div>
  )
}
