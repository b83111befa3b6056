import { useCallback } from 'react'
import { usePreferences } from '../preferences'
import { type Dictionary, say, type Values } from './dictionary'

/** useText returns the function that says a key of a dictionary in the chosen language. */
export function useText<K extends string>(words: Dictionary<K>) {
  const { language } = usePreferences()
  return useCallback((key: K, values?: Values) => say(words, language, key, values), [words, language])
}
