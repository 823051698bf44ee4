// What a person may ask of a running engine: small JSON documents, checked before anyone acts on them.
import { z } from 'zod';
import { isBreakerId } from '../domain/breaker.ts';
import { STAGES } from '../domain/configuration.ts';

const id = z.string().regex(/^[A-Za-z0-9-]{8,64}$/);
const name = z.string().min(1).max(80);
const reason = z.string().min(1).max(500);
const configId = z.string().min(1).max(64);

const commandSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('halt'), id, by: name, reason }),
  z.strictObject({ kind: z.literal('flatten'), id, by: name, reason }),
  z.strictObject({ kind: z.literal('resume'), id, by: name, reason }),
  /** `on`: the asset or configuration a breaker is about, empty for the portfolio's and the venue's. */
  z.strictObject({
    kind: z.literal('reset'),
    id,
    by: name,
    reason,
    breaker: z.string().refine(isBreakerId),
    on: z.string().max(64),
  }),
  z.strictObject({ kind: z.literal('close'), id, by: name, reason, configId }),
  z.strictObject({ kind: z.literal('activate'), id, by: name, reason, configId }),
  z.strictObject({ kind: z.literal('deactivate'), id, by: name, reason, configId }),
  z.strictObject({ kind: z.literal('release'), id, by: name, reason, configId }),
  z.strictObject({
    kind: z.literal('stage'),
    id,
    by: name,
    reason,
    configId,
    stage: z.enum(STAGES),
  }),
  /** What the venue says is accepted: of one pair and its asset, or of the whole account. */
  z.strictObject({
    kind: z.literal('adopt'),
    id,
    by: name,
    reason,
    pair: z
      .string()
      .regex(/^[A-Z0-9]{1,20}\/[A-Z0-9]{1,20}$/)
      .nullable(),
  }),
  /** `document`: the text of a configuration file, which the engine checks itself. */
  z.strictObject({
    kind: z.literal('import'),
    id,
    by: name,
    reason,
    file: z.string().max(500),
    document: z.string(),
  }),
]);

export type Command = z.output<typeof commandSchema>;

/** The command in `text`; undefined when it is none. */
export function parseCommand(text: string): Command | undefined {
  try {
    const result = commandSchema.safeParse(JSON.parse(text));
    return result.success ? result.data : undefined;
  } catch {
    return undefined;
  }
}

/** What became of a command. */
export interface Acknowledgement {
  readonly ok: boolean;
  readonly message: string;
}
