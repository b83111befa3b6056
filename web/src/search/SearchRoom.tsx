// Search through everything that was ever said.
import { Alert, Button, Group, Loader, SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { useLocation, useSearch } from 'wouter'
import { itemHref, likeHref } from '../addresses'
import { api, must } from '../api/client'
import { itemQuery } from '../inbox/Detail'
import { useTaxonomy } from '../inbox/useTaxonomy'
import { useCommand } from '../shell/commands'
import { SearchIcon } from '../shell/icons'
import { Page } from '../shell/Page'
import { useText } from '../text/useText'
import { words } from '../words'
import { HitRow } from './HitRow'
import classes from './Search.module.css'
import { searchText } from './text'
import { filterOf, modes, readSearch, type SearchWish, states, writeSearch } from './wish'

const limit = 25

function useHits(wish: SearchWish) {
  return useInfiniteQuery({
    queryKey: ['search', wish],
    queryFn: ({ pageParam }) => {
      const query = { ...filterOf(wish), limit, ...(pageParam && { cursor: pageParam }) }
      if (wish.like) return must(api.GET('/v1/items/{id}/similar', { params: { path: { id: wish.like }, query } }))
      return must(api.GET('/v1/engagements', { params: { query: { ...query, mode: wish.mode, ...(wish.q && { q: wish.q }) } } }))
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: page => page.next_cursor ?? undefined,
    staleTime: 30_000,
  })
}

const namesOf = (kind: string) => Object.keys(words.en).filter(k => new RegExp(`^${kind}\\.\\w+$`).test(k)).map(k => k.slice(kind.length + 1))

export default function SearchRoom() {
  const t = useText(searchText)
  const [, navigate] = useLocation()
  const wish = readSearch(useSearch())
  const found = useHits(wish)
  const hits = found.data?.pages.flatMap(page => page.hits) ?? []
  const [chosen, setChosen] = useState<string>()
  const at = hits.findIndex(hit => hit.item.id === chosen)
  const go = (by: 1 | -1) => setChosen(hits[Math.min(hits.length - 1, Math.max(0, at < 0 ? 0 : at + by))]?.item.id)
  const current = hits[at]?.item
  const group = t('title')
  useCommand({ id: 'next', label: t('next'), group, keys: ['j', 'arrowdown'], run: () => go(1) })
  useCommand({ id: 'previous', label: t('previous'), group, keys: ['k', 'arrowup'], run: () => go(-1) })
  useCommand({ id: 'open', label: t('open'), group, keys: ['o', 'enter'], disabled: !current, run: () => current && navigate(itemHref(current)) })
  useCommand({ id: 'like', label: t('like'), group, keys: ['l'], disabled: !current, run: () => current && navigate(likeHref(current.id)) })
  const first = found.data?.pages[0]
  return (
    <Page title={wish.like ? t('like') : t('title')} lead={wish.like ? t('likeLead') : t('lead')}>
      {wish.like ? <Like id={wish.like} onNew={() => navigate('/search')} /> : <Words key={wish.q} wish={wish} onChange={next => navigate(`/search?${writeSearch(next)}`)} />}
      <Narrow wish={wish} onChange={next => navigate(`/search?${writeSearch(next)}`, { replace: true })} />
      {first?.degraded && <Alert color="yellow" variant="outline">{first.degraded}</Alert>}
      <section aria-label={first?.mode === 'newest' ? t('newest') : t('found')} aria-busy={found.isFetching}>
        {found.isPending && <Loader size="sm" aria-label={t('loading')} />}
        {found.isError && (
          <Alert color="gray" role="alert">{t('failed')} <Button size="xs" variant="default" onClick={() => void found.refetch()}>{t('retry')}</Button></Alert>
        )}
        {found.data && hits.length === 0 && <Text c="dimmed" role="status">{t('none')}</Text>}
        <ul className={classes.hits}>
          {hits.map(hit => <HitRow key={hit.item.id} hit={hit} chosen={hit.item.id === chosen} onChoose={setChosen} />)}
        </ul>
        {found.hasNextPage && <Button mt="sm" variant="default" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>{t('more')}</Button>}
      </section>
    </Page>
  )
}

function Words({ wish, onChange }: { wish: SearchWish; onChange(wish: SearchWish): void }) {
  const t = useText(searchText)
  const [q, setQ] = useState(wish.q)
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => { if (!wish.q) field.current?.focus() }, [wish.q])
  useCommand({ id: 'words', label: t('focus'), group: t('title'), keys: ['f'], run: () => field.current?.focus() })
  function search(event: FormEvent) {
    event.preventDefault()
    onChange({ ...wish, q: q.trim() })
    field.current?.blur()
  }
  return (
    <form onSubmit={search} role="search">
      <Stack gap="xs">
        <Group gap="xs" align="flex-end" wrap="nowrap">
          <TextInput
            ref={field} className={classes.field} type="search" label={t('field')} maxLength={200} dir="auto" leftSection={<SearchIcon size={16} />} value={q}
            onChange={e => setQ(e.currentTarget.value)} onKeyDown={e => e.key === 'Escape' && field.current?.blur()}
          />
          <Button type="submit">{t('go')}</Button>
        </Group>
        <Text size="xs" c="dimmed">{t('hint')}</Text>
        <SegmentedControl className={classes.mode} size="xs" aria-label={t('mode')} value={wish.mode} onChange={mode => onChange({ ...wish, q: q.trim(), mode: mode as SearchWish['mode'] })} data={modes.map(m => ({ value: m, label: t(`mode.${m}`) }))} />
      </Stack>
    </form>
  )
}

/** Like is the comment whose like is shown. */
function Like({ id, onNew }: { id: string; onNew(): void }) {
  const t = useText(searchText)
  const { data: item } = useQuery(itemQuery(id))
  return (
    <div className={classes.like}>
      <Text dir="auto" className={classes.text}>{item?.engagement.text ?? '…'}</Text>
      <Button size="xs" variant="default" onClick={onNew}>{t('newSearch')}</Button>
    </div>
  )
}

function Narrow({ wish, onChange }: { wish: SearchWish; onChange(wish: SearchWish): void }) {
  const t = useText(searchText)
  const w = useTaxonomy()
  const choice = (field: 'intent' | 'sentiment', name: string) => (
    <Select
      size="xs" w={190} aria-label={name} allowDeselect={false} value={wish[field] ?? ''} onChange={value => onChange({ ...wish, [field]: value || undefined })}
      data={[{ value: '', label: `${name}: ${t('all')}` }, ...namesOf(field).map(value => ({ value, label: w(field, value) }))]}
    />
  )
  return (
    <Group gap="xs">
      {choice('intent', t('intent'))}
      {choice('sentiment', t('sentiment'))}
      <Select
        size="xs" w={160} aria-label={t('state')} allowDeselect={false} value={wish.status ?? ''} onChange={value => onChange({ ...wish, status: states.find(s => s === value) })}
        data={[{ value: '', label: `${t('state')}: ${t('all')}` }, ...states.map(value => ({ value, label: w('status', value) }))]}
      />
    </Group>
  )
}
