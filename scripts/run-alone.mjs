// node scripts/run-alone.mjs FILE [ARG ...]: runs a program of the project that starts its own servers.
import { checkNode, installPackages, runTypeScript } from './setup.mjs';

checkNode();
installPackages();
const [file] = process.argv.splice(2, 1);
await runTypeScript(file);
