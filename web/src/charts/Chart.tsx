// A chart with its figures beside it: drawn for the eye, as a table for everybody else, and
// to be taken along as picture or table.
import { ActionIcon, Group, Menu, Table, Text, Title, VisuallyHidden } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { type ReactNode, useId, useRef, useState } from 'react'
import { MoreIcon } from '../shell/icons'
import { Wide } from '../shell/Wide'
import { useText } from '../text/useText'
import classes from './Chart.module.css'
import { csv, download, fileName } from './csv'
import { Bars, Columns, Lines } from './drawings'
import { png } from './png'
import { chartText } from './text'

export type Tone = 'negative' | 'neutral' | 'positive' | 'first' | 'second' | 'third' | 'fourth' | 'fifth'

export interface Series {
  name: string
  tone: Tone
  /** One for each label; null where there is none. */
  values: (number | null)[]
}

export interface Figures {
  /** What the labels are: day, intent … */
  axis: string
  labels: string[]
  series: Series[]
  format(value: number): string
  /** Whether only whole numbers occur. */
  whole?: boolean
}

interface Props {
  title: string
  figures: Figures
  kind: 'columns' | 'lines' | 'bars'
  /** What it says, in a sentence. */
  lead?: ReactNode
  height?: number
  /** Columns stand beside each other, since their sum says nothing. */
  beside?: boolean
}

const drawings = { columns: Columns, lines: Lines, bars: Bars }

export function Chart({ title, figures, kind, lead, height = 190, beside = false }: Props) {
  const t = useText(chartText)
  const id = useId()
  const [asTable, setAsTable] = useState(false)
  const box = useRef<HTMLDivElement>(null)
  const { ref, width } = useElementSize()
  const Drawing = drawings[kind]
  const empty = figures.series.every(s => s.values.every(v => !v))
  const rows = () => [[figures.axis, ...figures.series.map(s => s.name)], ...figures.labels.map((label, n) => [label, ...figures.series.map(s => s.values[n] ?? null)])]
  async function picture() {
    const drawing = box.current?.querySelector('svg')
    if (drawing) download(fileName(title, 'png'), await png(drawing, title))
  }
  return (
    <section className={classes.chart} aria-labelledby={id}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div>
          <Title order={3} size="h6" id={id}>{title}</Title>
          {lead && <Text size="sm" c="dimmed">{lead}</Text>}
        </div>
        <Menu position="bottom-end">
          <Menu.Target><ActionIcon variant="subtle" color="gray" aria-label={t('more', { title })}><MoreIcon size={18} /></ActionIcon></Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => setAsTable(!asTable)}>{t(asTable ? 'drawn' : 'table')}</Menu.Item>
            <Menu.Item onClick={() => download(fileName(title, 'csv'), new Blob(['\uFEFF', csv(rows())], { type: 'text/csv;charset=utf-8' }))}>{t('csv')}</Menu.Item>
            <Menu.Item disabled={asTable || empty} onClick={() => void picture()}>{t('png')}</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </Group>
      {empty ? <Text size="sm" c="dimmed" py="md">{t('empty')}</Text> : asTable ? <FigureTable title={title} figures={figures} /> : (
        <>
          {figures.series.length > 1 && <Legend series={figures.series} />}
          <div ref={box} aria-hidden="true">
            <div ref={ref}>{width > 0 && <Drawing figures={figures} width={width} height={height} beside={beside} />}</div>
          </div>
          <VisuallyHidden><FigureTable title={title} figures={figures} /></VisuallyHidden>
        </>
      )}
    </section>
  )
}

function Legend({ series }: { series: Series[] }) {
  return (
    <div className={classes.legend} aria-hidden="true">
      {series.map(s => <span key={s.name}><span className={classes.key} data-tone={s.tone} /><bdi>{s.name}</bdi></span>)}
    </div>
  )
}

/** FigureTable is a chart in numbers. */
export function FigureTable({ title, figures }: { title: string; figures: Figures }) {
  return (
    <Wide label={title}>
      <Table aria-label={title} verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{figures.axis}</Table.Th>
            {figures.series.map(s => <Table.Th key={s.name} scope="col" ta="end"><bdi>{s.name}</bdi></Table.Th>)}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {figures.labels.map((label, n) => (
            <Table.Tr key={label}>
              <Table.Th scope="row" fw={400}><bdi>{label}</bdi></Table.Th>
              {figures.series.map(s => <Table.Td key={s.name} ta="end">{s.values[n] == null ? '–' : figures.format(s.values[n])}</Table.Td>)}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Wide>
  )
}
