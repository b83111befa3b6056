import { Button, Stack, Text, Title } from '@mantine/core'
import { Component, type ReactNode } from 'react'
import { Link } from 'wouter'
import { homeOf } from '../rooms'
import { useSession } from '../session/Session'
import { useText } from '../text/useText'
import { shellText } from './text'

export function NotFound() {
  const t = useText(shellText)
  const session = useSession()
  return (
    <Stack align="center" justify="center" h="100%" p="xl">
      <Title order={1} size="h3">{t('notFound')}</Title>
      <Button component={Link} href={homeOf(session)} variant="default">{t('home')}</Button>
    </Stack>
  )
}

/** RoomBoundary keeps a failure in one room from taking the whole console with it. */
export class RoomBoundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state = { error: null as Error | null }

  static getDerivedStateFromError(error: Error) {
    return { error }
  }

  override render() {
    return this.state.error ? <Failed error={this.state.error} /> : this.props.children
  }
}

function Failed({ error }: { error: Error }) {
  const t = useText(shellText)
  return (
    <Stack align="center" justify="center" h="100%" p="xl" role="alert">
      <Title order={1} size="h3">{t('failed')}</Title>
      <Text c="dimmed">{error.message}</Text>
      <Button variant="default" onClick={() => location.reload()}>{t('reload')}</Button>
    </Stack>
  )
}
