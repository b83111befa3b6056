// Starts the built program once for all stories, on the database that `dev check browser`
// has made for them, and ends it afterwards.
import type { TestProject } from 'vitest/node'
import { forget, program, startServer } from './program'

declare module 'vitest' {
  export interface ProvidedContext {
    address: string
  }
}

export default async function setup(project: TestProject) {
  if (!program.browser) throw new Error('TRIAGE_BROWSER names no browser')
  const server = await startServer(0).catch((error: unknown) => {
    forget()
    throw error
  })
  project.provide('address', server.address)
  return async () => {
    await server.stop()
    forget()
  }
}
