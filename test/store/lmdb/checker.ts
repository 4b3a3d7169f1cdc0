// Checks the store in a folder and repairs it: says why not.

import { HeddleError } from 'heddle';
import { checkStore } from 'heddle/store/check';
import { repairStore } from 'heddle/store/lmdb';

const codes: string[] = [];
for (const work of [checkStore, repairStore]) {
  try {
    await work(process.argv[2] ?? '');
    codes.push('done');
  } catch (error) {
    codes.push(error instanceof HeddleError ? error.code : String(error));
  }
}
console.log(codes.join(' '));
