// Two people work at once, and the server is restarted while somebody writes.
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { Brand, type Person } from './brand'
import { startServer } from './program'
import { closeBrowser, Visitor } from './visitor'

const address = inject('address')
const order = 'My order 48213 has not arrived for three weeks, where is it? Please help me.'
const refund = 'I sent the broken lamp back a month ago and still wait for my refund, please help.'

let brand: Brand
let carla: Person
let dan: Person

beforeAll(async () => {
  brand = await Brand.open(address, 'Ostwind')
  carla = await brand.person('Carla', 'cm')
  dan = await brand.person('Dan', 'cm')
  await brand.say({ id: 'o-1', text: order, author: { id: 't-1', name: 'Ada' } }, { text: refund, author: { id: 't-2', name: 'Cleo' } })
})
afterAll(closeBrowser)

test('two reach for the same item: one has it, the other is told who', async () => {
  const [one, two] = await Promise.all([Visitor.open(address), Visitor.open(address)])
  await one.signIn(carla, '/relationships?group=none')
  await two.signIn(dan, '/relationships?group=none')
  await Promise.all([one.choose(order), two.choose(order)])
  await Promise.all([one.button('Take it').click(), two.button('Take it').click()])
  await expect.poll(() => brand.item(order).then(i => i?.assignee?.name)).toBeTruthy()
  const holder = (await brand.item(order))?.assignee?.name
  const [winner, loser] = holder === 'Carla' ? [one, two] : [two, one]
  await winner.page.getByText('You have it').waitFor()
  await loser.page.locator('article').getByText(`${holder} has it`).waitFor()
  expect(await loser.page.getByText('You have it').count()).toBe(0)
  await loser.shoot('claim-race')

  await winner.page.getByRole('textbox', { name: 'Write a note' }).fill('The parcel is in Leipzig.')
  await winner.button('Keep note').click()
  await loser.page.getByText('There is a new note.').waitFor()
  await brand.deliver([{ id: 'o-1', text: `${order} Please!`, author: { id: 't-1', name: 'Ada' } }], 'edited')
  await loser.page.getByText('The author has edited the text.').waitFor()
  await loser.isAccessible('news of an item')

  await winner.button('Done').click()
  await winner.page.getByRole('menuitem', { name: 'Answered' }).click()
  await expect.poll(() => loser.row(order).count()).toBe(0)
  await Promise.all([one.leave(), two.leave()])
})

test('a restart of the server is seen, and nothing is lost by it', async () => {
  let server = await startServer(0)
  const port = Number(new URL(server.address).port)
  const day = await Visitor.open(server.address)
  await day.signIn(carla, '/relationships?group=none')
  await day.choose(refund)
  await day.page.getByRole('status', { name: /^Live/ }).waitFor()
  await day.page.getByRole('textbox', { name: 'Write a note' }).fill('The money is on its way.')

  await server.stop()
  await day.page.getByRole('status', { name: /^No connection/ }).waitFor()
  await day.button('Keep note').click()
  await day.page.getByRole('alert').filter({ hasText: 'The server was not reached' }).waitFor()
  await day.page.locator('button:not([data-loading])', { hasText: 'Keep note' }).waitFor()
  await day.isAccessible('without a connection')
  await day.shoot('away')
  const meanwhile = 'Where is my parcel? The tracking says nothing since Monday, please help me.'
  await brand.say({ text: meanwhile, author: { id: 't-3', name: 'Eve' } })

  server = await startServer(port)
  await day.page.getByRole('status', { name: /^Live/ }).waitFor()
  await day.row(meanwhile).waitFor()
  expect(await day.page.getByRole('textbox', { name: 'Write a note' }).inputValue()).toBe('The money is on its way.')
  await day.button('Keep note').click()
  await day.page.locator('section', { hasText: 'The money is on its way.' }).first().waitFor()
  await expect.poll(() => day.page.getByRole('textbox', { name: 'Write a note' }).inputValue()).toBe('')
  await day.leave()
  await server.stop()
})
