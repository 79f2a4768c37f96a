/** `npm run bench -- NAME`: ratios against peers, measured in one run. The last line is one line of JSON. */
import { PlainError, reportError } from './lib/plainError.mjs';

const BENCHES = ['state', 'gate', 'model'];

try {
	const [name = ''] = process.argv.slice(2);
	if (!BENCHES.includes(name))
		throw new PlainError(`Say which bench: npm run bench -- ${BENCHES.join(' | ')}`);
	const { bench } = await import(`./bench/${name}.mjs`);
	const say = (/** @type {string} */ line) => process.stdout.write(`${line}\n`);
	const ratios = await bench({ say });
	const rounded = Object.entries(ratios).map(([key, value]) => [key, Number(value.toPrecision(3))]);
	say(JSON.stringify(Object.fromEntries(rounded)));
} catch (error) {
	process.exitCode = reportError(error);
}
