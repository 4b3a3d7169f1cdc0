import { serveSpreadOut } from '../spread-out.ts';

await serveSpreadOut(2);
