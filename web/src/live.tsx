// One live stream for the whole console. Who shows something that changes subscribes here.
import { createContext, type ReactNode, use, useEffect, useMemo, useRef, useState } from 'react'
import { openStream, type StreamEvent, type StreamState } from './api/stream'

type Listener = (event: StreamEvent) => void

interface Live {
  state: StreamState
  subscribe(listener: Listener): () => void
}

const Context = createContext<Live | null>(null)

export function useLive(): Live {
  const live = use(Context)
  if (!live) throw new Error('no live stream')
  return live
}

/** useNews calls listener with every event of the stream. */
export function useNews(listener: Listener) {
  const { subscribe } = useLive()
  const latest = useRef(listener)
  latest.current = listener
  useEffect(() => subscribe(event => latest.current(event)), [subscribe])
}

/** LiveProvider keeps the stream open; another brand or person is another stream. */
export function LiveProvider({ who, children }: { who: string; children: ReactNode }) {
  const [state, setState] = useState<StreamState>('connecting')
  const listeners = useRef(new Set<Listener>())
  useEffect(
    () => openStream({ onState: setState, onEvent: event => { for (const listener of listeners.current) listener(event) } }),
    [who],
  )
  const value = useMemo<Live>(() => ({
    state,
    subscribe(listener) {
      listeners.current.add(listener)
      return () => listeners.current.delete(listener)
    },
  }), [state])
  return <Context value={value}>{children}</Context>
}
