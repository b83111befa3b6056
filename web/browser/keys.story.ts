// The days of both roles again, by keyboard alone: no line here touches a mouse.
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { Brand, type Person } from './brand'
import { closeBrowser, Visitor } from './visitor'

const address = inject('address')
const post = { id: 'k-1', text: 'Der neue Helm im Windkanal' }
const offer = 'I host a podcast on cycling and offer you a sponsorship collaboration, please send me your press contact.'
const film = 'The music in this video is awful, the whole ad feels fake.'
const praise = 'Der Film ist großartig geschnitten, das schönste Video von euch bisher!'
const more = 'Please make a video about repairing a flat tyre, I would love to watch that.'
const order = 'My order 48213 has not arrived for three weeks, where is it? Please help me.'
const question = 'Which size of the rain jacket fits somebody of 1.86 m?'
const refund = 'I sent the broken lamp back a month ago and still wait for my refund, please help.'

let brand: Brand
let sam: Person
let carla: Person

beforeAll(async () => {
  brand = await Brand.open(address, 'Westwind')
  sam = await brand.person('Sam', 'smm')
  carla = await brand.person('Carla', 'cm')
  await brand.say(
    { text: offer, author: { id: 'k-1', name: 'Theo' } },
    { text: film, author: { id: 'k-2', name: 'Mira' }, thread: post },
    { text: praise, author: { id: 'k-3', name: 'Jo' }, thread: post },
    { text: more, author: { id: 'k-4', name: 'Kim' } },
    { text: order, author: { id: 'k-5', name: 'Ada' } },
    { text: question, author: { id: 'k-6', name: 'Ben' } },
    { text: refund, author: { id: 'k-7', name: 'Cleo' } },
  )
})
afterAll(closeBrowser)

const state = (text: string) => brand.item(text).then(i => i?.status)

test('a Social Media Manager needs no mouse', async () => {
  const day = await Visitor.open(address)
  await day.signInByKeys(sam)
  await day.row(post.text).waitFor()

  await day.press('?')
  await day.page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
  await day.press('Escape')
  await expect.poll(() => day.page.getByRole('dialog').count()).toBe(0)

  await day.walkTo(film) // the group stands as its most pressing comment
  await day.press('o')
  await day.row('Jo').waitFor()
  await day.press('h')
  await day.page.getByRole('dialog').waitFor()
  await day.page.keyboard.type('She is hurt, please answer her.')
  await day.press('Enter')
  await expect.poll(() => brand.item(film).then(i => i?.queue)).toBe('cm')

  await day.walkTo(offer)
  await day.press('m')
  await day.page.keyboard.type('Anna knows him.')
  await day.press('Control+Enter')
  await day.page.locator('section', { hasText: 'Anna knows him.' }).first().waitFor()
  await day.press('Escape', 't')
  await day.page.getByRole('textbox', { name: 'Add a tag' }).waitFor()
  await day.page.keyboard.type('press')
  await day.press('Enter')
  await expect.poll(() => brand.item(offer).then(i => i?.tags)).toEqual(['press'])
  await day.press('Escape')
  await day.press('c')
  await day.page.getByText('You have it').waitFor()
  await day.press('e')
  await day.page.getByRole('menu').waitFor()
  await day.press('2')
  await expect.poll(() => state(offer)).toBe('resolved')
  await day.press('u')
  await expect.poll(() => state(offer)).not.toBe('resolved')

  await day.press('Control+k')
  await day.page.getByRole('combobox').waitFor()
  await day.page.keyboard.type('light and dark')
  await day.press('Enter')
  await expect.poll(() => day.page.evaluate(() => document.documentElement.dataset.mantineColorScheme)).toBe('dark')
  await day.leave()
})

test('a Community Manager needs none either', async () => {
  const day = await Visitor.open(address)
  await day.signInByKeys(carla)
  await day.page.waitForURL('**/relationships')

  await day.press('n') // the next best item is dealt and opened
  await day.page.getByText('You have it').waitFor()
  await day.press('c')
  await expect.poll(() => day.page.getByText('You have it').count()).toBe(0)

  await day.walkTo(order)
  await day.press('1')
  await expect.poll(() => brand.item(order).then(i => i?.urgency)).toBe('urgent')
  await day.press('s')
  await day.page.getByRole('menu').waitFor()
  await day.press('1')
  await expect.poll(() => state(order)).toBe('snoozed')

  await day.walkTo(question)
  await day.press('r')
  await day.page.getByRole('dialog', { name: 'What is right?' }).waitFor()
  await day.page.keyboard.type('Support') // a native choice is chosen by its first letters
  await day.tabTo('Correct it')
  await day.press('Enter')
  await expect.poll(() => brand.item(question).then(i => i?.intent)).toBe('support_request')

  await day.press('x')
  const many = day.page.getByRole('toolbar', { name: '1 selected' })
  await many.waitFor()
  await day.tabTo('To me')
  await day.press('Enter')
  await expect.poll(() => brand.item(question).then(i => i?.assignee?.name)).toBe('Carla')
  await expect.poll(() => many.count()).toBe(0)

  await day.press('f')
  await day.page.keyboard.type('refund')
  await day.press('Enter')
  await expect.poll(() => day.row('1.86 m').count()).toBe(0)
  await day.walkTo(refund)
  await day.press('d')
  await day.page.getByRole('menu').waitFor()
  await day.press('3')
  await expect.poll(() => brand.item(refund).then(i => i?.outcome)).toBe('unrelated')
  await day.leave()
})
