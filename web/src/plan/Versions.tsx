import { Button, Table, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import { api, must } from '../api/client'
import { useFormats } from '../format'
import { Wide } from '../shell/Wide'
import { useText } from '../text/useText'
import { print } from './document'
import classes from './Plan.module.css'
import { planText } from './text'

/** Versions are all plans that were kept; each can be edited, looked at and put in force. */
export function Versions({ version, onEdit }: { version: number; onEdit(text: string): void }) {
  const t = useText(planText)
  const f = useFormats()
  const id = useId()
  const plans = useQuery({ queryKey: ['plans'], queryFn: async () => (await must(api.GET('/v1/plans'))).plans }).data
  if (!plans) return null
  const edit = (number: number, text: string) => <Button size="compact-xs" variant="default" aria-label={t('editVersion', { version: number })} onClick={() => onEdit(text)}>{t('edit')}</Button>
  return (
    <section className={classes.card} aria-labelledby={id}>
      <Title order={3} size="h6" id={id}>{t('versions')}</Title>
      <Wide label={t('versions')}>
        <Table verticalSpacing={4} aria-labelledby={id}>
          <Table.Thead>
            <Table.Tr>{(['version', 'state', 'made', 'note', 'edit'] as const).map(head => <Table.Th key={head} scope="col">{t(head)}</Table.Th>)}</Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {plans.map(plan => (
              <Table.Tr key={plan.version}>
                <Table.Td>{f.number(plan.version)}</Table.Td>
                <Table.Td>{t(`state.${plan.state}`)}</Table.Td>
                <Table.Td>{plan.created_at && f.moment(plan.created_at)} <Text span size="sm" c="dimmed"><bdi>{plan.created_by?.name ?? t('command')}</bdi></Text></Table.Td>
                <Table.Td dir="auto">{plan.note}</Table.Td>
                <Table.Td>{edit(plan.version, print(plan.plan))}</Table.Td>
              </Table.Tr>
            ))}
            <Table.Tr>
              <Table.Td>0</Table.Td>
              <Table.Td>{version === 0 && t('state.active')}</Table.Td>
              <Table.Td />
              <Table.Td>{t('default')}</Table.Td>
              <Table.Td>{edit(0, '{}')}</Table.Td>
            </Table.Tr>
          </Table.Tbody>
        </Table>
      </Wide>
    </section>
  )
}
