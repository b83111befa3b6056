import { Anchor, Group, Text } from '@mantine/core'
import { Link } from 'wouter'
import { itemHref, likeHref, personHref, postHref } from '../addresses'
import type { ItemBody } from '../api/types'
import { useFormats } from '../format'
import { authorName } from '../inbox/ItemRow'
import { useTaxonomy } from '../inbox/useTaxonomy'
import { platformName } from '../platforms'
import { useText } from '../text/useText'
import classes from './Page.module.css'
import { shellText } from './text'

/** Said is what somebody said, with the ways from there. */
export function Said({ item, who = false }: { item: ItemBody; who?: boolean }) {
  const t = useText(shellText)
  const f = useFormats()
  const w = useTaxonomy()
  const e = item.engagement
  return (
    <article className={classes.said}>
      <Text size="xs" c="dimmed">
        {who && e.author?.id && <><Anchor component={Link} href={personHref(e.author.id)} size="xs" underline="always"><bdi>{authorName(item, t('noName'))}</bdi></Anchor> · </>}
        {platformName(e.platform)} · {f.moment(e.received_at)} · {w('intent', item.intent)} · {w('sentiment', item.sentiment)} · {w('status', item.status)}
        {item.assignee && <> · <bdi>{item.assignee.name}</bdi></>}
      </Text>
      <Text dir="auto" className={classes.text} fs={e.covered ? 'italic' : undefined}>{e.text}</Text>
      <Group gap="sm">
        <Anchor component={Link} href={itemHref(item)} size="sm" underline="always">{t('openItem')}</Anchor>
        <Anchor component={Link} href={likeHref(item.id)} size="sm" underline="always">{t('likeThis')}</Anchor>
        {!who && e.thread?.id && <Anchor component={Link} href={postHref(e.thread.id)} size="sm" underline="always">{t('thePost')}</Anchor>}
      </Group>
    </article>
  )
}
