// The day of a Social Media Manager, by mouse.
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { Brand, type Person } from './brand'
import { closeBrowser, Visitor } from './visitor'

const address = inject('address')
const post = { id: 'p-1', text: 'Unser neues Lastenrad: der Film' }
const podcast = 'I host a podcast on cycling and offer you a sponsorship collaboration, please send me your press contact.'
const film = 'Der Film ist großartig geschnitten, das schönste Video von euch bisher!'
const music = 'The music in this video is awful, the whole ad feels fake.'

let brand: Brand
let sam: Person
let carla: Person
let day: Visitor

beforeAll(async () => {
  brand = await Brand.open(address, 'Nordlicht')
  sam = await brand.person('Sam', 'smm')
  carla = await brand.person('Carla', 'cm')
  await brand.say(
    { text: podcast, author: { id: 'a-1', name: 'Theo Wheel', followers: 40_000 } },
    { text: film, author: { id: 'a-2', name: 'Mira' }, thread: post },
    { text: music, author: { id: 'a-3', name: 'Jo' }, thread: post },
  )
  day = await Visitor.open(address)
})
afterAll(async () => {
  await day.leave()
  await closeBrowser()
})

test('signing in with a wrong password says so', async () => {
  await day.page.goto('/content')
  await day.isAccessible('sign-in page')
  await day.page.fill('input[type=email]', sam.mail)
  await day.page.fill('input[type=password]', 'not the password')
  await day.page.click('button[type=submit]')
  await day.page.getByRole('alert').filter({ hasText: 'are not right' }).waitFor()
})

test('the morning begins in the content room, where comments stand below their post', async () => {
  await day.signIn(sam)
  await day.page.waitForURL('**/content')
  await day.row(post.text).waitFor()
  await day.row(podcast.slice(0, 40)).waitFor()
  await day.row(post.text).getByRole('button', { name: 'Open group' }).click()
  await day.row('Mira').waitFor()
  await day.isAccessible('content room')
})

test('the receipt says why it is here', async () => {
  await day.choose(podcast)
  const receipt = day.page.getByRole('region', { name: 'Why is this here?' })
  await expect.poll(() => receipt.innerText()).toMatch(/Why here[\s\S]*content queue[\s\S]*Built-in engine[\s\S]*Nothing left the house/)
  await day.isAccessible('an item')
  await day.shoot('content-item')
})

test('an offer is answered: it leaves the list, and undo brings it back', async () => {
  await day.button('Done').click()
  await day.page.getByRole('menuitem', { name: 'Answered' }).click()
  await expect.poll(() => day.row(podcast.slice(0, 40)).count()).toBe(0)
  await expect.poll(() => brand.item(podcast).then(i => i?.status)).toBe('resolved')
  await day.button(/^Undo/).click()
  await day.row(podcast.slice(0, 40)).waitFor()
  await expect.poll(() => brand.item(podcast).then(i => i?.status)).toBe('open')
})

test('a note is kept with the item', async () => {
  await day.choose(podcast)
  await day.page.getByRole('textbox', { name: 'Write a note' }).fill('Press contact is Anna.')
  await day.button('Keep note').click()
  await day.page.getByText('Press contact is Anna.').waitFor()
})

test('what a colleague takes and gives back shows by itself', async () => {
  const other = await Visitor.open(address, { locale: 'de', colorScheme: 'dark' })
  await other.signIn(sam, '/content')
  await other.choose(podcast)
  await other.button('Übernehmen').click()
  await day.page.getByText('You have it').waitFor()
  await other.button('Zurückgeben').click()
  await expect.poll(() => day.page.getByText('You have it').count()).toBe(0)
  await other.isAccessible('an item, German, dark')
  await other.leave()
})

test('what comes in shows by itself', async () => {
  const text = 'Can you make a video series about winter tyres? I would love to watch that.'
  await brand.deliver([{ text, author: { id: 'a-9', name: 'Nele' } }])
  const began = Date.now()
  const item = await expect.poll(() => brand.item(text), { timeout: 10_000 }).toBeTruthy().then(() => brand.item(text))
  const placed = Date.now()
  if (item?.queue === 'smm') await day.row('winter tyres').waitFor()
  expect(Date.now() - placed, `placed after ${placed - began} ms`).toBeLessThan(3000)
})

test('what is a matter of care is handed over with a reason', async () => {
  await day.page.goto('/content?group=none')
  await day.choose(music)
  await day.button('Hand over').click()
  await day.page.getByRole('textbox', { name: /Reason/ }).fill('He is really hurt, please answer him.')
  await day.isAccessible('a dialog')
  await day.button('OK').click()
  await expect.poll(() => brand.item(music).then(i => i?.queue)).toBe('cm')
  await expect.poll(() => day.row(music.slice(0, 30)).count()).toBe(0)
})

test('several are closed at once', async () => {
  await day.page.getByRole('checkbox', { name: 'Select' }).first().check()
  await day.page.getByRole('toolbar', { name: '1 selected' }).getByRole('button', { name: 'Done' }).click()
  await day.page.getByRole('menuitem', { name: 'Published' }).click()
  await day.page.getByText('1 item done.').waitFor()
})

test('a session that ends keeps the note that was begun', async () => {
  await day.page.goto('/content?group=none&status=live,closed')
  await day.choose(film)
  await day.page.getByRole('textbox', { name: 'Write a note' }).fill('For the monthly report')
  await day.context.clearCookies()
  await day.button('Keep note').click()
  const dialog = day.page.getByRole('dialog', { name: 'Your session has ended' })
  await dialog.waitFor()
  await day.isAccessible('session ended')
  await dialog.getByLabel('Password', { exact: true }).fill(sam.password)
  await dialog.getByRole('button', { name: 'Sign in' }).click()
  await expect.poll(() => dialog.count()).toBe(0)
  expect(await day.page.getByRole('textbox', { name: 'Write a note' }).inputValue()).toBe('For the monthly report')
  await day.button('Keep note').click()
  await day.page.locator('section', { hasText: 'For the monthly report' }).first().waitFor()
})

test('the other room is not hers, the other role sees the handover and its reason', async () => {
  const other = await Visitor.open(address)
  await other.signIn(carla)
  await other.page.waitForURL('**/relationships')
  await other.page.goto('/relationships?group=none')
  await other.choose(music)
  await other.button('Accept').click()
  await expect.poll(() => other.button('Accept').count()).toBe(0)
  await other.leave()
})
