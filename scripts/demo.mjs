/** `npm run demo`: everything from an empty machine to a served dashboard. Arguments go to `plimsoll demo`. */
process.argv.splice(2, 0, 'demo');
await import('./plimsoll.mjs');
