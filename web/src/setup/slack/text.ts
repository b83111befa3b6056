import { dictionary } from '../../text/dictionary'

export const slackText = dictionary(
  {
    lead: 'What cannot wait is told in Slack, one message per item. Everything else stays silent in the queue.',
    channels: 'Slack channels of the queues',
    channelsHint: 'The id of the channel (channel details, at the bottom), such as C0123ABCD. Empty: nothing is told.',
    smm: 'Content queue',
    cm: 'Relationship queue',
    how: 'Whoever runs the service sets SLACK_BOT_TOKEN; the bot is invited to each channel with /invite. docs/slack.md tells it step by step.',
  },
  {
    lead: 'Was nicht warten kann, wird in Slack gesagt, eine Nachricht je Eintrag. Alles andere bleibt still in der Queue.',
    channels: 'Slack-Kanäle der Queues',
    channelsHint: 'Die Id des Kanals (Kanaldetails, ganz unten), etwa C0123ABCD. Leer: nichts wird gemeldet.',
    smm: 'Inhalte-Queue',
    cm: 'Beziehungs-Queue',
    how: 'Wer den Dienst betreibt, setzt SLACK_BOT_TOKEN; der Bot wird mit /invite in jeden Kanal eingeladen. docs/slack.md erklärt es Schritt für Schritt.',
  },
)
