import { Button, Loader, Text } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useText } from '../text/useText'
import classes from './Insight.module.css'
import { insightText } from './text'

/** Asked shows what the server answered, or that it has not yet, or could not. */
export function Asked<T>({ from, children }: { from: UseQueryResult<T>; children(data: T): ReactNode }) {
  const t = useText(insightText)
  if (from.data !== undefined) return <>{children(from.data)}</>
  return (
    <div className={classes.card}>
      {from.isError ? (
        <div role="alert">
          <Text size="sm">{t('failed')}</Text>
          <Button mt="xs" size="xs" variant="default" onClick={() => void from.refetch()}>{t('retry')}</Button>
        </div>
      ) : (
        <Loader size="sm" aria-label={t('loading')} />
      )}
    </div>
  )
}
