import { Button, Group, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, must } from '../api/client'
import type { DetailBody } from '../api/types'
import { EyeIcon } from '../shell/icons'
import { useText } from '../text/useText'
import classes from './Detail.module.css'
import { pieces } from './highlight'
import { inboxText } from './text'

/** CommentText is what somebody wrote, as text and nothing else, with the quoted words marked. */
export function CommentText({ item }: { item: DetailBody }) {
  const t = useText(inboxText)
  const queries = useQueryClient()
  const e = item.engagement
  const uncover = useMutation({
    mutationFn: () => must(api.POST('/v1/items/{id}/uncover', { params: { path: { id: item.id } } })),
    onSuccess: shown => queries.setQueryData(['uncovered', item.id], shown.engagement.text),
  })
  const shown = queries.getQueryData<string>(['uncovered', item.id])
  const evidence = item.receipt.current && !e.covered ? item.receipt.evidence : []
  const parts = useMemo(() => pieces(shown ?? e.text, evidence), [shown, e.text, evidence])
  return (
    <div className={classes.comment}>
      <blockquote className={classes.quote} dir="auto" lang={e.language === 'und' ? undefined : e.language} data-covered={(e.covered && !shown) || undefined} data-testid="comment">
        {parts.map((part, n) => (part.why ? <mark key={n} className={classes.mark} data-why={part.why}>{part.text}</mark> : <span key={n}>{part.text}</span>))}
      </blockquote>
      {e.covered && !shown && (
        <Group gap="sm" mt="sm">
          <Button size="xs" variant="default" leftSection={<EyeIcon size={16} />} loading={uncover.isPending} onClick={() => uncover.mutate()}>{t('uncover')}</Button>
          <Text size="xs" c="dimmed">{t('uncover.why')}</Text>
        </Group>
      )}
    </div>
  )
}
