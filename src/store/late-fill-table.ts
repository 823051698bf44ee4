// A later version of the tables: an order that was refused, or that nobody knew, can turn out to live. Its
// fills move it on as they move the book: without these edges the journal could not take them.

export const LATE_FILL_TABLES = `
INSERT INTO order_transitions VALUES ('rejected', 'partial'), ('absent', 'partial');`;
