import { Inbox } from './Inbox'

/** The SMM's room: what was published, and what people make of it. */
export default function ContentRoom() {
  return <Inbox key="smm" queue="smm" base="/content" />
}
