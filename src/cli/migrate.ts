import { readConfig } from '../config.ts';
import { migrate } from '../db/migrate.ts';

const applied = await migrate(readConfig().databaseUrl);
console.log(applied.length > 0 ? `applied ${applied.join(', ')}` : 'the schema is up to date');
