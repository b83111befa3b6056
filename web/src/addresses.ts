// Where things are shown, as addresses of the console.
import type { Queue } from './api/types'

/** itemHref leads to an item in its room, whatever its state. */
export function itemHref(item: { id: string; queue: Queue }): string {
  return `/${item.queue === 'smm' ? 'content' : 'relationships'}/${item.id}?group=none`
}

export const personHref = (id: string) => `/person/${id}`
export const postHref = (id: string) => `/post/${id}`
/** likeHref leads to what means nearly the same as an item. */
export const likeHref = (item: string) => `/search?like=${item}`
