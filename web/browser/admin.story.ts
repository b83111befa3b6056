// The day of an administrator, by mouse and by keyboard: from an empty brand to its first item.
import { createHmac, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { Brand, type Person } from './brand'
import { closeBrowser, Visitor } from './visitor'

const address = inject('address')
const hostile = '<img src=x onerror="document.title=1">\u202E"><script>alert(1)</script>'
const matters = ['start', 'brand', 'people', 'hours', 'channels', 'slack', 'engines', 'trouble', 'audit', 'access']

let brand: Brand
let ada: Person
let day: Visitor

beforeAll(async () => {
  brand = await Brand.empty(address, 'Havelblick')
  ada = await brand.person('Ada', 'admin')
  day = await Visitor.open(address)
  await day.signIn(ada, '/setup')
})
afterAll(async () => {
  await day.leave()
  await closeBrowser()
})

const step = (name: string, done: boolean) => day.page.locator(`[data-step=${name}][data-done=${done}]`).waitFor()

test('an empty brand begins with its first steps', async () => {
  await day.page.waitForURL('**/setup/start')
  await step('endpoint', false)
  await step('item', false)
  await day.isAccessible('first steps')
})

test('sample comments come through a real door, and go again', async () => {
  await day.page.getByRole('switch', { name: 'Sample comments' }).click()
  await day.page.getByText('24 sample comments are there.').waitFor()
  await step('delivery', true)
  await step('item', true)
  await day.page.getByRole('switch', { name: 'Sample comments' }).click()
  await expect.poll(() => day.page.getByText('sample comments are there.').count()).toBe(0)
})

test('what the brand is about is said and kept', async () => {
  await day.page.getByRole('link', { name: 'Brand and goals' }).click()
  await day.page.getByRole('textbox', { name: 'About the brand' }).fill(hostile)
  await day.button('Save').click()
  await day.page.getByText('Saved.').first().waitFor()
  await day.page.reload()
  await expect.poll(() => day.page.getByRole('textbox', { name: 'About the brand' }).inputValue()).toBe(hostile)
})

test('an address is made, its secret is shown once, and the first delivery shows by itself', async () => {
  await day.page.goto('/setup/channels')
  await day.button('Make the address').click()
  const secret = await day.page.locator('input[data-secret]').inputValue()
  expect(secret).toMatch(/^whsec_/)
  await day.isAccessible('an endpoint')
  await day.button('I have kept it').click()
  expect(await day.page.locator('input[data-secret]').count()).toBe(0)
  const endpoint = day.page.locator('[data-endpoint]').filter({ has: day.page.locator('[data-received=false]') })
  const url = await endpoint.locator('code').innerText()
  await endpoint.getByRole('button', { name: /Add a channel/ }).click()
  await day.page.getByRole('textbox', { name: 'Account, as the platform names it' }).fill('forum')
  await day.page.getByRole('textbox', { name: 'Name, for people' }).fill(hostile)
  await day.button('Listen').click()
  await endpoint.getByText(hostile).waitFor()
  await deliver(new URL(url).pathname, secret)
  await expect.poll(() => day.page.locator('[data-received=false]').count(), { timeout: 15_000 }).toBe(0)
  await day.page.getByText(/First delivery received/).first().waitFor()
})

async function deliver(path: string, secret: string) {
  const id = randomUUID()
  const at = String(Math.floor(Date.now() / 1000))
  const body = JSON.stringify({
    type: 'comment.created', timestamp: new Date().toISOString(),
    data: { id, account: 'forum', author: { id: 'a', name: hostile, handle: hostile }, thread: { id: 'p', text: hostile }, text: `Wann kommt meine Bestellung? ${hostile}`, created_at: new Date().toISOString() },
  })
  const signature = createHmac('sha256', Buffer.from(secret.slice(6), 'base64')).update(`${id}.${at}.${body}`).digest('base64')
  const response = await fetch(address + path, {
    method: 'POST', body, headers: { 'Content-Type': 'application/json', 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': `v1,${signature}` },
  })
  expect(response.status).toBe(200)
}

test('somebody is invited by keyboard alone, and joins', async () => {
  await day.page.keyboard.press('Control+k')
  await day.page.keyboard.type('People and roles')
  await day.page.keyboard.press('Enter')
  await day.page.waitForURL('**/setup/people')
  await day.page.getByRole('textbox', { name: 'Mail address' }).focus()
  await day.page.keyboard.type(`mira-${randomUUID()}@example.com`)
  await day.page.keyboard.press('Enter')
  const link = await day.page.locator('input[data-secret]').inputValue()
  const mira = await Visitor.open(address, { locale: 'de', colorScheme: 'dark', width: 390, height: 800 })
  await mira.page.goto(link)
  await mira.isAccessible('an invitation, German, dark, phone')
  await mira.page.getByRole('textbox', { name: 'Name' }).fill(hostile)
  await mira.page.getByLabel('Passwort', { exact: true }).fill(`strasse-${randomUUID()}`)
  await mira.page.keyboard.press('Enter')
  await mira.page.waitForSelector('nav')
  await mira.page.waitForURL('**/relationships')
  await mira.leave()
  await day.page.reload()
  await day.page.getByText(hostile).first().waitFor()
})

test('a token is made by keyboard, shown once, and ended', async () => {
  await day.page.goto('/setup/access')
  await day.button('Make a token').focus()
  await day.page.keyboard.press('Enter')
  expect(await day.page.locator('input[data-secret]').inputValue()).toMatch(/^trg_/)
  await day.button('I have kept it').focus()
  await day.page.keyboard.press('Enter')
  await day.page.getByRole('button', { name: /^End the token/ }).first().focus()
  await day.page.keyboard.press('Enter')
  await day.page.getByText('The token has ended.').waitFor()
})

test('nothing leaves the house when the switch says so', async () => {
  await day.page.goto('/setup/engines')
  await day.button('Ask the model now').click()
  await day.page.getByText('No model is configured').waitFor()
  await day.page.getByRole('switch', { name: 'Nothing leaves the house' }).focus()
  await day.page.keyboard.press('Space')
  await expect.poll(() => brand.get<{ nothing_leaves: boolean }>('/v1/brand').then(b => b.nothing_leaves)).toBe(true)
})

test('the audit tells what was done today', async () => {
  await day.page.goto('/setup/audit')
  await day.page.getByText('Ada changed the brand.').first().waitFor()
})

test.each([
  ['en', 'light', 1440], ['en', 'dark', 1440], ['de', 'light', 1440], ['de', 'dark', 390],
] as const)('every matter is accessible: %s, %s, %i wide', async (locale, colorScheme, width) => {
  const visitor = await Visitor.open(address, { locale, colorScheme, width })
  await visitor.signIn(ada, '/setup/start')
  for (const matter of matters) {
    await visitor.page.goto(`/setup/${matter}`)
    await visitor.page.locator('h2').first().waitFor()
    await visitor.page.waitForLoadState('networkidle', { timeout: 5000 }).catch(() => {}) // the live stream stays open
    await visitor.isAccessible(`${matter}, ${locale}, ${colorScheme}`)
    const wider = await visitor.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    expect(wider, `${matter} is wider than the screen`).toBeLessThanOrEqual(0)
    await visitor.shoot(`setup-${matter}-${locale}-${colorScheme}`)
  }
  await visitor.leave()
})
