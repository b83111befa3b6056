// Somebody in front of a browser. Whatever the page complains of, or asks of another host,
// fails the story.
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { expect } from 'vitest'
import type { Person } from './brand'
import { program } from './program'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface Wish {
  locale?: string
  colorScheme?: 'light' | 'dark'
  width?: number
  height?: number
}

let browser: Promise<Browser> | undefined

export function openBrowser(): Promise<Browser> {
  browser ??= chromium.launch({ executablePath: program.browser, args: ['--no-sandbox', '--disable-gpu'] })
  return browser
}

export async function closeBrowser() {
  await (await browser)?.close()
  browser = undefined
}

export class Visitor {
  readonly complaints: string[] = []

  private constructor(readonly page: Page, readonly context: BrowserContext) {}

  static async open(address: string, { locale = 'en', colorScheme = 'light', width = 1440, height = 900 }: Wish = {}): Promise<Visitor> {
    const context = await (await openBrowser()).newContext({ baseURL: address, locale, colorScheme, viewport: { width, height }, reducedMotion: 'reduce', timezoneId: 'Europe/Berlin' })
    const page = await context.newPage()
    page.setDefaultTimeout(20_000)
    const visitor = new Visitor(page, context)
    page.on('pageerror', error => visitor.complaints.push(error.message))
    page.on('console', message => {
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) visitor.complaints.push(message.text())
    })
    page.on('request', request => {
      if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(address)) visitor.complaints.push(`asks another host: ${request.url()}`)
    })
    return visitor
  }

  async signIn(person: Person, path = '/') {
    await this.page.goto(path)
    await this.page.fill('input[type=email]', person.mail)
    await this.page.fill('input[type=password]', person.password)
    await this.page.click('button[type=submit]')
    await this.page.waitForSelector('nav')
  }

  /** row is the row of the list that holds a text. */
  row(text: string) {
    return this.page.locator('[role=listitem]', { hasText: text })
  }

  /** choose clicks a row and waits for what it says. */
  async choose(text: string) {
    await this.row(text).locator('[data-item]').first().click()
    await this.page.getByTestId('comment').filter({ hasText: text }).waitFor()
  }

  button(name: string | RegExp) {
    return this.page.getByRole('button', { name, exact: typeof name === 'string' })
  }

  /** isAccessible runs axe over the page as it stands (WCAG 2.2 AA). */
  async isAccessible(what: string) {
    await this.page.evaluate(axe) // by the debugger, which the page's policy does not bind
    const found = await this.page.evaluate(async () => {
      const run = (window as unknown as { axe: { run(root: Document, options: unknown): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }).axe.run
      const { violations } = await run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })
      return violations.map(v => `${v.id}: ${v.nodes.map(n => n.html.slice(0, 200)).join(' | ')}`)
    })
    expect(found, what).toEqual([])
  }

  /** shoot keeps a picture when SHOTS is set, to be looked at. */
  async shoot(name: string) {
    if (!process.env.SHOTS) return
    mkdirSync(process.env.SHOTS, { recursive: true })
    await this.page.screenshot({ path: `${process.env.SHOTS}/${name}.png` })
  }

  async leave() {
    await this.context.close()
    expect(this.complaints).toEqual([])
  }
}
