// The start page of whoever wants to know how it goes.
import { Group, SegmentedControl, Select } from '@mantine/core'
import { useState } from 'react'
import { useLocation, useSearch } from 'wouter'
import type { Queue } from '../api/types'
import { useTaxonomy } from '../inbox/useTaxonomy'
import { platformName } from '../platforms'
import { useSession } from '../session/Session'
import { Page } from '../shell/Page'
import { useText } from '../text/useText'
import { Accuracy, Learning } from './Accuracy'
import { Answers, Kept } from './Answers'
import { Costs } from './Costs'
import { Flow } from './Flow'
import { atTen, useFlow } from './figures'
import classes from './Insight.module.css'
import { lengths, readSpan, type Span, writeSpan } from './span'
import { insightText } from './text'
import { Waves } from './Waves'

export default function InsightRoom() {
  const t = useText(insightText)
  const { leads } = useSession()
  const [path, navigate] = useLocation()
  const span = readSpan(useSearch())
  const [now] = useState(atTen)
  const setSpan = (next: Span) => {
    const query = writeSpan(next)
    navigate(path + (query && `?${query}`), { replace: true })
  }
  return (
    <Page title={t('title')} lead={t('lead')} extra={<Choice span={span} now={now} onChange={setSpan} />}>
      <div className={classes.grid}>
        <Flow span={span} now={now} />
        <Answers span={span} now={now} />
        <Kept span={span} now={now} />
        <Waves span={span} now={now} />
        <Accuracy />
        {leads && <Learning />}
        {leads && <Costs days={span.days} />}
      </div>
    </Page>
  )
}

function Choice({ span, now, onChange }: { span: Span; now: number; onChange(span: Span): void }) {
  const t = useText(insightText)
  const w = useTaxonomy()
  const everywhere = useFlow({ days: span.days }, now)
  const platforms = [...new Set([...Object.keys(everywhere.data?.by_platform ?? {}), ...(span.platform ? [span.platform] : [])])].sort()
  return (
    <Group gap="sm">
      <SegmentedControl
        size="xs" aria-label={t('days')} value={String(span.days)} onChange={days => onChange({ ...span, days: Number(days) as Span['days'] })}
        data={lengths.map(n => ({ value: String(n), label: t(`days.${n}`) }))}
      />
      <Select
        size="xs" w={150} aria-label={t('platform')} value={span.platform ?? ''} allowDeselect={false} onChange={platform => onChange({ ...span, platform: platform || undefined })}
        data={[{ value: '', label: `${t('platform')}: ${t('all')}` }, ...platforms.map(value => ({ value, label: platformName(value) }))]}
      />
      <Select
        size="xs" w={170} aria-label={t('queue')} value={span.queue ?? ''} allowDeselect={false} onChange={queue => onChange({ ...span, queue: (queue || undefined) as Queue | undefined })}
        data={[{ value: '', label: `${t('queue')}: ${t('all')}` }, ...(['smm', 'cm'] as const).map(value => ({ value, label: w('queue', value) }))]}
      />
    </Group>
  )
}
