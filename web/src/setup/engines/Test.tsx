import { Button, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { api, must } from '../../api/client'
import { useText } from '../../text/useText'
import { Part, reasonOf } from '../parts'
import { setupText } from '../text'
import { enginesText } from './text'

/** Test asks the model now, so that nobody has to wait for a comment to see whether it works. */
export function Test() {
  const t = useText(enginesText)
  const s = useText(setupText)
  const test = useMutation({ mutationFn: () => must(api.POST('/v1/engines/test')) })
  const said = test.data
  const sentence = test.isError ? reasonOf(test.error, s('failed'))
    : !said ? ''
    : !said.configured ? t('test.none')
    : said.works ? t('test.ok', { model: said.model, ms: said.ms })
    : t('test.failed', { why: t(`problem.${said.problem}` as keyof typeof enginesText.en) })
  return (
    <Part title={t('test')} lead={t('testLead')} aside={<Button size="xs" variant="default" loading={test.isPending} onClick={() => test.mutate()}>{t('test')}</Button>}>
      <Stack><Text size="sm" role="status">{sentence}</Text></Stack>
    </Part>
  )
}
