// Parameters as training writes them: whole bars and plain ratios, each with its default, its bounds and
// its meaning.
import { z } from 'zod';

export const bars = (preset: number, min: number, max: number, meaning: string) =>
  z.number().int().min(min).max(max).default(preset).describe(meaning);

export const ratio = (preset: number, min: number, max: number, meaning: string) =>
  z.number().min(min).max(max).default(preset).describe(meaning);
