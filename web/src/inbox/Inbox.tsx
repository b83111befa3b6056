// The inbox: list, item and context side by side; on a phone one after the other.
import { Drawer } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useCallback, useMemo, useState } from 'react'
import { useLocation, useRoute, useSearch } from 'wouter'
import type { GroupBody, Queue } from '../api/types'
import { useText } from '../text/useText'
import { useCommand } from '../shell/commands'
import { BulkBar } from './BulkBar'
import { ContextPane } from './ContextPane'
import { Detail } from './Detail'
import { Filters } from './Filters'
import { readWish, type Wish, writeWish } from './filter'
import classes from './Inbox.module.css'
import { List } from './List'
import { groupKey, rowsOf, useList, useMembers } from './list'
import { NextBest } from './NextBest'
import { Nothing } from './Nothing'
import { inboxText } from './text'
import { useLiveList } from './useLiveList'
import { useUndo } from './undo'

export function Inbox({ queue, base }: { queue: Queue; base: string }) {
  const t = useText(inboxText)
  const search = useSearch()
  const [, params] = useRoute<{ id?: string }>(`${base}/:id?`)
  const [, navigate] = useLocation()
  const wish = useMemo(() => readWish(queue, search), [queue, search])
  const [opened, setOpened] = useState<ReadonlyMap<string, GroupBody>>(new Map())
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set())
  const [aside, setAside] = useState(false)
  const narrow = useMediaQuery('(max-width: 75em)', false, { getInitialValueInEffect: false })
  const chosen = params?.id
  const undo = useUndo()

  const list = useList(queue, wish)
  const openGroups = useMemo(() => [...opened.values()], [opened])
  const members = useMembers(queue, wish, openGroups)
  useLiveList(queue, wish)
  const rows = useMemo(
    () => rowsOf(list.data, queue, wish, key => opened.has(key), group => {
      const n = openGroups.findIndex(g => groupKey(g) === groupKey(group))
      return members[n]?.data?.items ?? []
    }),
    [list.data, queue, wish, opened, openGroups, members],
  )

  const address = useCallback((id: string | undefined, next: Wish = wish) => {
    const query = writeWish(queue, next)
    return base + (id ? `/${id}` : '') + (query ? `?${query}` : '')
  }, [base, queue, wish])
  const choose = useCallback((id: string | undefined) => navigate(address(id), { replace: id !== undefined && chosen !== undefined }), [navigate, address, chosen])
  const setWish = useCallback((next: Wish) => { setOpened(new Map()); setPicked(new Set()); navigate(address(chosen, next), { replace: true }) }, [navigate, address, chosen])

  /** After a deed the next item stands ready, as in a letter tray. */
  const step = useCallback((by: 1 | -1, from = chosen) => {
    const at = rows.findIndex(row => row.kind !== 'more' && row.item.id === from && !(row.kind === 'group' && row.opened))
    for (let n = at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by; n >= 0 && n < rows.length; n += by) {
      const row = rows[n]
      if (row && row.kind !== 'more' && !(row.kind === 'group' && row.opened)) return row.item.id
    }
    return undefined
  }, [rows, chosen])
  const advance = useCallback((from: string) => choose(step(1, from) ?? step(-1, from)), [choose, step])
  const toggle = useCallback((group: GroupBody) => setOpened(old => {
    const next = new Map(old)
    if (!next.delete(groupKey(group))) next.set(groupKey(group), group)
    return next
  }), [])
  const pick = useCallback((ids: string[], on: boolean) => setPicked(old => {
    const next = new Set(old)
    for (const id of ids) if (on) next.add(id); else next.delete(id)
    return next
  }), [])

  const go = (by: 1 | -1) => { const id = step(by); if (id) choose(id) }
  const row = rows.find(r => r.kind !== 'more' && r.item.id === chosen)
  const group = t('keys.list')
  useCommand({ id: 'next', label: t('keys.next'), group, keys: ['j', 'arrowdown'], run: () => go(1) })
  useCommand({ id: 'previous', label: t('keys.previous'), group, keys: ['k', 'arrowup'], run: () => go(-1) })
  useCommand({ id: 'toggle', label: t('keys.toggle'), group, keys: ['o', 'enter'], disabled: row?.kind !== 'group', run: () => row?.kind === 'group' && toggle(row.group) })
  useCommand({ id: 'pick', label: t('keys.select'), group, keys: ['x'], disabled: !chosen, run: () => chosen && pick([chosen], !picked.has(chosen)) })
  useCommand({ id: 'undo', label: t('undo'), group: t('keys.item'), keys: ['u', 'z'], run: () => void undo() })
  useCommand({ id: 'context', label: t('context'), group, keys: ['i'], disabled: !narrow || !chosen, run: () => setAside(true) })
  useCommand({ id: 'leave', label: t('back'), group, keys: ['escape'], quiet: true, disabled: !chosen && picked.size === 0, run: () => (picked.size ? setPicked(new Set()) : choose(undefined)) })

  const context = chosen && <ContextPane key={chosen} id={chosen} queue={queue} />
  return (
    <div className={classes.inbox} data-reading={chosen !== undefined || undefined}>
      <section className={classes.list} aria-label={t('list')}>
        <Filters queue={queue} wish={wish} onChange={setWish} extra={<NextBest queue={queue} onItem={choose} />} />
        {picked.size > 0 && <BulkBar queue={queue} ids={[...picked]} onDone={() => setPicked(new Set())} />}
        <List
          queue={queue} wish={wish} rows={rows} list={list} chosen={chosen} picked={picked} onChoose={choose} onToggle={toggle} onPick={pick} onWish={setWish}
        />
      </section>
      <section className={classes.detail} aria-label={t('detail')}>
        {chosen ? (
          <Detail key={chosen} id={chosen} queue={queue} onDone={advance} onBack={() => choose(undefined)} onContext={narrow ? () => setAside(true) : undefined} preload={step(1)} />
        ) : (
          <Nothing />
        )}
      </section>
      {narrow ? (
        <Drawer opened={aside && chosen !== undefined} onClose={() => setAside(false)} title={t('context')} position="right" size="sm" padding={0} classNames={{ header: classes.drawer }}>
          {context}
        </Drawer>
      ) : (
        <aside className={classes.context} aria-label={t('context')}>{context}</aside>
      )}
    </div>
  )
}
