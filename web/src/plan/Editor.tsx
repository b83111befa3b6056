import { NumberInput, SimpleGrid, Table, Text, Textarea, TextInput, Title } from '@mantine/core'
import { useTaxonomy } from '../inbox/useTaxonomy'
import { Wide } from '../shell/Wide'
import { useText } from '../text/useText'
import { at, type Document, print, put } from './document'
import classes from './Plan.module.css'
import { planText } from './text'

interface Props {
  text: string
  document: Document | undefined
  /** Why the text is no document. */
  why: string | undefined
  onChange(text: string): void
}

const targets = ['first_answer', 'next_answer', 'resolution'] as const
const priorities = ['urgent', 'high', 'normal', 'low'] as const
const thresholds = ['unsure', 'ambiguous', 'spam_sure', 'reach'] as const

/** Editor changes a plan: what changes most has fields, the rest is the document. */
export function Editor({ text, document, why, onChange }: Props) {
  const t = useText(planText)
  const w = useTaxonomy()
  const set = (path: string[], value: unknown) => document && onChange(print(put(document, path, value)))
  return (
    <section className={classes.card} aria-label={t('editor')}>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <div>
          <Title order={3} size="h6">{t('targets')}</Title>
          <Text size="xs" c="dimmed">{t('targetsHint')}</Text>
          <Wide label={t('targets')}>
            <Table verticalSpacing={4} aria-label={t('targets')}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th scope="col">{t('priority')}</Table.Th>
                  {targets.map(target => <Table.Th key={target} scope="col">{t(`target.${target}`)}</Table.Th>)}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {priorities.map(priority => (
                  <Table.Tr key={priority}>
                    <Table.Th scope="row" fw={400}>{w('priority', priority)}</Table.Th>
                    {targets.map(target => (
                      <Table.Td key={target}>
                        <TextInput
                          size="xs" disabled={!document} aria-label={`${t(`target.${target}`)}, ${w('priority', priority)}`}
                          value={String((document && at(document, ['targets', target, priority])) ?? '')} onChange={e => set(['targets', target, priority], e.currentTarget.value)}
                        />
                      </Table.Td>
                    ))}
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Wide>
          <Title order={3} size="h6" mt="sm">{t('thresholds')}</Title>
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs" mt={4}>
            {thresholds.map(name => (
              <NumberInput
                key={name} size="xs" disabled={!document} label={t(`threshold.${name}`)} min={0} max={name === 'reach' ? 1e9 : 1} step={name === 'reach' ? 1000 : 0.05} decimalScale={name === 'reach' ? 0 : 2}
                stepHoldDelay={500} value={Number((document && at(document, ['thresholds', name])) ?? 0)} onChange={value => typeof value === 'number' && set(['thresholds', name], value)} hideControls
              />
            ))}
          </SimpleGrid>
        </div>
        <Textarea
          label={t('document')} description={t('documentHint')} autosize minRows={14} maxRows={26} spellCheck={false} classNames={{ input: classes.code }}
          error={why !== undefined && t('broken', { why })} value={text} onChange={e => onChange(e.currentTarget.value)}
        />
      </SimpleGrid>
    </section>
  )
}
