// Pictures of every room for the documentation, from the sample brand: `make screenshots`.
import { mkdirSync } from 'node:fs'
import { afterAll, expect, inject, test } from 'vitest'
import { Brand } from './brand'
import { output } from './program'
import { closeBrowser, Visitor } from './visitor'

const address = inject('address')
const folder = new URL('../../docs/console/', import.meta.url).pathname
const more = ['/setup/channels', '/setup/engines', '/setup/people']

afterAll(closeBrowser)

test('every room, in light and dark', { timeout: 600_000 }, async () => {
  await output(['demo', '--url', address, '--speed', '0'])
  const brand = await Brand.known(address, 'havelfalter')
  const lena = await brand.person('Lena', 'admin')
  mkdirSync(folder, { recursive: true })
  for (const colorScheme of ['light', 'dark'] as const) {
    const visitor = await Visitor.open(address, { locale: 'en', colorScheme, width: 1200, height: 750 })
    const { page } = visitor
    await visitor.signIn(lena)
    const rooms = await page.locator('nav a[href]').evaluateAll(links => links.map(a => a.getAttribute('href') ?? '')).then(all => all.filter(href => /^\/\w+$/.test(href)))
    expect(rooms.length).toBeGreaterThan(2)
    for (const path of [...rooms, ...more]) {
      await page.goto(path)
      await page.locator('main').getByRole('heading', { level: 2 }).or(page.locator('[data-item]')).first().waitFor()
      const first = page.locator('[data-item]').first()
      if (await first.count()) {
        await first.click()
        await page.getByTestId('comment').first().waitFor()
      }
      await page.waitForTimeout(700) // pictures hold still
      await page.screenshot({ path: `${folder}${path.slice(1).replaceAll('/', '-')}-${colorScheme}.png` })
    }
    await visitor.leave()
  }
})
