// Keys written twice in one JSON object. `JSON.parse` keeps the last one without a word, so that a
// person reads one value and the engine another.

/** Where in `text`, which is sound JSON, an object names a key again; as path segments. */
export function duplicateKeys(text: string): readonly (readonly PropertyKey[])[] {
  const found: PropertyKey[][] = [];
  const frames: Frame[] = [];
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] !== '"') {
      step(frames, text[at]);
      continue;
    }
    const end = endOfText(text, at);
    if (isAgain(frames.at(-1), text.slice(at, end + 1))) found.push(frames.map(segmentOf));
    at = end;
  }
  return found;
}

/** An object with the keys seen so far, or a list with the place reached. */
type Frame = { keys: Set<string>; key: string; awaitsKey: boolean } | { index: number };

const quote = 34;
const backslash = 92;

/** Place of the closing quote of the text that opens at `start`. */
function endOfText(text: string, start: number): number {
  for (let at = start + 1; ; at += 1) {
    const code = text.charCodeAt(at);
    if (code === backslash) at += 1;
    else if (code === quote || Number.isNaN(code)) return at;
  }
}

/** Takes a quoted text; whether it is a key its object already has. */
function isAgain(frame: Frame | undefined, quoted: string): boolean {
  if (frame === undefined || 'index' in frame || !frame.awaitsKey) return false;
  frame.awaitsKey = false;
  // The same key can be written in many ways.
  frame.key = JSON.parse(quoted);
  const again = frame.keys.has(frame.key);
  frame.keys.add(frame.key);
  return again;
}

function step(frames: Frame[], mark: string | undefined): void {
  const frame = frames.at(-1);
  if (mark === '{') frames.push({ keys: new Set(), key: '', awaitsKey: true });
  else if (mark === '[') frames.push({ index: 0 });
  else if (mark === '}' || mark === ']') frames.pop();
  else if (mark !== ',' || frame === undefined) return;
  else if ('index' in frame) frame.index += 1;
  else frame.awaitsKey = true;
}

const segmentOf = (frame: Frame): PropertyKey => ('index' in frame ? frame.index : frame.key);
