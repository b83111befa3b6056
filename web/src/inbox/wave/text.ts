import { dictionary } from '../../text/dictionary'

export const waveText = dictionary(
  {
    title: 'Part of a wave',
    how: '{n} comment says nearly this|{n} comments say nearly this',
    live: '{n} still open',
    people: '{n} person|{n} people',
    apart: '{n} needs an answer of its own and is left out|{n} need an answer of their own and are left out',
    self: 'This one needs an answer of its own: what is done to the wave leaves it as it is.',
    actions: 'For the whole wave',
    leave: 'This does not belong to it',
    left: 'Taken out of the wave.',
    close: 'Let nobody else in',
    closed: 'The wave takes no newcomers.',
    show: 'Show all',
  },
  {
    title: 'Teil einer Welle',
    how: '{n} Kommentar sagt fast dasselbe|{n} Kommentare sagen fast dasselbe',
    live: '{n} noch offen',
    people: '{n} Mensch|{n} Menschen',
    apart: '{n} braucht eine eigene Antwort und bleibt ausgenommen|{n} brauchen eine eigene Antwort und bleiben ausgenommen',
    self: 'Dieser Eintrag braucht eine eigene Antwort: Was mit der Welle geschieht, lässt ihn, wie er ist.',
    actions: 'Für die ganze Welle',
    leave: 'Das gehört nicht dazu',
    left: 'Aus der Welle genommen.',
    close: 'Niemanden mehr aufnehmen',
    closed: 'Die Welle nimmt niemanden mehr auf.',
    show: 'Alle zeigen',
  },
)
