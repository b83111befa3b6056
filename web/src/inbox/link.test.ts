import { expect, test } from 'vitest'
import { safeLink } from './link'

test.each<[string, string | null, string | undefined]>([
  ['an address of the web is followed', 'https://example.com/a?b=1', 'https://example.com/a?b=1'],
  ['none is none', null, undefined],
  ['a script is not', 'javascript:alert(1)', undefined],
  ['nor one in disguise', ' JaVa\tScript:alert(1)', undefined],
  ['nor data', 'data:text/html,<script>alert(1)</script>', undefined],
  ['nor what is no address', '//example.com', undefined],
])('%s', (_, address, want) => expect(safeLink(address)).toBe(want))
