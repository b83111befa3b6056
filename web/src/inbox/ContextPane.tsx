import { useQuery } from '@tanstack/react-query'
import type { Queue } from '../api/types'
import { itemQuery } from './Detail'
import { PersonPanel } from './PersonPanel'
import { PostPanel } from './PostPanel'
import classes from './Context.module.css'

/** ContextPane is what stands beside an item: the post first for content, the person first
 * for relationships. */
export function ContextPane({ id, queue }: { id: string; queue: Queue }) {
  const { data: item } = useQuery(itemQuery(id))
  if (!item) return null
  const author = item.engagement.author?.id
  const thread = item.engagement.thread?.id
  const panels = [
    author && <PersonPanel key="person" id={author} item={item} />,
    thread && <PostPanel key="post" id={thread} />,
  ]
  return <div className={classes.panels}>{queue === 'smm' ? panels.reverse() : panels}</div>
}
