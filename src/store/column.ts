// The columns that the tables are made of: numbers within two-sided bounds, which NaN and infinity are not
// in, instants, JSON. Released tables were made with them, so that none of them is ever changed.

/** Decimal text in plain notation within two-sided bounds: NaN and infinity are not in them. */
export const decimal = (column: string, bound: '>= 0' | '> 0' | '> -1e30'): string =>
  `TEXT CHECK (${column} NOT GLOB '*[^0-9.-]*' AND ${column} GLOB '*[0-9]*'
    AND CAST(${column} AS REAL) ${bound} AND CAST(${column} AS REAL) < 1e30)`;
export const amount = (column: string): string => `${column} ${decimal(column, '> 0')} NOT NULL`;
export const atLeastZero = (column: string): string =>
  `${column} ${decimal(column, '>= 0')} NOT NULL`;
export const signed = (column: string): string =>
  `${column} ${decimal(column, '> -1e30')} NOT NULL`;
export const number = (column: string, low: number, high: number): string =>
  `${column} REAL CHECK (${column} BETWEEN ${low} AND ${high})`;
/** UTC milliseconds up to the year 9999. */
export const instant = (column: string): string =>
  `${column} INTEGER CHECK (${column} BETWEEN 0 AND 253402300799999)`;
export const json = (column: string): string => `${column} TEXT CHECK (json_valid(${column}))`;
export const flag = (column: string): string =>
  `${column} INTEGER NOT NULL CHECK (${column} IN (0, 1))`;
export const STAGE = `lifecycle_stage TEXT NOT NULL
  CHECK (lifecycle_stage IN ('MATURE', 'VALIDATION', 'DISCOVERY', 'DECAY', 'PAPER'))`;
