// A dictionary holds the words of one part of the console in both languages. The German one
// must have the keys of the English one: a missing key does not compile. A value with a bar
// has two forms, "one|several", chosen by the value of {n}.
export type Language = 'en' | 'de'

export interface Dictionary<K extends string> {
  en: Record<K, string>
  de: Record<K, string>
}

export function dictionary<const K extends string>(en: Record<K, string>, de: Record<NoInfer<K>, string>): Dictionary<K> {
  return { en, de }
}

export type Values = Record<string, string | number>

export function say<K extends string>(words: Dictionary<K>, language: Language, key: K, values: Values = {}): string {
  let text = words[language][key]
  const bar = text.indexOf('|')
  if (bar >= 0) text = Number(values.n) === 1 ? text.slice(0, bar) : text.slice(bar + 1)
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name]
    if (value === undefined) return whole
    return typeof value === 'number' ? new Intl.NumberFormat(language).format(value) : value
  })
}
