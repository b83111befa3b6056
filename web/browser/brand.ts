// A brand of a story: people with passwords, and a public that writes to it by signed
// webhooks.
import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import { run } from './program'

export interface Person {
  name: string
  mail: string
  password: string
}

export interface Said {
  id?: string
  text: string
  author?: { id: string; name?: string; handle?: string; followers?: number }
  thread?: { id: string; text?: string; permalink?: string }
  kind?: string
  permalink?: string
}

/** Standing is what stories look at in an item. */
export interface Standing {
  id: string
  queue: 'smm' | 'cm'
  status: string
  outcome: string | null
  intent: string
  urgency: string
  tags: string[]
  wave_id: string | null
  assignee: { name: string } | null
  engagement: { text: string; covered: boolean }
}

export class Brand {
  private constructor(readonly address: string, readonly id: string, readonly path: string, private readonly key: Buffer, readonly token: string) {}

  static async open(address: string, name: string): Promise<Brand> {
    const key = randomBytes(32)
    const { id } = await run(['brand', 'add', '--name', `${name} ${randomUUID().slice(0, 8)}`])
    const endpoint = await run(['endpoint', 'add', '--brand', String(id), '--platform', 'standard_webhooks', '--secret', `whsec_${key.toString('base64')}`])
    await run(['channel', 'add', '--brand', String(id), '--endpoint', String(endpoint.id), '--external-id', 'forum', '--name', 'Forum'])
    const { token } = await run(['token', 'add', '--brand', String(id), '--role', 'lead', '--person', `Watcher ${id}`])
    return new Brand(address, String(id), String(endpoint.path), key, String(token))
  }

  /** empty makes a brand to which nobody has listened yet. */
  static async empty(address: string, name: string): Promise<Brand> {
    const { id } = await run(['brand', 'add', '--name', `${name} ${randomUUID().slice(0, 8)}`])
    const { token } = await run(['token', 'add', '--brand', String(id), '--role', 'lead', '--person', `Watcher ${id}`])
    return new Brand(address, String(id), '', Buffer.alloc(0), String(token))
  }

  /** known is a brand that is there already, such as that of the demo. */
  static async known(address: string, slug: string): Promise<Brand> {
    const { token } = await run(['token', 'add', '--brand', slug, '--role', 'lead', '--person', `Watcher of ${slug}`])
    return new Brand(address, slug, '', Buffer.alloc(0), String(token))
  }

  /** person adds somebody who can sign in. */
  async person(name: string, role: string): Promise<Person> {
    const mail = `${name.toLowerCase()}-${randomUUID().slice(0, 8)}@example.com`
    const password = `strasse-${randomUUID()}`
    const added = await run(['person', 'add', '--name', name, '--email', mail])
    await run(['token', 'add', '--brand', this.id, '--role', role, '--person', String(added.id)])
    await run(['person', 'password', '--person', String(added.id)], `${password}\n`)
    return { name, mail, password }
  }

  /** say delivers what the public says, and waits until all of it stands in a queue. */
  async say(...said: Said[]): Promise<void> {
    const before = await this.live()
    await this.deliver(said)
    for (let tries = 0; tries < 300; tries++) {
      if ((await this.live()) >= before + said.length) return
      await new Promise(resolve => setTimeout(resolve, 100))
    }
    throw new Error('what was said reaches no queue')
  }

  async deliver(said: Said[], action = 'created'): Promise<void> {
    const body = JSON.stringify({
      type: `comment.${action}`, timestamp: new Date().toISOString(),
      data: said.map((s, n) => ({ id: s.id ?? randomUUID(), account: 'forum', author: { id: `author-${n}`, name: `Author ${n}` }, created_at: new Date().toISOString(), ...s })),
    })
    const id = randomUUID()
    const at = String(Math.floor(Date.now() / 1000))
    const signature = createHmac('sha256', this.key).update(`${id}.${at}.${body}`).digest('base64')
    const response = await fetch(this.address + this.path, {
      method: 'POST', body,
      headers: { 'Content-Type': 'application/json', 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': `v1,${signature}` },
    })
    if (!response.ok) throw new Error(`delivery: ${response.status} ${await response.text()}`)
  }

  /** get asks the interface as the lead does. */
  async get<T>(path: string): Promise<T> {
    const response = await fetch(this.address + path, { headers: { Authorization: `Bearer ${this.token}` } })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }

  /** item is how the item with a text stands, whatever its queue and state. */
  async item(text: string): Promise<Standing | undefined> {
    return (await this.items()).find(i => i.engagement.text === text)
  }

  /** items are all of both queues, also what is closed. */
  async items(): Promise<Standing[]> {
    const all: Standing[] = []
    for (const queue of ['smm', 'cm']) {
      for (let cursor: string | null = ''; cursor !== null;) {
        const page: { items: Standing[]; next_cursor: string | null } = await this.get(`/v1/queues/${queue}/items?status=live,closed&limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`)
        all.push(...page.items)
        cursor = page.next_cursor
      }
    }
    return all
  }

  private async live(): Promise<number> {
    const { queues } = await this.get<{ queues: { open: number; claimed: number; snoozed: number; waiting: number }[] }>('/v1/queues')
    return queues.reduce((sum, q) => sum + q.open + q.claimed + q.snoozed + q.waiting, 0)
  }
}
