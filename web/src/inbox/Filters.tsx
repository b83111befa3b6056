import { ActionIcon, Button, Group, Menu, Pill, SegmentedControl, TextInput } from '@mantine/core'
import { type FormEvent, type ReactNode, useRef, useState } from 'react'
import type { ListFilter, Queue } from '../api/types'
import { useCommand } from '../shell/commands'
import { FilterIcon, SearchIcon } from '../shell/icons'
import { useText } from '../text/useText'
import { words } from '../words'
import { type Grouping, groupings, isFiltered, type Wish } from './filter'
import classes from './Filters.module.css'
import { inboxText } from './text'
import { useTaxonomy } from './useTaxonomy'
import { Views } from './Views'

interface Props {
  queue: Queue
  wish: Wish
  onChange(wish: Wish): void
  extra: ReactNode
}

const namesOf = (kind: string) => Object.keys(words.en).filter(k => new RegExp(`^${kind}\\.\\w+$`).test(k)).map(k => k.slice(kind.length + 1))

/** choices of the menu: field, kind of its words. */
const choices = [
  ['priority', 'priority'], ['intent', 'intent'], ['sentiment', 'sentiment'], ['risk', 'risk'], ['status', 'status'],
] as const

/** Filters say what the list shows: as what, and what is left out, each filter a chip. */
export function Filters({ queue, wish, onChange, extra }: Props) {
  const t = useText(inboxText)
  const chips = useChips(wish.filter, filter => onChange({ ...wish, filter }))
  const [words, setWords] = useState(wish.filter.q ?? '')
  const field = useRef<HTMLInputElement>(null)
  useCommand({ id: 'words', label: t('filter.search'), group: t('keys.list'), keys: ['f'], run: () => field.current?.focus() })
  function search(event: FormEvent) {
    event.preventDefault()
    onChange({ ...wish, filter: { ...wish.filter, q: words.trim() || undefined } })
  }
  const groupName = (g: Grouping) => (g === 'thread' && queue === 'cm' ? t('group.threads') : t(`group.${g}`))
  return (
    <div className={classes.filters}>
      <Group gap={6} wrap="nowrap" justify="space-between">
        <SegmentedControl
          size="xs" aria-label={t('group.label')} value={wish.group} onChange={group => onChange({ ...wish, group: group as Grouping })}
          data={groupings[queue].map(g => ({ value: g, label: groupName(g) }))}
        />
        {extra}
      </Group>
      <Group gap={6} wrap="nowrap">
        <form onSubmit={search} className={classes.search}>
          <TextInput ref={field} size="xs" type="search" maxLength={200} aria-label={t('filter.search')} placeholder={t('filter.search')} leftSection={<SearchIcon size={14} />} value={words} onChange={e => setWords(e.currentTarget.value)} onKeyDown={e => e.key === 'Escape' && field.current?.blur()} />
        </form>
        <FilterMenu filter={wish.filter} onChange={filter => onChange({ ...wish, filter })} />
        <Views queue={queue} wish={wish} onChange={onChange} />
      </Group>
      {chips.length > 0 && (
        <Group gap={4}>
          {chips.map(chip => (
            <Pill key={chip.key} size="sm" withRemoveButton removeButtonProps={{ 'aria-label': t('filter.remove', { name: chip.label }), 'aria-hidden': false, tabIndex: 0 }} onRemove={chip.remove}>
              <bdi>{chip.label}</bdi>
            </Pill>
          ))}
          {chips.length > 1 && isFiltered(wish.filter) && <Button size="compact-xs" variant="subtle" onClick={() => { setWords(''); onChange({ ...wish, filter: {} }) }}>{t('list.clear')}</Button>}
        </Group>
      )}
    </div>
  )
}

function FilterMenu({ filter, onChange }: { filter: ListFilter; onChange(filter: ListFilter): void }) {
  const t = useText(inboxText)
  const w = useTaxonomy()
  function toggle(field: (typeof choices)[number][0], value: string) {
    const now = (filter[field] ?? []) as string[]
    const next = now.includes(value) ? now.filter(v => v !== value) : [...now, value]
    onChange({ ...filter, [field]: next.length ? next : undefined })
  }
  return (
    <Menu closeOnItemClick={false} position="bottom-end" withinPortal keepMounted={false}>
      <Menu.Target>
        <ActionIcon variant="default" size="input-xs" aria-label={t('filter.add')} title={t('filter.add')}><FilterIcon size={16} /></ActionIcon>
      </Menu.Target>
      <Menu.Dropdown className={classes.menu} aria-label={t('filter.add')}>
        <Menu.Label>{t('filter.assignee')}</Menu.Label>
        {(['me', 'none'] as const).map(who => (
          <Entry key={who} on={filter.assignee === who} label={t(`assignee.${who}`)} onToggle={() => onChange({ ...filter, assignee: filter.assignee === who ? undefined : who })} />
        ))}
        <Menu.Label>{t('filter.unsure')}</Menu.Label>
        <Entry on={filter.unsure === 'true'} label={t('unsure.true')} onToggle={() => onChange({ ...filter, unsure: filter.unsure === 'true' ? undefined : 'true' })} />
        {choices.map(([field, kind]) => (
          <div key={field} role="none">
            <Menu.Label>{t(`filter.${field}`)}</Menu.Label>
            {namesOf(kind).map(name => (
              <Entry key={name} on={((filter[field] ?? []) as string[]).includes(name)} label={w(kind, name)} onToggle={() => toggle(field, name)} />
            ))}
          </div>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

function Entry({ on, label, onToggle }: { on: boolean; label: string; onToggle(): void }) {
  return <Menu.CheckboxItem checked={on} onChange={onToggle}>{label}</Menu.CheckboxItem>
}

interface Chip {
  key: string
  label: string
  remove(): void
}

function useChips(filter: ListFilter, onChange: (filter: ListFilter) => void): Chip[] {
  const t = useText(inboxText)
  const w = useTaxonomy()
  const out: Chip[] = []
  for (const [field, kind] of [...choices, ['language', 'language'], ['platform', 'platform']] as const) {
    for (const value of filter[field] ?? []) {
      const left = ((filter[field] ?? []) as string[]).filter(v => v !== value)
      out.push({ key: `${field}.${value}`, label: w(kind, value), remove: () => onChange({ ...filter, [field]: left.length ? left : undefined }) })
    }
  }
  for (const field of ['assignee', 'unsure', 'q', 'thread', 'author', 'wave', 'channel', 'from', 'to'] as const) {
    const value = filter[field]
    if (!value) continue
    let label = t(`filter.${field}`)
    if (field === 'assignee' && (value === 'me' || value === 'none')) label = t(`assignee.${value}`)
    if (field === 'unsure') label = t(`unsure.${value as 'true'}`)
    if (field === 'q') label = `“${value}”`
    out.push({ key: field, label, remove: () => onChange({ ...filter, [field]: undefined }) })
  }
  return out
}
