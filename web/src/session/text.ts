import { dictionary } from '../text/dictionary'

export const sessionText = dictionary(
  {
    title: 'Sign in',
    lead: 'Two queues of what people say to your brand.',
    mail: 'Mail address',
    password: 'Password',
    signIn: 'Sign in',
    or: 'or',
    with: 'Sign in with {name}',
    wrong: 'Mail address or password are not right.',
    tooMany: 'Too many attempts. Wait a few minutes and try again.',
    offline: 'The server cannot be reached. Check your connection and try again.',
    failed: 'Signing in failed: {why}',
    expired: 'Your session has ended',
    expiredLead: 'Sign in again and go on where you were. What you have typed is still there.',
    someoneElse: 'You signed in as somebody else, so the page was loaded anew.',
    noBrand: 'You work for no brand yet. Ask whoever administers it to invite you.',
  },
  {
    title: 'Anmelden',
    lead: 'Zwei Queues für das, was Menschen deiner Marke sagen.',
    mail: 'E-Mail-Adresse',
    password: 'Passwort',
    signIn: 'Anmelden',
    or: 'oder',
    with: 'Mit {name} anmelden',
    wrong: 'E-Mail-Adresse oder Passwort stimmen nicht.',
    tooMany: 'Zu viele Versuche. Warte ein paar Minuten und versuche es dann wieder.',
    offline: 'Der Server ist nicht erreichbar. Prüfe die Verbindung und versuche es noch einmal.',
    failed: 'Die Anmeldung ist gescheitert: {why}',
    expired: 'Deine Sitzung ist abgelaufen',
    expiredLead: 'Melde dich wieder an und mach weiter, wo du warst. Was du getippt hast, ist noch da.',
    someoneElse: 'Du hast dich als jemand anderes angemeldet, deshalb wurde die Seite neu geladen.',
    noBrand: 'Du arbeitest noch für keine Marke. Bitte jemanden aus der Administration um eine Einladung.',
  },
)

export const joinText = dictionary(
  {
    title: 'You are invited',
    lead: 'Say who you are and choose a password of at least 12 characters.',
    known: 'If you have an account here already, enter its password and leave the name empty.',
    name: 'Name',
    password: 'Password',
    join: 'Join',
    gone: 'This link is not valid any more. Ask whoever sent it for another one.',
  },
  {
    title: 'Du bist eingeladen',
    lead: 'Sag, wie du heißt, und wähle ein Passwort mit mindestens 12 Zeichen.',
    known: 'Hast du hier schon ein Konto, gib dessen Passwort ein und lass den Namen leer.',
    name: 'Name',
    password: 'Passwort',
    join: 'Mitmachen',
    gone: 'Dieser Link gilt nicht mehr. Bitte um einen neuen.',
  },
)
