/** safeLink lets only web addresses be followed, whatever a platform delivered. */
export function safeLink(address: string | null): string | undefined {
  if (!address) return undefined
  try {
    const url = new URL(address)
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : undefined
  } catch {
    return undefined
  }
}
