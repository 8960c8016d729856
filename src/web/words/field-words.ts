/** The service names fields as programs know them; here they get the names that stand on the form. */
const LABELS: Readonly<Record<string, string>> = {
  promptText: 'The prompt',
  promptImage: 'The picture',
  model: 'The model',
  ratio: 'The shape',
  duration: 'The length',
  audio: 'The sound',
  negativePrompt: 'What it should not show',
  seed: 'The seed',
  fallbacks: 'What may be changed',
  onLostAnswer: 'What happens after a lost answer',
  maxCredits: 'The maximum',
  title: 'The title',
  date: 'The date',
  key: 'The key',
};

/** `promptText is missing: …` → `The prompt is missing: …` */
export function fieldMessage(field: string, message: string): string {
  const label = LABELS[field];
  if (label === undefined) return message;
  return message.startsWith(`${field} `) ? label + message.slice(field.length) : message;
}
