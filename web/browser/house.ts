// Starts the built program once for all stories, on the database that `dev check browser`
// has made for them, and ends it afterwards.
import type { TestProject } from 'vitest/node'
import { program, type Server, startServer } from './program'

declare module 'vitest' {
  export interface ProvidedContext {
    address: string
  }
}

export default async function setup(project: TestProject) {
  const server: Server = await startServer(0)
  project.provide('address', server.address)
  if (!program.browser) throw new Error('TRIAGE_BROWSER names no browser')
  return () => server.stop()
}
