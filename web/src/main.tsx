import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import './global.css'
import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { isProblem } from './api/problem'
import { PreferencesProvider } from './preferences'
import { Join } from './session/Join'
import { SessionGate } from './session/Session'
import { CommandProvider } from './shell/commands'
import { Shell } from './shell/Shell'
import { theme } from './theme'

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      // What the server has refused once it refuses again; what did not reach it may.
      retry: (failures, error) => failures < 3 && (isProblem(error, 'offline') || (isProblem(error) && error.status >= 500)),
    },
  },
})

const root = document.getElementById('root')
if (!root) throw new Error('no root')
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <PreferencesProvider>
        <QueryClientProvider client={queries}>
          <CommandProvider>
            <Notifications position="bottom-left" autoClose={6000} limit={4} containerWidth={360} />
            {location.pathname === '/join' ? <Join /> : <SessionGate><Shell /></SessionGate>}
          </CommandProvider>
        </QueryClientProvider>
      </PreferencesProvider>
    </MantineProvider>
  </StrictMode>,
)
