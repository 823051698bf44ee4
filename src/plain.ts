// Text from outside made harmless: nothing stays in it that a terminal would obey or that could pass
// for a line of our own. Names, messages and documents all come from strangers.

const breaks = /[\n\r\t\u2028\u2029]+/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it removes
const obeyed = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** `text` on one line, without control characters and without marks that reorder what is read. */
export const plain = (text: string): string => text.replace(breaks, ' ').replace(obeyed, '');
