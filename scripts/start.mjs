// npm start: installs missing packages, then starts the whole system (src/dev/start.ts).
import { checkNode, installPackages, runTypeScript } from './setup.mjs';

checkNode();
installPackages();
await runTypeScript('src/dev/start.ts');
