// A person: what was between us, how it felt, what we owe.
import { Badge, Button, Loader, Text } from '@mantine/core'
import { useRoute } from 'wouter'
import type { AuthorPage } from '../api/types'
import { CountChart } from '../charts/CountChart'
import { ToneChart } from '../charts/ToneChart'
import { useFormats } from '../format'
import { useNow } from '../inbox/useNow'
import { platformName } from '../platforms'
import { Page } from '../shell/Page'
import { Said } from '../shell/Said'
import { useText } from '../text/useText'
import classes from './Person.module.css'
import { Links } from './Links'
import { PersonNotes } from './PersonNotes'
import { PersonTags } from './PersonTags'
import { Promises } from './Promises'
import { personText } from './text'
import { useAuthor } from './useAuthor'

export default function PersonPage() {
  const t = useText(personText)
  const [, params] = useRoute<{ id: string }>('/person/:id')
  const id = params?.id ?? ''
  const found = useAuthor(id)
  const page = found.data?.pages[0]
  if (found.isError) return <Text p="md" role="alert">{t('missing')}</Text>
  if (!page) return <Loader m="md" aria-label={t('loading')} />
  const name = page.account.name ?? page.account.handle ?? t('noName')
  const timeline = found.data?.pages.flatMap(p => p.timeline) ?? []
  return (
    <Page title={<bdi>{name}</bdi>} tab={name} lead={<Lead page={page} />} extra={<Button variant="default" size="xs" onClick={() => history.back()}>{t('back')}</Button>}>
      <Accounts page={page} />
      <PersonTags id={id} tags={page.tags} />
      {!page.history && <Text>{t('noHistory')}</Text>}
      <div className={classes.columns}>
        <div className={classes.side}>
          <ToneChart title={t('tone')} lead={t('toneLead')} axis={t('time')} buckets={page.tone.buckets} />
          <section className={classes.card} aria-label={t('timeline')}>
            <h3 className={classes.head}>{t('timeline')}</h3>
            {timeline.length === 0 && <Text size="sm" c="dimmed">{t('none')}</Text>}
            {timeline.map(moment => <Said key={moment.item.id} item={moment.item} />)}
            {found.hasNextPage && <Button mt="sm" variant="default" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>{t('more')}</Button>}
          </section>
        </div>
        <div className={classes.side}>
          <Promises id={id} promises={page.promises} />
          <PersonNotes id={id} notes={page.notes} />
          <CountChart title={t('intents')} axis={t('intent')} name={t('comments')} counts={page.counts.by_intent} kind="intent" />
          <Links id={id} links={page.links} />
        </div>
      </div>
    </Page>
  )
}

function Lead({ page }: { page: AuthorPage }) {
  const t = useText(personText)
  const f = useFormats()
  const now = useNow()
  const { account, counts, last_touch } = page
  return (
    <>
      {t('figures', { n: counts.engagements, open: counts.open })} {t('since', { when: f.day(account.first_seen_at), when2: f.ago(account.last_seen_at, now) })}
      {last_touch && ` ${t('touch', { name: last_touch.by?.name ?? '–', when: f.ago(last_touch.at, now) })}`}
    </>
  )
}

function Accounts({ page }: { page: AuthorPage }) {
  const t = useText(personText)
  const all = [page.account, ...page.same_person.filter(a => a.id !== page.account.id)]
  return (
    <ul className={classes.accounts} aria-label={t('accounts')}>
      {all.map(a => (
        <li key={a.id}>
          <Badge variant="default" tt="none" size="lg">
            {platformName(a.platform)} <bdi>{a.handle ?? a.name ?? ''}</bdi>{a.followers != null && ` · ${t('followers', { n: a.followers })}`}{a.verified && ` · ${t('verified')}`}
          </Badge>
        </li>
      ))}
    </ul>
  )
}
