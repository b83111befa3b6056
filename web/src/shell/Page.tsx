// A page that is read from top to bottom, other than the inbox with its panes.
import { Group, Stack, Text, Title } from '@mantine/core'
import { type ReactNode, useEffect } from 'react'
import classes from './Page.module.css'

interface Props {
  title: ReactNode
  /** Title of the tab, for pages that are no room of their own. */
  tab?: string
  lead?: ReactNode
  /** What stands at the end of the title's line. */
  extra?: ReactNode
  children: ReactNode
}

export function Page({ title, tab, lead, extra, children }: Props) {
  useEffect(() => {
    if (tab) document.title = `${tab} · Triage`
  }, [tab])
  return (
    <div className={classes.page}>
      <Stack gap="md" className={classes.width}>
        <Group justify="space-between" align="flex-end" gap="sm">
          <div className={classes.head}>
            <Title order={2} size="h3">{title}</Title>
            {lead && <Text size="sm" c="dimmed">{lead}</Text>}
          </div>
          {extra}
        </Group>
        {children}
      </Stack>
    </div>
  )
}
