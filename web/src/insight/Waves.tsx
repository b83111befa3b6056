import { Anchor, Table, Text, Title } from '@mantine/core'
import { useId } from 'react'
import { Link } from 'wouter'
import { useFormats } from '../format'
import { useTaxonomy } from '../inbox/useTaxonomy'
import { Wide } from '../shell/Wide'
import { useText } from '../text/useText'
import { Asked } from './Card'
import { useWaves } from './figures'
import classes from './Insight.module.css'
import type { Span } from './span'
import { insightText } from './text'

const shown = 8

/** Waves are the latest ones, the open ones first. */
export function Waves({ span, now }: { span: Span; now: number }) {
  const t = useText(insightText)
  const f = useFormats()
  const w = useTaxonomy()
  const id = useId()
  const waves = useWaves(span)
  const since = now - span.days * 86_400_000
  return (
    <Asked from={waves}>
      {all => {
        const found = all.filter(wave => Date.parse(wave.last_at) >= since)
        return (
          <section className={classes.card} aria-labelledby={id}>
            <Title order={3} size="h6" id={id}>{t('waves')}</Title>
            <Text size="sm" c="dimmed">{found.length ? t('wavesLead') : t('wavesNone')}</Text>
            {found.length > 0 && (
              <Wide label={t('waves')}>
                <Table verticalSpacing={4} aria-labelledby={id}>
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th scope="col">{t('wave')}</Table.Th>
                      <Table.Th scope="col">{t('begun')}</Table.Th>
                      <Table.Th scope="col" ta="end">{t('comments')}</Table.Th>
                      <Table.Th scope="col" ta="end">{t('people')}</Table.Th>
                      <Table.Th scope="col" ta="end">{t('peak')}</Table.Th>
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {found.slice(0, shown).map(wave => (
                      <Table.Tr key={wave.id}>
                        <Table.Td>
                          <Anchor component={Link} href={`/content?group=none&status=live,closed&wave=${wave.id}`} size="sm" underline="always">{w('intent', wave.intent)}</Anchor>
                          {wave.state === 'open' && <Text span size="xs" fw={600}> · {t('open')}</Text>}
                        </Table.Td>
                        <Table.Td>{f.day(wave.started_at)}, {f.clock(wave.started_at)}</Table.Td>
                        <Table.Td ta="end">{f.number(wave.count)}</Table.Td>
                        <Table.Td ta="end">{f.number(wave.authors)}</Table.Td>
                        <Table.Td ta="end">{f.number(wave.peak_per_minute)}</Table.Td>
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                </Table>
              </Wide>
            )}
          </section>
        )
      }}
    </Asked>
  )
}
