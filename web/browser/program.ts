// The built program: its server, and its subcommands as somebody who runs it uses them.
import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

function needed(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: run the stories by "make console"`)
  return value
}

// Workers of the test runner share the keys of the server.
process.env.STORY_DATA ??= mkdtempSync(join(tmpdir(), 'triage-stories-'))

export const program = {
  binary: needed('TRIAGE_BINARY'),
  browser: needed('TRIAGE_BROWSER'),
  env: {
    ...process.env, DATABASE_URL: needed('DATABASE_URL'), TRIAGE_DATA_DIR: process.env.STORY_DATA, OPENAI_API_KEY: '', OPENAI_BASE_URL: '', SLACK_BOT_TOKEN: '',
  },
}

export interface Server {
  address: string
  stop(): Promise<void>
}

/** forget removes what the program kept beside its database. */
export function forget() {
  rmSync(program.env.TRIAGE_DATA_DIR, { recursive: true, force: true })
}

/** startServer starts serving on a port, 0 for any, and waits until it listens. */
export async function startServer(port: number): Promise<Server> {
  const child = spawn(program.binary, ['serve'], { env: { ...program.env, TRIAGE_LISTEN: `127.0.0.1:${port}` }, stdio: ['ignore', 'pipe', 'pipe'] })
  let log = ''
  child.stderr.on('data', (chunk: Buffer) => { log = (log + chunk).slice(-20_000) })
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()))
  const address = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', line => {
      if (line.startsWith('listening on ')) resolve(line.slice('listening on '.length))
    })
    void ended.then(() => reject(new Error(`serve ended at once:\n${log}`)))
  })
  return {
    address,
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** run runs a subcommand with --json and returns what it answers. */
export async function run(args: string[], input = ''): Promise<Record<string, unknown>> {
  const said = await output([...args, '--json'], input)
  return said ? (JSON.parse(said) as Record<string, unknown>) : {}
}

/** output runs a subcommand and returns what it prints. */
export function output(args: string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program.binary, args, { env: program.env }, (error, stdout, stderr) => {
      if (error) reject(new Error(`triage ${args.join(' ')}: ${stderr}`))
      else resolve(stdout)
    })
    child.stdin?.end(input)
  })
}
