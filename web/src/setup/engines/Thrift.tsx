import { Button, Group, NumberInput, SimpleGrid, Stack, Switch } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api, must } from '../../api/client'
import type { ThriftBody } from '../../api/types'
import { useSession } from '../../session/Session'
import { useText } from '../../text/useText'
import { Asked, Part, useChange } from '../parts'
import { setupText } from '../text'
import { enginesText } from './text'

export function Thrift() {
  const t = useText(enginesText)
  const thrift = useQuery({ queryKey: ['thrift'], queryFn: () => must(api.GET('/v1/thrift')) })
  return <Part title={t('steps')} lead={t('stepsLead')}><Asked query={thrift}>{found => <Form thrift={found} />}</Asked></Part>
}

const dollars = (micro: number) => micro / 1_000_000

function Form({ thrift }: { thrift: ThriftBody }) {
  const t = useText(enginesText)
  const s = useText(setupText)
  const { rules } = useSession()
  const [form, setForm] = useState(thrift)
  const save = useChange(() => must(api.PUT('/v1/thrift', { body: form })), [['thrift'], ['costs']])
  function submit(event: FormEvent) {
    event.preventDefault()
    save.mutate(undefined)
  }
  const micro = (value: string | number) => Math.round(Number(value || 0) * 1_000_000)
  return (
    <form onSubmit={submit}>
      <Stack>
        <Switch label={t('model')} description={t('modelHint')} disabled={!rules} checked={form.model} onChange={e => setForm({ ...form, model: e.currentTarget.checked })} />
        <Switch label={t('builtin')} description={t('builtinHint')} disabled={!rules} checked={form.builtin} onChange={e => setForm({ ...form, builtin: e.currentTarget.checked })} />
        <Switch label={t('exact')} description={t('exactHint')} disabled={!rules} checked={form.reuse_exact} onChange={e => setForm({ ...form, reuse_exact: e.currentTarget.checked })} />
        <Switch label={t('near')} description={t('nearHint')} disabled={!rules} checked={form.reuse_near} onChange={e => setForm({ ...form, reuse_near: e.currentTarget.checked })} />
        <SimpleGrid cols={{ base: 1, sm: 3 }}>
          <NumberInput label={t('together')} description={t('togetherHint')} min={0} max={16} disabled={!rules} value={form.together} onChange={value => setForm({ ...form, together: Number(value || 0) })} />
          <NumberInput label={t('day')} description={t('zero')} min={0} decimalScale={4} disabled={!rules} value={dollars(form.day_micro_usd)} onChange={value => setForm({ ...form, day_micro_usd: micro(value) })} />
          <NumberInput label={t('monthBudget')} description={t('zero')} min={0} decimalScale={4} disabled={!rules} value={dollars(form.month_micro_usd)} onChange={value => setForm({ ...form, month_micro_usd: micro(value) })} />
        </SimpleGrid>
        {rules && <Group justify="flex-end"><Button type="submit" loading={save.isPending}>{s('save')}</Button></Group>}
      </Stack>
    </form>
  )
}
