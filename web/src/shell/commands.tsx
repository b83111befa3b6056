// Everything that can be done by a key is a command with a name: keys, palette and the help
// on "?" all read the same list, so none of them can know less than the others.
import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useRef, useState } from 'react'

export interface Command {
  id: string
  /** What it does, in the reader's language. */
  label: string
  /** Heading in palette and help. */
  group: string
  /** As KeyboardEvent.key, lower case: "j", "?", "mod+k", "shift+j", "enter". */
  keys?: string[]
  run(): void
  /** Greyed out and without effect. */
  disabled?: boolean
  /** Only by key, not in the palette. */
  quiet?: boolean
}

interface Registry {
  commands: Command[]
  add(command: () => Command): () => void
  changed(): void
  singleKeys: boolean
  setSingleKeys(on: boolean): void
}

const Context = createContext<Registry | null>(null)

export function useCommands(): Registry {
  const registry = use(Context)
  if (!registry) throw new Error('no commands')
  return registry
}

/** useCommand offers a command for as long as the component is there. */
export function useCommand(command: Command) {
  const { add, changed } = useCommands()
  const latest = useRef(command)
  latest.current = command
  const shown = [command.id, command.label, command.group, command.disabled].join('\u0000')
  useEffect(() => add(() => latest.current), [add])
  useEffect(changed, [changed, shown])
}

const isMac = navigator.platform.startsWith('Mac')

/** shown returns a key as it stands on the keyboard. */
export function shownKey(key: string): string {
  return key
    .split('+')
    .map(part => ({ mod: isMac ? '⌘' : 'Ctrl', shift: '⇧', enter: '↵', escape: 'Esc', arrowdown: '↓', arrowup: '↑' })[part] ?? part.toUpperCase())
    .join(isMac ? '' : '+')
}

function pressed(event: KeyboardEvent): string {
  const key = event.key.toLowerCase()
  const letter = /^[a-zäöü]$/.test(key) || key.length > 1
  return (event.metaKey || event.ctrlKey ? 'mod+' : '') + (event.altKey ? 'alt+' : '') + (event.shiftKey && letter ? 'shift+' : '') + key
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
}

/** ours reports whether a key meant for a widget should be left to it. */
function belongsToWidget(event: KeyboardEvent): boolean {
  const target = event.target
  if (!(target instanceof HTMLElement)) return false
  const onControl = target.closest('button, a, [role="menuitem"], [role="option"]') !== null
  return onControl && (event.key === 'Enter' || event.key === ' ')
}

export function CommandProvider({ children }: { children: ReactNode }) {
  const sources = useRef(new Set<() => Command>())
  const [round, setRound] = useState(0)
  const [singleKeys, setSingleKeys] = useState(() => localStorage.getItem('triage.keys') !== 'off')
  useEffect(() => localStorage.setItem('triage.keys', singleKeys ? 'on' : 'off'), [singleKeys])
  const changed = useCallback(() => setRound(n => n + 1), [])
  const add = useCallback((source: () => Command) => {
    sources.current.add(source)
    changed()
    return () => {
      sources.current.delete(source)
      changed()
    }
  }, [changed])

  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      const key = pressed(event)
      const single = !key.startsWith('mod+')
      if (event.defaultPrevented || event.isComposing) return
      if (single && (!singleKeys || isTyping(event.target) || belongsToWidget(event))) return
      if (document.querySelector('[role="dialog"], [role="menu"]')) return
      const found = [...sources.current].reverse().map(s => s()).find(c => !c.disabled && c.keys?.includes(key))
      if (!found) return
      event.preventDefault()
      found.run()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [singleKeys])

  const value = useMemo(
    () => ({ commands: [...sources.current].map(s => s()), add, changed, singleKeys, setSingleKeys }),
    // round counts the changes of the set
    [round, add, changed, singleKeys],
  )
  return <Context value={value}>{children}</Context>
}
