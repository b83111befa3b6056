import { Stack, Text, Title } from '@mantine/core'
import { useText } from '../text/useText'
import { inboxText } from './text'

/** Nothing stands where no item is chosen yet. */
export function Nothing() {
  const t = useText(inboxText)
  return (
    <Stack align="center" justify="center" h="100%" p="xl" gap="xs" ta="center">
      <Title order={2} size="h4">{t('choose')}</Title>
      <Text c="dimmed">{t('choose.how')}</Text>
    </Stack>
  )
}
