/** `npm run build`: both programs, unless they stand there, made from these very sources. */
import { ensureBuilt, ensureInstalled } from './steps.mjs';

ensureInstalled();
process.exitCode = ensureBuilt('app') && ensureBuilt('cli') ? 0 : 1;
