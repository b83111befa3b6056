// Everything hostile that the corpora know, as comment, author and post, through the real
// door: no script runs, nothing is asked of another host, and the page stays in its frame.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, inject, test } from 'vitest'
import { Brand } from './brand'
import { closeBrowser, Visitor } from './visitor'

const address = inject('address')
const corpus = join(process.env.TRIAGE_CORPUS ?? '', 'hostile')
const kinds = ['xss', 'unicode', 'url']

/** strings are all texts in a JSON document, however deep. */
function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(strings) : []
}

/** linesOf reads a file of the corpora; homoglyphs are listed by their numbers. */
function linesOf(path: string): string[] {
  const text = readFileSync(path, 'utf8')
  if (path.endsWith('.json')) return strings(JSON.parse(text))
  const lines = text.split(/\r?\n/)
  if (!path.endsWith('char_codes.txt')) return lines
  return lines.filter(l => !l.startsWith('#')).map(l => l.split(',').filter(Boolean).map(code => String.fromCodePoint(parseInt(code, 16))).join(''))
}

/** portions are lines together, so that a few hundred comments say all of them. */
function portions(lines: string[]): string[] {
  const out: string[] = []
  let text = ''
  let height = 0
  for (const line of lines) {
    if (height > 0 && (text.length + line.length > 1500 || height >= 30)) {
      out.push(text)
      text = ''
      height = 0
    }
    text += `${line}\n`
    height++
  }
  return text ? [...out, text] : out
}

afterAll(closeBrowser)

test('hostile texts are texts', { timeout: 240_000 }, async () => {
  if (!process.env.TRIAGE_CORPUS || !existsSync(corpus)) {
    console.log('the corpora are not here: set TRIAGE_CORPUS to their folder to run this story')
    return
  }
  const read = Object.fromEntries(kinds.map(kind => [kind, readdirSync(join(corpus, kind)).flatMap(file => linesOf(join(corpus, kind, file))).filter(l => l.trim())]))
  const texts = Object.values(read).flatMap(portions)
  const links = read.url ?? []
  const brand = await Brand.open(address, 'Sturm <img src=x onerror=alert(1)>')
  const lea = await brand.person('Lea', 'lead')
  for (let at = 0; at < texts.length; at += 50) {
    await brand.deliver(texts.slice(at, at + 50).map((text, n) => ({
      id: `h-${at + n}`, text, author: { id: `h-${at + n}`, name: text, handle: text.slice(0, 200) }, permalink: links[((at + n) * 7) % links.length],
      thread: { id: `h-${Math.floor((at + n) / 3)}`, text, permalink: links[((at + n) * 11) % links.length] },
    })))
  }
  await expect.poll(async () => (await brand.items()).length, { timeout: 60_000 }).toBeGreaterThanOrEqual(texts.length)

  const day = await Visitor.open(address)
  await day.signIn(lea)
  let opened = 0
  for (const room of ['content', 'relationships']) {
    await day.page.goto(`/${room}?status=live,closed`)
    await day.page.locator('[role=listitem]').first().waitFor()
    await day.shoot(`hostile-${room}`)
    await day.page.goto(`/${room}?group=none&status=live,closed`)
    await day.page.locator('[role=listitem]').first().waitFor()
    for (let before = ''; ; opened++) {
      await day.press('j')
      const moved = await day.page.waitForFunction(path => location.pathname !== path && document.querySelector('[data-testid=comment]'), before, { timeout: 4000 }).catch(() => null)
      if (!moved) break // the end of the list
      const state = await day.page.evaluate(() => ({
        path: location.pathname,
        links: [...document.querySelectorAll<HTMLAnchorElement>('main a')].map(a => a.protocol),
        wide: [document.documentElement, ...document.querySelectorAll<HTMLElement>('main, main section, main aside, [role=listitem]')].filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.outerHTML.slice(0, 200)),
        tall: [...document.querySelectorAll<HTMLElement>('[role=listitem]')].filter(e => e.offsetHeight > 240).map(e => e.outerHTML.slice(0, 200)),
      }))
      expect(state.links.filter(protocol => !/^https?:$/.test(protocol))).toEqual([])
      expect([state.wide, state.tall]).toEqual([[], []])
      if (opened % 40 === 0) await day.shoot(`hostile-${room}-${opened}`)
      before = state.path
    }
  }
  console.log(`${texts.length} comments say ${Object.values(read).flat().length} hostile lines; ${opened} were opened`)
  expect(opened).toBeGreaterThanOrEqual(Math.min(texts.length, 150))
  await day.leave()
})
