// Who is signed in. Nothing of the console shows to anybody else; when a session ends in
// the middle of work, signing in again happens above the page, which stays as it is.
import { Button, Center, Loader, Modal, Paper, Stack, Text, Title } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, use, useEffect, useState } from 'react'
import { chooseBrand, chosenBrand } from '../api/brand'
import { api, must, onExpired } from '../api/client'
import { isProblem } from '../api/problem'
import type { Queue, Role, SessionBody } from '../api/types'
import { shellText } from '../shell/text'
import { useText } from '../text/useText'
import classes from './Session.module.css'
import { SignInForm } from './SignIn'
import { sessionText } from './text'

export interface Session {
  me: SessionBody
  brand: string
  role: Role
  works(queue: Queue): boolean
  leads: boolean
  rules: boolean
}

const Context = createContext<Session | null>(null)

/** useSession returns who is signed in, for which brand, in which role. */
export function useSession(): Session {
  const session = use(Context)
  if (!session) throw new Error('nobody is signed in')
  return session
}

/** worksOn says which queues a role works on, as the server decides it. */
export function worksOn(role: Role, queue: Queue): boolean {
  return role === queue || role === 'hybrid' || role === 'lead' || role === 'admin'
}

export function SessionGate({ children }: { children: ReactNode }) {
  const t = useText(sessionText)
  const queries = useQueryClient()
  const [ended, setEnded] = useState(false)
  const found = useQuery({ queryKey: ['session'], queryFn: fetchSession, staleTime: 60_000, retry: 2 })
  useEffect(() => onExpired(() => setEnded(true)), [])
  const me = found.data

  function entered(next: SessionBody) {
    if (me && me.person_id !== next.person_id) {
      queries.clear()
      location.reload()
      return
    }
    setEnded(false)
    void queries.invalidateQueries()
  }

  if (found.isPending) return <Center h="100dvh"><Loader aria-label="…" /></Center>
  if (!me) return <SignInPage onDone={entered} offline={found.isError} />
  return (
    <BrandGate me={me}>
      {children}
      <Modal opened={ended} onClose={() => {}} withCloseButton={false} closeOnEscape={false} closeOnClickOutside={false} title={t('expired')} centered>
        <Stack>
          <Text>{t('expiredLead')}</Text>
          <SignInForm mail={me.mail} onDone={entered} />
        </Stack>
      </Modal>
    </BrandGate>
  )
}

async function fetchSession(): Promise<SessionBody | null> {
  try {
    return await must(api.GET('/v1/session'))
  } catch (error) {
    if (isProblem(error, 'unauthenticated')) return null
    if (isProblem(error, 'forbidden') && chosenBrand()) {
      chooseBrand(null) // no longer a brand of ours
      return fetchSession()
    }
    throw error
  }
}

function SignInPage({ onDone, offline }: { onDone(session: SessionBody): void; offline: boolean }) {
  const t = useText(sessionText)
  return (
    <main className={classes.page}>
      <Paper withBorder p="xl" className={classes.card}>
        <Stack>
          <div>
            <Title order={1} size="h2">{t('title')}</Title>
            <Text c="dimmed">{offline ? t('offline') : t('lead')}</Text>
          </div>
          <SignInForm onDone={onDone} />
        </Stack>
      </Paper>
    </main>
  )
}

/** BrandGate asks somebody who works for several brands for which one. */
function BrandGate({ me, children }: { me: SessionBody; children: ReactNode }) {
  const t = useText(shellText)
  const s = useText(sessionText)
  const queries = useQueryClient()
  if (!me.brand || !me.role) {
    return (
      <main className={classes.page}>
        <Paper withBorder p="xl" className={classes.card}>
          <Stack>
            <Title order={1} size="h3">{t('chooseBrand')}</Title>
            {me.brands.length === 0 && <Text>{s('noBrand')}</Text>}
            {me.brands.map(b => (
              <Button key={b.id} variant="default" onClick={() => { chooseBrand(b.id); void queries.resetQueries() }}>
                <span dir="auto">{b.name}</span>
              </Button>
            ))}
          </Stack>
        </Paper>
      </main>
    )
  }
  const role = me.role as Role
  const session: Session = {
    me, brand: me.brand, role, works: queue => worksOn(role, queue),
    leads: role === 'lead' || role === 'admin', rules: role === 'admin',
  }
  return <Context value={session}>{children}</Context>
}
