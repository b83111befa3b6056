import { expect, test } from 'vitest'
import type { Dictionary } from './dictionary'

// Every dictionary of the console: the compiler finds missing German keys, this finds the rest.
const modules = import.meta.glob<Record<string, unknown>>(['../**/text.ts', '../words.ts'], { eager: true })
const dictionaries = Object.entries(modules).flatMap(([file, module]) =>
  Object.entries(module)
    .filter((entry): entry is [string, Dictionary<string>] => typeof entry[1] === 'object' && entry[1] !== null && 'en' in entry[1] && 'de' in entry[1])
    .map(([name, words]) => [`${name} in ${file}`, words] as const),
)
const placeholders = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort()

test('there are dictionaries', () => expect(dictionaries.length).toBeGreaterThan(3))

test.each(dictionaries)('%s says everything in both languages', (_, words) => {
  expect(Object.keys(words.de).sort()).toEqual(Object.keys(words.en).sort())
  for (const [key, english] of Object.entries(words.en)) {
    const german = words.de[key] ?? ''
    expect(english.trim(), key).not.toBe('')
    expect(german.trim(), key).not.toBe('')
    expect(placeholders(german), key).toEqual(placeholders(english))
    expect(german.includes('|'), `${key} has as many forms`).toBe(english.includes('|'))
  }
})

const pages = import.meta.glob<string>('../**/*.tsx', { eager: true, query: '?raw', import: 'default' })

test.each(Object.entries(pages))('%s says nothing past the dictionaries', (_, source) => {
  const loose = [...source.matchAll(/>\s*([A-ZÄÖÜ][a-zäöüß]+(?: [\wäöüß]+)*[.!?]?)\s*<\//g)].map(found => found[1])
  expect(loose.filter(words => words !== 'Triage' && words !== 'Offline')).toEqual([])
})
