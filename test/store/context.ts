// Whose stores the tests make.
export const CONTEXT = { userId: 'user_1', venue: 'binance', isPaper: false } as const;
