import { Anchor, Group, Text } from '@mantine/core'
import { memo, useEffect, useRef } from 'react'
import { Link } from 'wouter'
import { itemHref, likeHref, personHref, postHref } from '../addresses'
import type { HitBody } from '../api/types'
import { useFormats } from '../format'
import { pieces } from '../inbox/highlight'
import { authorName } from '../inbox/ItemRow'
import { useTaxonomy } from '../inbox/useTaxonomy'
import { platformName } from '../platforms'
import { useText } from '../text/useText'
import classes from './Search.module.css'
import { searchText } from './text'

/** HitRow is one comment that was found: how, and what is near. */
export const HitRow = memo(function HitRow({ hit, chosen, onChoose }: { hit: HitBody; chosen: boolean; onChoose(id: string): void }) {
  const t = useText(searchText)
  const f = useFormats()
  const w = useTaxonomy()
  const row = useRef<HTMLLIElement>(null)
  useEffect(() => {
    if (chosen) row.current?.scrollIntoView({ block: 'nearest' })
  }, [chosen])
  const { item } = hit
  const e = item.engagement
  const likeness = hit.likeness && t(hit.likeness === 'like' ? 'like_' : hit.likeness)
  const how = [hit.found_by.includes('words') && t('words'), hit.found_by.includes('meaning') && `${t('meaning')} (${likeness})`].filter(Boolean).join(', ')
  return (
    <li ref={row} className={classes.hit} data-chosen={chosen || undefined} aria-current={chosen || undefined} onClick={() => onChoose(item.id)}>
      <Text size="xs" c="dimmed">
        {e.author?.id ? <Anchor component={Link} href={personHref(e.author.id)} size="xs" underline="always"><bdi>{authorName(item, t('noName'))}</bdi></Anchor> : t('noName')}
        {' · '}{platformName(e.platform)} · {f.moment(e.received_at)} · {w('intent', item.intent)} · {w('status', item.status)}{how && ` · ${how}`}
      </Text>
      <Text dir="auto" className={classes.text} fs={e.covered ? 'italic' : undefined}>
        {pieces(e.text, hit.highlights.map(h => ({ ...h, why: 'found', quote: '' }))).map((part, n) => (part.why ? <mark key={n} className={classes.mark}>{part.text}</mark> : <span key={n}>{part.text}</span>))}
      </Text>
      <Group gap="sm">
        <Anchor component={Link} href={itemHref(item)} size="sm" underline="always">{t('open')}</Anchor>
        <Anchor component={Link} href={likeHref(item.id)} size="sm" underline="always">{t('like')}</Anchor>
        {e.thread?.id && <Anchor component={Link} href={postHref(e.thread.id)} size="sm" underline="always">{t('post')}</Anchor>}
      </Group>
    </li>
  )
})
