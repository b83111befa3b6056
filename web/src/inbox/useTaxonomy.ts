import { useCallback } from 'react'
import { useText } from '../text/useText'
import { word, words } from '../words'

/** useTaxonomy names a word of the taxonomy; one that we do not know names itself. */
export function useTaxonomy() {
  const w = useText(words)
  return useCallback((kind: string, name: string) => {
    const key = word(kind, name)
    return key ? w(key) : name
  }, [w])
}
