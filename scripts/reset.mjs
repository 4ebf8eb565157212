// npm run reset: deletes what `npm start` keeps (src/dev/reset.ts).
import { checkNode, installPackages, runTypeScript } from './setup.mjs';

checkNode();
installPackages();
await runTypeScript('src/dev/reset.ts');
