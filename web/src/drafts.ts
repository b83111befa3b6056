// What somebody has begun to write is kept on this device until it is sent, whatever
// happens in between: another item, an ended session, a closed tab.
import { useCallback, useState } from 'react'

const prefix = 'triage.draft.'

export function useDraft(key: string): [text: string, setText: (text: string) => void] {
  const name = prefix + key
  const [shown, setShown] = useState({ name, text: localStorage.getItem(name) ?? '' })
  let current = shown
  if (shown.name !== name) {
    current = { name, text: localStorage.getItem(name) ?? '' }
    setShown(current)
  }
  const setText = useCallback((text: string) => {
    if (text) localStorage.setItem(name, text)
    else localStorage.removeItem(name)
    setShown({ name, text })
  }, [name])
  return [current.text, setText]
}

/** forgetDrafts leaves nothing behind for whoever uses the device next. */
export function forgetDrafts() {
  for (const name of Object.keys(localStorage)) {
    if (name.startsWith(prefix)) localStorage.removeItem(name)
  }
}
