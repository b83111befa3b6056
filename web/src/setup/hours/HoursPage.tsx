import { Button, Group, NumberInput, Select, SimpleGrid, Stack, Switch } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { api, must } from '../../api/client'
import type { CareBody } from '../../api/types'
import { useSession } from '../../session/Session'
import { useText } from '../../text/useText'
import { Asked, Page, Part, useChange } from '../parts'
import { setupText } from '../text'
import { hoursText } from './text'
import { Week } from './Week'
import type { Calendar } from './week'

const always: Calendar = { zone: 'Europe/Berlin', week: {}, holidays: [] }

export default function HoursPage() {
  const t = useText(hoursText)
  const s = useText(setupText)
  const { me } = useSession()
  const people = useQuery({ queryKey: ['people'], queryFn: async () => (await must(api.GET('/v1/people'))).people })
  const [person, setPerson] = useState(me.person_id)
  const plan = useQuery({ queryKey: ['plan'], queryFn: () => must(api.GET('/v1/plan')) })
  const care = useQuery({ queryKey: ['care', person], queryFn: () => must(api.GET('/v1/people/{id}/care', { params: { path: { id: person } } })) })
  return (
    <Page title={s('hours')} lead={t('lead')}>
      <Part title={t('brand')} lead={t('brandLead')}>
        <Asked query={plan}>{found => <BrandHours key={found.version} version={found.version} plan={found.plan as PlanDocument} />}</Asked>
      </Part>
      <Part title={t('person')} lead={t('personLead')}>
        <Stack>
          <Select label={t('who')} maw={280} allowDeselect={false} value={person} onChange={id => id && setPerson(id)} data={(people.data ?? []).map(p => ({ value: p.id, label: p.name }))} />
          <Asked query={care}>{found => <PersonHours key={person} person={person} care={found} />}</Asked>
        </Stack>
      </Part>
    </Page>
  )
}

type PlanDocument = { calendar?: Calendar } & Record<string, unknown>

function BrandHours({ version, plan }: { version: number; plan: PlanDocument }) {
  const t = useText(hoursText)
  const s = useText(setupText)
  const [calendar, setCalendar] = useState<Calendar>(plan.calendar?.zone ? plan.calendar : { ...always, ...plan.calendar, zone: plan.calendar?.zone || always.zone })
  const save = useChange(async () => {
    const document: PlanDocument = { ...plan, calendar }
    const draft = await must(api.POST('/v1/plans', { body: { plan: document as never, note: t('note') } }))
    return api.POST('/v1/plans/{version}/activate', { params: { path: { version: draft.version }, header: { 'If-Match': `"${version}"` } } } as never)
  }, [['plan'], ['plans']])
  return <Form save={save} s={s}><Week calendar={calendar} onChange={setCalendar} /></Form>
}

function PersonHours({ person, care }: { person: string; care: CareBody }) {
  const t = useText(hoursText)
  const s = useText(setupText)
  const [form, setForm] = useState(care)
  const [calendar, setCalendar] = useState<Calendar>((care.hours as Calendar | undefined) ?? always)
  const save = useChange(() => {
    const { hours: _, ...rest } = form
    const open = Object.keys(calendar.week ?? {}).length > 0 || (calendar.holidays ?? []).length > 0
    return must(api.PUT('/v1/people/{id}/care', { params: { path: { id: person } }, body: { ...rest, ...(open && { hours: calendar as never }) } }))
  }, [['care', person], ['team'], ['me']])
  return (
    <Form save={save} s={s}>
      <Stack>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <NumberInput label={t('capacity')} description={t('capacityHint')} min={0} max={1000} value={form.capacity} onChange={value => setForm({ ...form, capacity: Number(value || 0) })} />
          <NumberInput label={t('heavy')} description={t('heavyHint')} min={0} max={1000} value={form.heavy_per_hour} onChange={value => setForm({ ...form, heavy_per_hour: Number(value || 0) })} />
        </SimpleGrid>
        <Switch label={t('overflow')} checked={form.overflow} onChange={e => setForm({ ...form, overflow: e.currentTarget.checked })} />
        <Week calendar={calendar} onChange={setCalendar} />
      </Stack>
    </Form>
  )
}

function Form({ save, s, children }: { save: { mutate(input: undefined): void; isPending: boolean }; s: ReturnType<typeof useText<keyof typeof setupText.en>>; children: ReactNode }) {
  function submit(event: FormEvent) {
    event.preventDefault()
    save.mutate(undefined)
  }
  return (
    <form onSubmit={submit}>
      {children}
      <Group justify="flex-end" mt="md"><Button type="submit" loading={save.isPending}>{s('save')}</Button></Group>
    </form>
  )
}
