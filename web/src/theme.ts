// Colours that keep WCAG AA on both schemes; axe watches over it.
import { createTheme, Drawer, Modal, Notification, Popover, Tooltip } from '@mantine/core'

export const theme = createTheme({
  primaryColor: 'cyan',
  primaryShade: 9,
  autoContrast: true,
  defaultRadius: 'md',
  cursorType: 'pointer',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif, "Noto Color Emoji"',
  headings: { fontWeight: '650' },
  components: {
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 400, multiline: true, maw: 320, withArrow: true, events: { hover: true, focus: true, touch: true } } }),
    Notification: Notification.extend({ defaultProps: { closeButtonProps: { 'aria-label': 'Close / Schließen' } } }),
    Drawer: Drawer.extend({ defaultProps: { closeButtonProps: { 'aria-label': 'Close / Schließen' }, transitionProps: { duration: 120 } } }),
    Modal: Modal.extend({ defaultProps: { closeButtonProps: { 'aria-label': 'Close / Schließen' }, transitionProps: { duration: 120 } } }),
    Popover: Popover.extend({ defaultProps: { shadow: 'md', withinPortal: true, transitionProps: { duration: 100 } } }),
  },
})
