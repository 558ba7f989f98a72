/** The command line `plimsoll`: a thin door over the rooms. Reads and writes what its arguments name. */
import { Command } from 'commander';

await new Command('plimsoll').description('The load line for AI customer support.').parseAsync();
