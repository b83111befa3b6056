import { useText } from '../text/useText'
import classes from './Mood.module.css'
import { inboxText } from './text'

/** Mood is how many are negative, neutral, positive, as a bar with its figures in words. */
export function Mood({ negative, neutral, positive }: { negative: number; neutral: number; positive: number }) {
  const t = useText(inboxText)
  const label = t('mood', { negative, neutral, positive })
  return (
    <span className={classes.bar} role="img" aria-label={label} title={label}>
      <span className={classes.negative} style={{ flexGrow: negative }} />
      <span className={classes.neutral} style={{ flexGrow: neutral }} />
      <span className={classes.positive} style={{ flexGrow: positive }} />
    </span>
  )
}
