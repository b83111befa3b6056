import { Group, Select, Stack, Switch, Text, Textarea, TextInput } from '@mantine/core'
import { useMemo, useState } from 'react'
import { ownZone } from '../../preferences'
import { useText } from '../../text/useText'
import { hoursText } from './text'
import { type Calendar, clockOf, datesOf, days, minutesOf, withSpan } from './week'

/** Week lets somebody say when there is work, day by day. */
export function Week({ calendar, onChange }: { calendar: Calendar; onChange(calendar: Calendar): void }) {
  const t = useText(hoursText)
  const zones = useMemo(() => [...new Set([ownZone, 'UTC', ...Intl.supportedValuesOf('timeZone')])], [])
  const [holidays, setHolidays] = useState((calendar.holidays ?? []).join('\n'))
  return (
    <Stack gap="xs">
      <Select label={t('zone')} searchable allowDeselect={false} maw={280} value={calendar.zone || 'UTC'} data={zones} onChange={zone => zone && onChange({ ...calendar, zone })} />
      {days.map(day => {
        const spans = calendar.week?.[day] ?? []
        const first = spans[0]
        return (
          <Group key={day} gap="sm">
            <Switch w={150} label={t(day)} checked={first !== undefined} onChange={e => onChange(withSpan(calendar, day, e.currentTarget.checked ? { from: 540, to: 1080 } : null))} />
            {first ? (
              <>
                <TextInput type="time" size="xs" aria-label={t('from', { day: t(day) })} value={clockOf(first.from)} onChange={e => onChange(withSpan(calendar, day, { ...first, from: minutesOf(e.currentTarget.value) }))} />
                <TextInput type="time" size="xs" aria-label={t('to', { day: t(day) })} value={clockOf(first.to)} onChange={e => onChange(withSpan(calendar, day, { ...first, to: minutesOf(e.currentTarget.value) }))} />
                {spans.length > 1 && <Text size="xs" c="dimmed">{t('more')}</Text>}
              </>
            ) : <Text size="sm" c="dimmed">{t('closed')}</Text>}
          </Group>
        )
      })}
      <Textarea label={t('holidays')} description={t('holidaysHint')} autosize minRows={2} maw={280} value={holidays} onChange={e => { setHolidays(e.currentTarget.value); onChange({ ...calendar, holidays: datesOf(e.currentTarget.value) }) }} />
    </Stack>
  )
}
