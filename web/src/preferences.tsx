// What somebody prefers on this device: language, time zone. The colour scheme is kept by
// Mantine in the same way.
import { createContext, type ReactNode, use, useEffect, useMemo, useState } from 'react'
import type { Language } from './text/dictionary'

export interface Preferences {
  language: Language
  /** IANA name of the zone in which times are shown. */
  zone: string
  setLanguage(language: Language): void
  setZone(zone: string): void
}

const Context = createContext<Preferences | null>(null)

export function usePreferences(): Preferences {
  const preferences = use(Context)
  if (!preferences) throw new Error('no preferences')
  return preferences
}

export const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone

function firstLanguage(): Language {
  const kept = localStorage.getItem('triage.language')
  if (kept === 'en' || kept === 'de') return kept
  return navigator.language.startsWith('de') ? 'de' : 'en'
}

export function PreferencesProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(firstLanguage)
  const [zone, setZone] = useState(() => localStorage.getItem('triage.zone') ?? ownZone)
  document.documentElement.lang = language // before children ask the server for sentences
  useEffect(() => localStorage.setItem('triage.language', language), [language])
  useEffect(() => localStorage.setItem('triage.zone', zone), [zone])
  const value = useMemo(() => ({ language, zone, setLanguage, setZone }), [language, zone])
  return <Context value={value}>{children}</Context>
}
