// A wave is answered as one.
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { Brand } from './brand'
import { closeBrowser, Visitor } from './visitor'

const address = inject('address')
const slogan = 'Boycott this advert, it makes fun of nurses and that is a shame'

let brand: Brand
let day: Visitor

beforeAll(async () => {
  brand = await Brand.open(address, 'Brandung')
  day = await Visitor.open(address)
  await brand.say(...['', '!', '!!', '…', '.', '?!'].map((end, n) => ({ text: slogan + end, author: { id: `w-${n}`, name: `Voice ${n}` } })))
})
afterAll(async () => {
  await day.leave()
  await closeBrowser()
})

test('what many say is tagged and closed for all at once, but for one taken out', async () => {
  await expect.poll(async () => (await brand.items()).filter(i => i.wave_id).length, { timeout: 60_000 }).toBe(6)
  const lea = await brand.person('Lea', 'lead')
  const queue = (await brand.items())[0]?.queue === 'cm' ? '/relationships' : '/content'
  await day.signIn(lea, `${queue}?group=none`)
  await day.row(slogan).locator('[data-item]').first().click()
  const wave = day.page.getByRole('region', { name: 'Part of a wave' })
  await wave.getByText('6 comments say nearly this').waitFor()
  await day.isAccessible('a wave')
  await day.shoot('wave')

  await wave.getByRole('button', { name: 'Tags' }).click()
  await day.page.getByRole('textbox', { name: 'Tags' }).fill('nurses')
  await day.press('Enter')
  await expect.poll(async () => (await brand.items()).filter(i => i.tags.includes('nurses')).length).toBeGreaterThan(3)

  await wave.getByRole('button', { name: 'This does not belong to it' }).click()
  await day.page.getByText('Taken out of the wave.').waitFor()
  await expect.poll(() => wave.count()).toBe(0)
  const alone = (await brand.items()).find(i => !i.wave_id)

  await day.row(slogan).locator(`[data-item]:not([data-item="${alone?.id}"])`).first().click()
  await wave.getByText('5 comments say nearly this').waitFor()
  await wave.getByRole('button', { name: 'Done' }).click()
  await day.page.getByRole('menuitem', { name: 'No reply needed' }).click()
  await expect.poll(async () => (await brand.items()).filter(i => i.status === 'resolved').length).toBeGreaterThan(3)
  expect((await brand.items()).find(i => i.id === alone?.id)?.status).not.toBe('resolved')
  await day.button(/^Undo/).first().click()
  await expect.poll(async () => (await brand.items()).filter(i => i.status === 'resolved').length).toBe(0)
})
