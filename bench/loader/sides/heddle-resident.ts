import { serveResident } from '../serve.ts';

await serveResident();
