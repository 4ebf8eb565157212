// npm run test:on -- INSTANT [ARG ...]: runs the tests as if the machine's clock had been set to that instant
// (src/dev/test-on.ts).
import { checkNode, installPackages, runTypeScript } from './setup.mjs';

checkNode();
installPackages();
await runTypeScript('src/dev/test-on.ts');
