// Live updates over GET /v1/stream. The browser's own EventSource can neither name the
// brand nor tell an ended session from a lost connection, so the stream is read by hand.
import { headers, sessionExpired } from './client'

export interface ItemNews {
  action: string
  id: string
  at: string
  actor: string | null
  item?: { id: string; queue: 'smm' | 'cm'; status: string; priority: string; assignee: string | null; version: number }
}

export type StreamEvent =
  | { kind: 'item' | 'wave' | 'alert'; data: ItemNews }
  | { kind: 'ready'; resumed: boolean }
  | { kind: 'reset' }

export type StreamState = 'connecting' | 'live' | 'away'

interface Options {
  onEvent(event: StreamEvent): void
  onState(state: StreamState): void
}

const silence = 40_000 // longer than two beats: the line is dead

/** openStream listens until the returned function is called, and comes back by itself. */
export function openStream({ onEvent, onState }: Options): () => void {
  const ended = new AbortController()
  let lastID = ''
  let wake = () => {}
  const online = () => wake()
  window.addEventListener('online', online)

  async function listen() {
    const cut = new AbortController()
    const stop = () => cut.abort()
    ended.signal.addEventListener('abort', stop)
    let watch = setTimeout(stop, silence)
    try {
      const response = await fetch('/v1/stream', {
        headers: { Accept: 'text/event-stream', ...headers(), ...(lastID && { 'Last-Event-ID': lastID }) },
        signal: cut.signal,
      })
      if (response.status === 401) sessionExpired()
      if (!response.ok || !response.body) return
      onState('live')
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
      let rest = ''
      for (;;) {
        const { done, value } = await reader.read()
        if (done) return
        clearTimeout(watch)
        watch = setTimeout(stop, silence)
        const blocks = (rest + value).split('\n\n')
        rest = blocks.pop() ?? ''
        for (const block of blocks) lastID = take(block, onEvent) ?? lastID
      }
    } catch {
      // Gone; the loop comes back.
    } finally {
      clearTimeout(watch)
      ended.signal.removeEventListener('abort', stop)
    }
  }

  void (async () => {
    for (let tries = 0; !ended.signal.aborted; tries++) {
      const began = Date.now()
      await listen()
      if (ended.signal.aborted) return
      onState('away')
      if (Date.now() - began > silence) tries = 0
      const pause = Math.min(15_000, 500 * 2 ** Math.min(tries, 5)) * (0.5 + Math.random() / 2)
      await new Promise<void>(resolve => {
        wake = resolve
        setTimeout(resolve, pause)
        ended.signal.addEventListener('abort', () => resolve())
      })
    }
  })()
  return () => {
    window.removeEventListener('online', online)
    ended.abort()
  }
}

/** take reads one block and returns its id, if it has one. */
export function take(block: string, onEvent: (event: StreamEvent) => void): string | null {
  let id: string | null = null
  let kind = ''
  let data = ''
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':')
    if (colon <= 0) continue
    const value = line.slice(colon + 1).replace(/^ /, '')
    switch (line.slice(0, colon)) {
      case 'id': id = value; break
      case 'event': kind = value; break
      case 'data': data += value; break
    }
  }
  switch (kind) {
    case 'ready': onEvent({ kind, resumed: (JSON.parse(data) as { resumed: boolean }).resumed }); break
    case 'reset': onEvent({ kind }); break
    case 'item': case 'wave': case 'alert': onEvent({ kind, data: JSON.parse(data) as ItemNews }); break
  }
  return id
}
