/** `npm run bench`. Reads and writes a temporary folder. */
console.log('No benchmark yet.');
export {};
