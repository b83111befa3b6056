// The last deed can be taken back for a minute, by a click or by U.
import { Button, Group, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { api, must } from '../api/client'
import { isProblem } from '../api/problem'
import { useText } from '../text/useText'
import { inboxText } from './text'

let last: { id: string; notice: string } | null = null

/** hasUndo reports whether there is anything to take back. */
export function hasUndo(): boolean {
  return last !== null
}

export function useUndo(): (id?: string) => Promise<void> {
  const queries = useQueryClient()
  const t = useText(inboxText)
  return useCallback(async (id = last?.id) => {
    if (!id) {
      notifications.show({ message: t('undo.none') })
      return
    }
    if (last?.id === id) {
      notifications.hide(last.notice)
      last = null
    }
    try {
      const { restored, changed } = await must(api.POST('/v1/undo/{id}', { params: { path: { id } } }))
      notifications.show({ message: changed.length ? t('undo.partly', { n: changed.length }) : t('undo.done', { n: restored.length }) })
    } catch (error) {
      notifications.show({ color: 'red.9', title: t('notDone'), message: isProblem(error) && error.title ? error.title : t('why.other'), role: 'alert' })
    }
    for (const key of ['list', 'members', 'item', 'queues']) void queries.invalidateQueries({ queryKey: [key] })
  }, [queries, t])
}

/** offerUndo says what was done, with the way back beside it. */
export function offerUndo(id: string | null, done: string, label: string, undo: (id: string) => void) {
  const notice = notifications.show({
    autoClose: 8000,
    message: (
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm">{done}</Text>
        {id && <Button size="compact-sm" variant="light" onClick={() => undo(id)}>{label} (U)</Button>}
      </Group>
    ),
  })
  if (id) last = { id, notice }
}
