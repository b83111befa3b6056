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
    page.on('dialog', dialog => {
      visitor.complaints.push(`a script ran: ${dialog.message()}`)
      void dialog.dismiss()
    })
    page.on('request', request => {
      if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(address)) visitor.complaints.push(`asks another host: ${request.url()}`)
    })
    return visitor
  }

  /** signInByKeys signs in without a mouse. */
  async signInByKeys(person: Person, path = '/') {
    await this.page.goto(path)
    await this.page.waitForSelector('input[type=email]')
    await this.tabTo('Mail address')
    await this.page.keyboard.type(person.mail)
    await this.tabTo('Password')
    await this.page.keyboard.type(person.password)
    await this.press('Enter')
    await this.page.waitForSelector('nav')
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

  /** press presses keys one after the other. */
  async press(...keys: string[]) {
    for (const key of keys) await this.page.keyboard.press(key)
  }

  /** tabTo goes with Tab to what has a name, as somebody does who has no mouse. */
  async tabTo(name: string | RegExp, key: 'Tab' | 'Shift+Tab' = 'Tab') {
    for (let presses = 0; presses < 80; presses++) {
      await this.page.keyboard.press(key)
      const focused = await this.page.evaluate(() => {
        const at = document.activeElement as HTMLElement | null
        const labels = [...((at as HTMLInputElement | null)?.labels ?? [])].map(l => l.textContent).join(' ')
        return at?.getAttribute('aria-label') || labels || at?.innerText || ''
      })
      if (typeof name === 'string' ? focused.trim() === name : name.test(focused)) return
    }
    throw new Error(`no Tab leads to ${name}`)
  }

  /** walkTo goes down the list by J, from its top, until the item with a text is open. */
  async walkTo(text: string) {
    await this.press('Escape')
    const comment = this.page.getByTestId('comment')
    for (let steps = 0; steps < 40; steps++) {
      await this.press('j')
      const chosen = this.page.locator('[data-chosen] [data-item]')
      await chosen.first().waitFor()
      await comment.waitFor()
      if ((await comment.innerText()).includes(text)) return
    }
    throw new Error(`no J leads to ${text}`)
  }

  button(name: string | RegExp) {
    return this.page.getByRole('button', { name, exact: typeof name === 'string' })
  }

  /** isSettled waits until nothing of the page is still loading. */
  async isSettled() {
    await this.page.waitForFunction(() => {
      const room = document.querySelector('main')
      return room && room.innerText.trim() !== '' && !document.querySelector('.mantine-Loader-root')
    })
  }

  /** isAccessible runs axe over the page as it stands: WCAG 2.2 AA, or only some rules. */
  async isAccessible(what: string, rules?: string[]) {
    await this.page.evaluate(axe) // by the debugger, which the page's policy does not bind
    const found = await this.page.evaluate(async runOnly => {
      const run = (window as unknown as { axe: { run(root: Document, options: unknown): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }).axe.run
      const { violations } = await run(document, { runOnly, resultTypes: ['violations'] })
      return violations.map(v => `${v.id}: ${v.nodes.map(n => n.html.slice(0, 200)).join(' | ')}`)
    }, rules ?? ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
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
