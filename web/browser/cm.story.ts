// The day of a Community Manager, by mouse.
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { Brand, type Person } from './brand'
import { closeBrowser, Visitor } from './visitor'

const address = inject('address')
const order = 'My order 48213 has not arrived for three weeks, where is it? Please help me.'
const again = 'I wrote to you about my order already, still no answer from anybody.'
const question = 'Which size of the rain jacket fits somebody of 1.86 m?'
const insult = 'You are all worthless idiots and I hate every single one of you, go to hell.'
const thanks = 'Vielen Dank an Jana aus dem Laden in Kreuzberg, sie hat mir so nett geholfen!'
const film = 'The new advert is cut far too fast, make the next film calmer.'

let brand: Brand
let day: Visitor
let carla: Person

beforeAll(async () => {
  brand = await Brand.open(address, 'Südwind')
  carla = await brand.person('Carla', 'cm')
  await brand.say(
    { text: order, author: { id: 'c-1', name: 'Ada' } },
    { text: again, author: { id: 'c-1', name: 'Ada' } },
    { text: question, author: { id: 'c-2', name: 'Ben' } },
    { text: insult, author: { id: 'c-3', name: 'Cem' } },
    { text: thanks, author: { id: 'c-4', name: 'Dörte' } },
  )
  day = await Visitor.open(address)
})
afterAll(async () => {
  await day.leave()
  await closeBrowser()
})

test('the morning begins with people: what one person says stands together', async () => {
  await day.signIn(carla)
  await day.page.waitForURL('**/relationships')
  await day.row('Ada').first().getByRole('button', { name: 'Open group' }).click()
  await expect.poll(() => day.row('Ada').count()).toBeGreaterThan(2)
  await day.isAccessible('relationship room')
  await day.shoot('relationships')
})

test('beside an item stands who speaks', async () => {
  await day.page.goto('/relationships?group=none')
  await day.choose(order)
  await day.page.getByRole('complementary', { name: 'Context' }).getByRole('heading', { name: 'Ada' }).waitFor()
})

test('in a narrow window the person is one click away', async () => {
  await day.page.setViewportSize({ width: 1100, height: 800 })
  await day.button('Context').click()
  const drawer = day.page.getByRole('dialog', { name: 'Context' })
  await drawer.getByRole('heading', { name: 'Ada' }).waitFor()
  await day.isAccessible('context in a narrow window')
  await day.press('Escape')
  await expect.poll(() => drawer.count()).toBe(0)
  await day.page.setViewportSize({ width: 1440, height: 900 })
})

test('taking one, it is hers and says so', async () => {
  await day.button('Take it').click()
  await day.page.getByText('You have it').waitFor()
  await expect.poll(() => brand.item(order).then(i => i?.assignee?.name)).toBe('Carla')
})

test('a case waits for the person and comes back by itself', async () => {
  await day.button('Snooze').click()
  await day.page.getByRole('menuitem', { name: 'When the author writes' }).click()
  await expect.poll(() => brand.item(order).then(i => i?.status)).toBe('waiting')
  await expect.poll(() => day.row(order.slice(0, 30)).count()).toBeLessThan(2)
})

test('what hurts to read is covered until it is asked for', async () => {
  expect(await brand.item(insult), 'words that hurt in a list').toBeUndefined()
  await day.page.goto('/relationships?group=none')
  await day.row('Cem').locator('[data-item]').first().click()
  await day.button('Show the text').click()
  await day.page.getByTestId('comment').filter({ hasText: 'worthless' }).waitFor()
  await day.button('Dismiss …').click()
  await day.page.getByRole('menuitem', { name: 'Abuse' }).click()
  await expect.poll(async () => (await brand.items()).find(i => i.engagement.covered)?.outcome).toBe('abuse')
})

test('what the engine took for something else is corrected', async () => {
  await day.choose(question)
  await day.button('Correct').click()
  const dialog = day.page.getByRole('dialog', { name: 'What is right?' })
  await dialog.getByLabel('Intent').selectOption({ label: 'Support request' })
  await day.isAccessible('correcting')
  await dialog.getByRole('button', { name: 'Correct it' }).click()
  await expect.poll(() => brand.item(question).then(i => i?.intent)).toBe('support_request')
})

test('a tag finds it again, a filter shows only what presses', async () => {
  await day.button('Add a tag').click()
  await day.page.getByRole('textbox', { name: 'Add a tag' }).fill('sizes')
  await day.press('Enter')
  await expect.poll(() => brand.item(question).then(i => i?.tags)).toEqual(['sizes'])
  await day.button('Filter').click()
  await day.page.getByRole('menuitemcheckbox', { name: 'Support request' }).click()
  await day.isAccessible('choosing filters')
  await day.press('Escape')
  await day.button('Remove filter Support request').waitFor()
  await expect.poll(() => day.row(thanks.slice(0, 20)).count()).toBe(0)
  await day.row(question).waitFor()
  await day.button('Remove filter Support request').click()
})

test('thanks are answered, and the day’s count falls', async () => {
  await day.choose(thanks)
  await day.button('Done').click()
  await day.page.getByRole('menuitem', { name: 'Answered' }).click()
  await expect.poll(() => brand.item(thanks).then(i => i?.outcome)).toBe('answered')
  await expect.poll(() => day.row(thanks.slice(0, 20)).count()).toBe(0)
})

test('what belongs to the other room is shared with it', async () => {
  await brand.say({ text: film, author: { id: 'c-6', name: 'Finn' } })
  const item = await brand.item(film)
  expect(item?.queue).toBe('smm')
  await day.page.goto('/relationships?group=none')
  await day.choose(again)
  await day.button('Dismiss …').click()
  await day.page.getByRole('menuitem', { name: /Share with the other queue/ }).click()
  await day.page.getByRole('textbox', { name: /Reason/ }).fill('Write a post on delivery times, many ask.')
  await day.button('OK').click()
  await expect.poll(async () => (await brand.items()).filter(i => i.engagement.text === again).length).toBe(2)
})
