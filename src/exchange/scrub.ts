// Secrets are removed by value, wherever they turn up: a path list does not see inside messages.

const patterns: readonly RegExp[] = [
  /(signature=)[^&\s"'\\]+/gi,
  /(x-mbx-apikey["']?\s*[:=]\s*["']?)[^\s"',}]+/gi,
];

const HIDDEN = '[secret]';

/** A secret as it stands, in a URL, in JSON, and in JSON that was quoted in JSON: it may need escapes. */
const formsOf = (secret: string): readonly string[] => {
  const quoted = inJson(secret);
  return [inJson(quoted), quoted, encodeURIComponent(secret), secret];
};

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

/** `text` without any of `secrets`, signatures or key headers. */
export function scrub(text: string, secrets: Iterable<string> = []): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret.length === 0) continue;
    for (const form of formsOf(secret)) clean = clean.replaceAll(form, HIDDEN);
  }
  for (const pattern of patterns) clean = clean.replace(pattern, `$1${HIDDEN}`);
  return clean;
}
