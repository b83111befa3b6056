// Every page that there is, in both languages and both schemes, before axe. Rooms come from
// their list, and the pages of a room from the links it shows.
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { rooms } from '../src/rooms'
import { Brand, type Person } from './brand'
import { closeBrowser, Visitor } from './visitor'

const address = inject('address')
const post = { id: 'p-1', text: 'Unser neues Lastenrad: der Film' }

let brand: Brand
let ada: Person

beforeAll(async () => {
  brand = await Brand.open(address, 'Polarlicht')
  ada = await brand.person('Ada', 'admin')
  await brand.say(
    { text: 'Der Film ist großartig geschnitten, das schönste Video von euch bisher!', author: { id: 'p-1', name: 'Mira' }, thread: post },
    { text: 'The music in this video is awful, the whole ad feels fake.', author: { id: 'p-2', name: 'Jo' }, thread: post },
    { text: 'My order 48213 has not arrived for three weeks, where is it? Please help me.', author: { id: 'p-3', name: 'Cleo' } },
    { text: 'السلام عليكم، أين طلبي رقم 1234؟ لم يصل بعد', author: { id: 'p-4', name: 'ليلى' } },
  )
})
afterAll(closeBrowser)

test.each(['en', 'de'])('no page in %s keeps anybody out', async locale => {
  const visitor = await Visitor.open(address, { locale })
  await visitor.signIn(ada, '/content?group=none')
  await visitor.row('Mira').waitFor()
  const seen = new Set<string>()
  const ahead = rooms.map(room => room.path)
  for (let path = ahead.shift(); path; path = ahead.shift()) {
    if (seen.has(path)) continue
    seen.add(path)
    await visitor.page.goto(path)
    await visitor.isSettled()
    await visitor.page.emulateMedia({ colorScheme: 'light' })
    await visitor.isAccessible(`${path} in ${locale}, light`)
    await visitor.page.emulateMedia({ colorScheme: 'dark' })
    await visitor.isAccessible(`${path} in ${locale}, dark`, ['color-contrast']) // nothing else depends on it
    await visitor.shoot(`page-${locale}${path.replaceAll('/', '-')}`)
    const links = await visitor.page.locator('main a[href^="/"]').evaluateAll(all => all.map(a => new URL((a as HTMLAnchorElement).href).pathname))
    ahead.push(...links.filter(link => rooms.some(room => link.startsWith(`${room.path}/`))))
  }
  expect(seen.size).toBeGreaterThan(rooms.length)
  await visitor.leave()
})

test('a phone shows one thing at a time, and all of it', async () => {
  const visitor = await Visitor.open(address, { locale: 'de', width: 390, height: 844 })
  await visitor.signIn(ada, '/relationships?group=none')
  await visitor.choose('48213')
  await visitor.isAccessible('an item on a phone')
  await visitor.shoot('phone-item')
  await visitor.button('Zusammenhang').click()
  await visitor.page.getByRole('dialog').getByText('Cleo').first().waitFor()
  await visitor.isAccessible('context on a phone')
  await visitor.press('Escape')
  await visitor.button('Zurück zur Liste').click()
  await visitor.row('48213').waitFor()
  expect(await visitor.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  await visitor.leave()
})
