import { serveCopies } from '../serve.ts';

await serveCopies();
