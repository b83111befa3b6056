import { Anchor, Button, Group, Text } from '@mantine/core'
import { Link } from 'wouter'
import { personHref } from '../addresses'
import { api } from '../api/client'
import type { AuthorPage } from '../api/types'
import { platformName } from '../platforms'
import { useSession } from '../session/Session'
import { useText } from '../text/useText'
import classes from './Person.module.css'
import { personText } from './text'
import { useDeed } from './useAuthor'

type Verb = 'confirm' | 'reject' | 'reset'

/** Links are accounts that may be the same person; people decide. */
export function Links({ id, links }: { id: string; links: AuthorPage['links'] }) {
  const t = useText(personText)
  const { role } = useSession()
  const decide = useDeed(id, ({ link, verb }: { link: string; verb: Verb }) => {
    const params = { path: { id: link } }
    if (verb === 'confirm') return api.POST('/v1/links/{id}/confirm', { params })
    return verb === 'reject' ? api.POST('/v1/links/{id}/reject', { params }) : api.POST('/v1/links/{id}/reset', { params })
  })
  if (links.length === 0) return null
  return (
    <section className={classes.card} aria-label={t('links')}>
      <h3 className={classes.head}>{t('links')}</h3>
      {links.map(link => {
        const { account } = link
        if (!account) return null
        const name = account.name ?? account.handle ?? t('noName')
        const button = (verb: Verb, label: string) => <Button size="compact-xs" variant="default" aria-label={`${label}: ${name}`} onClick={() => decide.mutate({ link: link.id, verb })}>{label}</Button>
        return (
          <div key={link.id} className={classes.entry}>
            <Text size="sm"><Anchor component={Link} href={personHref(account.id)} underline="always" inherit><bdi>{name}</bdi></Anchor> · {platformName(account.platform)} · {t(`link.${link.state}`)}</Text>
            <Text size="xs" c="dimmed">{link.evidence.map(e => t(`evidence.${e}`)).join(', ')}</Text>
            {role !== 'viewer' && (
              <Group gap="xs" mt={4}>
                {link.state === 'suggested' ? <>{button('confirm', t('same'))}{button('reject', t('other'))}</> : button('reset', t('undecide'))}
              </Group>
            )}
          </div>
        )
      })}
    </section>
  )
}
