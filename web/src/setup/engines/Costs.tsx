import { Progress, SimpleGrid, Stack, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api, must } from '../../api/client'
import type { BudgetBody, CostLineBody } from '../../api/types'
import { useFormats } from '../../format'
import { usePreferences } from '../../preferences'
import { useText } from '../../text/useText'
import { Asked, Empty, Part } from '../parts'
import classes from '../Setup.module.css'
import { enginesText } from './text'

function useMoney() {
  const { language } = usePreferences()
  const format = new Intl.NumberFormat(language, { style: 'currency', currency: 'USD', maximumFractionDigits: 4, minimumFractionDigits: 2 })
  return (micro: number) => format.format(micro / 1_000_000)
}

export function Costs() {
  const t = useText(enginesText)
  const costs = useQuery({ queryKey: ['costs'], queryFn: () => must(api.GET('/v1/insights/costs', { params: { query: { days: 30 } } })) })
  return (
    <Part title={t('money')} lead={t('moneyLead', { date: costs.data?.prices_as_of ?? '…' })}>
      <Asked query={costs}>{found => (
        <Stack>
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <Budget name={t('today')} budget={found.day} />
            <Budget name={t('month')} budget={found.month} />
          </SimpleGrid>
          {found.provisional > 0 && <Text size="sm">{t('provisional', { n: found.provisional })}</Text>}
          <Lines lines={found.lines} />
        </Stack>
      )}</Asked>
    </Part>
  )
}

function Budget({ name, budget: b }: { name: string; budget: BudgetBody }) {
  const t = useText(enginesText)
  const f = useFormats()
  const money = useMoney()
  return (
    <div>
      <Text fw={600}>{name}</Text>
      <Text size="sm">{b.budget_micro_usd > 0 ? t('ofBudget', { spent: money(b.spent_micro_usd), budget: money(b.budget_micro_usd) }) : `${t('spent', { spent: money(b.spent_micro_usd) })}, ${t('noBound')}`}</Text>
      {b.budget_micro_usd > 0 && <Progress value={Math.min(100, (100 * b.spent_micro_usd) / b.budget_micro_usd)} aria-label={name} my={4} />}
      <Text size="sm" c="dimmed">{t('forecast', { forecast: money(b.forecast_micro_usd) })}</Text>
      {b.empty_at && <Text size="sm">{t('emptyAt', { at: f.moment(b.empty_at) })}</Text>}
    </div>
  )
}

/** Lines sums the days of each step and model. */
function Lines({ lines }: { lines: CostLineBody[] }) {
  const t = useText(enginesText)
  const f = useFormats()
  const money = useMoney()
  const sums = new Map<string, CostLineBody>()
  for (const line of lines) {
    const key = `${line.step} ${line.engine} ${line.model}`
    const sum = sums.get(key)
    sums.set(key, sum ? { ...sum, items: sum.items + line.items, calls: sum.calls + line.calls, micro_usd: sum.micro_usd + line.micro_usd, unpriced_calls: sum.unpriced_calls + line.unpriced_calls } : line)
  }
  if (sums.size === 0) return <Empty>{t('noDays')}</Empty>
  return (
    <div className={classes.wide} tabIndex={0} role="group" aria-label={t('days')}>
      <Table captionSide="top">
        <Table.Caption>{t('days')}</Table.Caption>
        <Table.Thead><Table.Tr><Table.Th>{t('step')}</Table.Th><Table.Th>{t('engine')}</Table.Th><Table.Th ta="end">{t('items')}</Table.Th><Table.Th ta="end">{t('calls')}</Table.Th><Table.Th ta="end">{t('cost')}</Table.Th></Table.Tr></Table.Thead>
        <Table.Tbody>
          {[...sums].map(([key, line]) => (
            <Table.Tr key={key}>
              <Table.Td>{t(`step.${line.step}`)}</Table.Td>
              <Table.Td className={classes.foreign}>{line.model || line.engine}</Table.Td>
              <Table.Td ta="end">{f.number(line.items)}</Table.Td>
              <Table.Td ta="end">{f.number(line.calls)}</Table.Td>
              <Table.Td ta="end">{money(line.micro_usd)}{line.unpriced_calls > 0 && <Text size="xs" c="dimmed">{f.number(line.unpriced_calls)} {t('unpriced')}</Text>}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}
