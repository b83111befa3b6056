import { Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api, must } from '../../api/client'
import { useText } from '../../text/useText'
import { Part, useChange } from '../parts'
import { slackText } from './text'

const states = ['pending', 'sent', 'cancelled', 'dead'] as const

/** TestMessage sends one and says what became of it. */
export function TestMessage() {
  const t = useText(slackText)
  const [place, setPlace] = useState('')
  const test = useChange(() => must(api.POST('/v1/notices/test', { body: { place } })), [['notices']], t('asked'))
  const notices = useQuery({
    queryKey: ['notices'], queryFn: async () => (await must(api.GET('/v1/notices', { params: { query: { limit: 50 } } }))).notices,
    enabled: test.data !== undefined, refetchInterval: 2000,
  })
  const notice = notices.data?.find(n => n.id === test.data?.id)
  const state = states.find(s => s === notice?.state)
  function submit(event: FormEvent) {
    event.preventDefault()
    test.mutate(undefined)
  }
  return (
    <Part title={t('test')}>
      <Stack>
        <form onSubmit={submit}>
          <Group align="end">
            <TextInput label={t('place')} description={t('placeHint')} required maxLength={60} value={place} onChange={e => setPlace(e.currentTarget.value)} />
            <Button type="submit" variant="default" loading={test.isPending}>{t('testDo')}</Button>
          </Group>
        </form>
        <Text size="sm" role="status">{state && `${t(`state.${state}`)}${notice?.error ? ` (${notice.error})` : ''}`}</Text>
      </Stack>
    </Part>
  )
}
