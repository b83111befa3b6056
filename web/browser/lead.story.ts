// The day of a lead: by mouse, then by keyboard alone; with texts that mean harm.
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { Brand, type Person } from './brand'
import { closeBrowser, Visitor } from './visitor'

const address = inject('address')
const delivery = 'My order never arrived, nobody answers and I want my money back!'
const invoice = 'Wo bleibt meine Rechnung? Ich warte seit drei Wochen auf eine Antwort.'
const script = 'My order is broken, please help <img src=x onerror="document.title=1"><script>alert(1)</script> \u202Eevil\u202C https://example.com/\u0430'

let brand: Brand
let lena: Person
let carla: Person
let day: Visitor

beforeAll(async () => {
  brand = await Brand.open(address, 'Nordlicht')
  lena = await brand.person('Lena', 'lead')
  carla = await brand.person('Carla', 'cm')
  await brand.say(
    { text: delivery, author: { id: 'a-1', name: 'Theo Wheel' }, thread: { id: 'p-1', text: 'Unser neues Lastenrad' } },
    { text: invoice, author: { id: 'a-2', name: 'Mira' }, thread: { id: 'p-1', text: 'Unser neues Lastenrad' } },
    { text: script, author: { id: 'a-3', name: '<b onclick=alert(1)>Jo</b>' } },
  )
  day = await Visitor.open(address)
})
afterAll(async () => {
  await day.leave()
  await closeBrowser()
})

const itemOf = (text: string) => brand.get<{ items: { id: string; engagement: { text: string }; assignee: { name: string } | null }[] }>('/v1/queues/cm/items?limit=200')
  .then(list => list.items.find(i => i.engagement.text === text))
const work = (visitor: Visitor, text: string) => visitor.page.locator('li[data-item]', { hasText: text.slice(0, 25) })

test('work is given to somebody by dragging it onto them', async () => {
  await day.signIn(lena, '/team')
  await work(day, delivery).waitFor()
  await day.isAccessible('team')
  await day.shoot('team')
  await work(day, delivery).dragTo(day.page.getByRole('region', { name: 'People', exact: true }).getByRole('listitem').filter({ hasText: 'Carla' }))
  await expect.poll(() => itemOf(delivery).then(i => i?.assignee?.name)).toBe('Carla')
  await expect.poll(() => work(day, delivery).count()).toBe(0)
})

test('and by keyboard alone, with the way back', async () => {
  await day.page.locator('main').focus()
  await expect.poll(async () => {
    await day.page.keyboard.press('j')
    return work(day, invoice).getAttribute('data-chosen')
  }).not.toBeNull()
  await day.page.keyboard.press('a')
  await day.page.getByRole('menuitem', { name: 'Carla' }).waitFor()
  for (let tries = 0; tries < 6 && !(await day.page.getByRole('menuitem', { name: 'Carla' }).evaluate(node => node === document.activeElement)); tries++) await day.page.keyboard.press('ArrowDown')
  await day.page.keyboard.press('Enter')
  await expect.poll(() => itemOf(invoice).then(i => i?.assignee?.name)).toBe('Carla')
  await day.page.keyboard.press('u')
  await expect.poll(() => itemOf(invoice).then(i => i?.assignee ?? null)).toBeNull()
})

test('texts that mean harm stand there as text', async () => {
  await work(day, script).getByText('<img src=x onerror=').waitFor()
  await day.page.goto('/search?q=broken&mode=text')
  await day.page.getByText('<img src=x onerror=').waitFor()
  expect(await day.page.title()).toContain('Triage')
  await day.isAccessible('search')
  await day.shoot('search')
})

test('a person and a post have pages of their own', async () => {
  await day.page.getByRole('link', { name: '<b onclick=alert(1)>Jo</b>' }).click()
  await day.page.getByRole('region', { name: 'Tone over time' }).waitFor()
  await day.page.getByRole('textbox', { name: 'Write a note about this person' }).fill('Be kind, a hard week.')
  await day.button('Keep note').click()
  await day.page.getByRole('region', { name: 'Notes' }).getByText('Be kind, a hard week.').first().waitFor()
  await day.isAccessible('a person')
  await day.shoot('person')
  await day.page.goto('/search?q=money')
  await day.page.getByRole('link', { name: 'The post' }).first().click()
  await day.page.getByRole('region', { name: 'What is said below it' }).getByText(delivery).waitFor()
  await day.isAccessible('a post')
  await day.shoot('post')
})

test('the plan is changed only after looking at what it would change', async () => {
  await day.page.goto('/team/plan')
  await day.page.getByRole('textbox', { name: 'First answer, Normal' }).fill('2h')
  expect(await day.button('Put in force').count()).toBe(0)
  await day.button('What if?').click()
  await day.page.getByRole('region', { name: 'What it would have changed' }).waitFor()
  await day.isAccessible('the plan')
  await day.shoot('plan')
  await day.button('Put in force').click()
  await day.page.getByRole('dialog').getByRole('button', { name: 'Put in force' }).click()
  await day.page.getByText('In force: version 1').waitFor()
  expect((await brand.get<{ plan: { targets: { first_answer: { normal: string } } } }>('/v1/plan')).plan.targets.first_answer.normal).toBe('2h')
})

test('insight shows figures as pictures and tables, and gives them away safely', async () => {
  await day.page.goto('/insight')
  const volume = day.page.getByRole('region', { name: 'Volume and mood' })
  await volume.getByRole('table').waitFor()
  await day.isAccessible('insight')
  await day.shoot('insight')
  for (const [item, ending] of [['Table as a file (CSV)', 'csv'], ['Picture as a file (PNG)', 'png']] as const) {
    await volume.getByRole('button', { name: /Table and files/ }).click()
    const file = day.page.waitForEvent('download')
    await day.page.getByRole('menuitem', { name: item }).click()
    expect((await file).suggestedFilename()).toBe(`volume-and-mood.${ending}`)
  }
})

test('German and dark, and as wide as a phone, all of it stays usable', async () => {
  const other = await Visitor.open(address, { locale: 'de', colorScheme: 'dark', width: 390, height: 844 })
  await other.signIn(carla, '/insight')
  const id = (await itemOf(delivery))?.id ?? ''
  for (const [path, heading] of [['/insight', 'Einblick'], ['/search?q=Rechnung', 'Suche'], [`/search?like=${id}`, 'Ähnliche']] as const) {
    await other.page.goto(path)
    await other.page.getByRole('heading', { level: 2, name: heading }).waitFor()
    await other.page.waitForLoadState('networkidle')
    await other.isAccessible(`${path}, German, dark, phone`)
    expect(await other.page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(390)
  }
  await other.leave()
})
