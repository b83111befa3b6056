import { type ReactNode, useEffect, useRef, useState } from 'react'
import classes from './Page.module.css'

/** Wide lets what is wider than the page be scrolled, by key too. */
export function Wide({ label, children }: { label: string; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null)
  const [scrolls, setScrolls] = useState(false)
  useEffect(() => {
    const node = box.current
    if (!node) return
    const watch = new ResizeObserver(() => setScrolls(node.scrollWidth > node.clientWidth))
    watch.observe(node)
    return () => watch.disconnect()
  }, [])
  return <div ref={box} className={classes.wide} {...(scrolls && { role: 'region', 'aria-label': label, tabIndex: 0 })}>{children}</div>
}
