import { Button, Group, Text } from '@mantine/core'
import type { Queue } from '../api/types'
import { useText } from '../text/useText'
import { BulkActions } from './BulkActions'
import classes from './Filters.module.css'
import { inboxText } from './text'

/** BulkBar does the same to all items that were picked. */
export function BulkBar({ queue, ids, onDone }: { queue: Queue; ids: string[]; onDone(): void }) {
  const t = useText(inboxText)
  return (
    <Group gap={6} className={classes.bulk} role="toolbar" aria-label={t('selected', { n: ids.length })}>
      <Text size="sm" fw={600}>{t('selected', { n: ids.length })}</Text>
      <BulkActions queue={queue} target={{ ids }} onDone={onDone} />
      <Button size="compact-sm" variant="subtle" onClick={onDone}>{t('selected.none')}</Button>
    </Group>
  )
}
