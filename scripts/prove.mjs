/**
 * The heavy proofs: `npm run prove -- NAME [--short]`. Each prints what it did and counted, and ends with
 * `N passed, N failed`. `--short` is the form that CI runs.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PlainError, reportError } from './lib/plainError.mjs';
import { REPOSITORY } from './lib/processes.mjs';

const PROOFS = ['state', 'gate', 'recovery', 'model', 'queue', 'setup'];

try {
	const [name = '', ...options] = process.argv.slice(2);
	if (!PROOFS.includes(name)) throw new PlainError(`Say which proof: npm run prove -- ${PROOFS.join(' | ')}`);
	if (!existsSync(join(REPOSITORY, 'dist')))
		throw new PlainError("Nothing is built yet: run 'npm run build' first.");
	const { prove } = await import(`./prove/${name}.mjs`);
	let passed = 0;
	let failed = 0;
	/** @param {string} claim @param {() => Promise<string>} check Gives back what it counted; throws when the claim is wrong. */
	const claim = async (claim, check) => {
		const start = Date.now();
		try {
			const counted = await check();
			passed += 1;
			process.stdout.write(`holds  ${claim}: ${counted} (${((Date.now() - start) / 1000).toFixed(1)} s)\n`);
		} catch (error) {
			failed += 1;
			process.stdout.write(`BROKEN ${claim}: ${error instanceof Error ? error.message : String(error)}\n`);
		}
	};
	await prove({ claim, isShort: options.includes('--short') });
	process.stdout.write(`${passed} passed, ${failed} failed\n`);
	process.exitCode = failed === 0 ? 0 : 1;
} catch (error) {
	process.exitCode = reportError(error);
}
