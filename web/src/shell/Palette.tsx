import { Kbd, Modal, Text, TextInput } from '@mantine/core'
import { type KeyboardEvent, useId, useState } from 'react'
import { useText } from '../text/useText'
import { type Command, shownKey, useCommands } from './commands'
import classes from './Palette.module.css'
import { shellText } from './text'

/** Palette finds every command by its name. */
export function Palette({ opened, onClose }: { opened: boolean; onClose(): void }) {
  const t = useText(shellText)
  return (
    <Modal opened={opened} onClose={onClose} withCloseButton={false} padding={0} yOffset="10dvh" attributes={{ content: { 'aria-label': t('palette') } }} returnFocus>
      <List onClose={onClose} />
    </Modal>
  )
}

function List({ onClose }: { onClose(): void }) {
  const t = useText(shellText)
  const { commands } = useCommands()
  const [words, setWords] = useState('')
  const [at, setAt] = useState(0)
  const id = useId()
  const found = matching(commands, words)
  const chosen = found[Math.min(at, found.length - 1)]

  function run(command: Command | undefined) {
    if (!command) return
    onClose()
    setTimeout(() => command.run(), 0) // focus is back where it was
  }
  function onKey(event: KeyboardEvent) {
    if (event.key === 'ArrowDown') setAt(n => Math.min(found.length - 1, n + 1))
    else if (event.key === 'ArrowUp') setAt(n => Math.max(0, n - 1))
    else if (event.key === 'Enter') run(chosen)
    else return
    event.preventDefault()
  }
  return (
    <>
      <TextInput
        data-autofocus size="md" variant="unstyled" className={classes.input} placeholder={t('paletteHint')} aria-label={t('paletteHint')}
        role="combobox" aria-expanded aria-controls={id} aria-activedescendant={chosen && `${id}-${chosen.id}`}
        value={words} onChange={e => { setWords(e.currentTarget.value); setAt(0) }} onKeyDown={onKey}
      />
      <div role="listbox" id={id} aria-label={t('palette')} className={classes.list}>
        {found.map(command => (
          <div
            key={command.id} id={`${id}-${command.id}`} role="option" aria-selected={command === chosen} className={classes.option}
            ref={node => { if (command === chosen) node?.scrollIntoView({ block: 'nearest' }) }}
            onClick={() => run(command)}
          >
            <span>{command.label}</span>
            {command.keys?.map(key => <Kbd key={key} size="xs">{shownKey(key)}</Kbd>)}
          </div>
        ))}
      </div>
      {found.length === 0 && <Text p="md" c="dimmed">{t('paletteNone')}</Text>}
    </>
  )
}

function matching(commands: Command[], words: string): Command[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
  return commands.filter(c => !c.quiet && !c.disabled && wanted.every(word => c.label.toLowerCase().includes(word)))
}
