import { Button, Checkbox, Loader, Stack, Text } from '@mantine/core'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef } from 'react'
import type { GroupBody, Queue } from '../api/types'
import { useText } from '../text/useText'
import { isFiltered, type Wish } from './filter'
import { GroupRow } from './GroupRow'
import { ItemRow } from './ItemRow'
import classes from './List.module.css'
import { memberWish, type Row, type useList } from './list'
import { inboxText } from './text'
import { useNow } from './useNow'

interface Props {
  queue: Queue
  wish: Wish
  rows: Row[]
  list: ReturnType<typeof useList>
  chosen: string | undefined
  picked: ReadonlySet<string>
  onChoose(id: string): void
  onToggle(group: GroupBody): void
  onPick(ids: string[], on: boolean): void
  onWish(wish: Wish): void
}

const guess = { group: 92, item: 84, more: 44 } // px, until measured

export function List({ queue, wish, rows, list, chosen, picked, onChoose, onToggle, onPick, onWish }: Props) {
  const t = useText(inboxText)
  const now = useNow()
  const box = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: n => guess[rows[n]?.kind ?? 'item'],
    getItemKey: n => `${rows[n]?.kind}${rows[n]?.key ?? n}`,
    overscan: 6,
  })
  const shown = virtual.getVirtualItems()
  const lastShown = shown.at(-1)?.index ?? 0
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list
  useEffect(() => {
    if (lastShown >= rows.length - 15 && hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [lastShown, rows.length, hasNextPage, isFetchingNextPage, fetchNextPage])

  const at = rows.findIndex(row => row.kind !== 'more' && row.item.id === chosen)
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: 'auto' })
    // Only when somebody moves on, not when the list moves below them.
  }, [chosen])

  if (list.isPending) return <Stack align="center" p="xl"><Loader size="sm" aria-label={t('list.loading')} /></Stack>
  if (list.isError && rows.length === 0) {
    return (
      <Stack align="center" p="xl" role="alert">
        <Text>{t('list.failed')}</Text>
        <Button variant="default" onClick={() => void list.refetch()}>{t('list.retry')}</Button>
      </Stack>
    )
  }
  if (rows.length === 0) return <Empty queue={queue} wish={wish} onWish={onWish} />
  return (
    <div ref={box} className={classes.scroll} role="list" aria-label={t('list')} tabIndex={-1}>
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }} role="presentation">
        {shown.map(one => {
          const row = rows[one.index]
          if (!row) return null
          return (
            <div
              key={one.key} data-index={one.index} ref={virtual.measureElement} className={classes.place} role="listitem"
              aria-setsize={hasNextPage ? -1 : rows.length} aria-posinset={one.index + 1} style={{ transform: `translateY(${one.start}px)` }}
            >
              {row.kind === 'more' ? (
                <Button variant="subtle" fullWidth onClick={() => onWish(memberWish(wish, row.group))}>{t('list.more', { n: row.group.count })}</Button>
              ) : row.kind === 'group' ? (
                <GroupRow group={row.group} queue={queue} opened={row.opened} chosen={row.item.id === chosen && !row.opened} now={now} onChoose={onChoose} onToggle={onToggle} />
              ) : (
                <ItemRow
                  item={row.item} within={row.within} chosen={row.item.id === chosen} now={now} onChoose={onChoose}
                  pick={<Checkbox size="xs" aria-label={t('select')} checked={picked.has(row.item.id)} onChange={e => onPick([row.item.id], e.currentTarget.checked)} />}
                />
              )}
            </div>
          )
        })}
      </div>
      <Text size="sm" c="dimmed" ta="center" p="sm">{hasNextPage ? t('list.loading') : t('list.end')}</Text>
    </div>
  )
}

function Empty({ queue, wish, onWish }: Pick<Props, 'queue' | 'wish' | 'onWish'>) {
  const t = useText(inboxText)
  const filtered = isFiltered(wish.filter)
  return (
    <Stack align="center" p="xl" gap="xs" ta="center">
      <Text fw={600}>{filtered ? t('list.emptyFiltered') : t('list.empty')}</Text>
      {filtered ? (
        <Button variant="default" onClick={() => onWish({ ...wish, filter: {} })}>{t('list.clear')}</Button>
      ) : (
        <Text c="dimmed" size="sm">{wish.group === 'wave' ? t('list.waves') : t(`list.emptyWhy.${queue}`)}</Text>
      )}
    </Stack>
  )
}
