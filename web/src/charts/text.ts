import { dictionary } from '../text/dictionary'

export const chartText = dictionary(
  {
    more: 'Table and files: {title}',
    table: 'Show as a table',
    drawn: 'Show as a drawing',
    csv: 'Table as a file (CSV)',
    png: 'Picture as a file (PNG)',
    empty: 'Nothing to show for this time.',
  },
  {
    more: 'Tabelle und Dateien: {title}',
    table: 'Als Tabelle zeigen',
    drawn: 'Als Zeichnung zeigen',
    csv: 'Tabelle als Datei (CSV)',
    png: 'Bild als Datei (PNG)',
    empty: 'Für diese Zeit gibt es nichts zu zeigen.',
  },
)
