/**
 * Lists for pages and alerts. Touches the database.
 */
export {};
