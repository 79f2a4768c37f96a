/** The packed file holds what users need and nothing else. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

function filesIn(folder: string, wanted: RegExp): string[] {
	return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
		.filter((name) => wanted.test(name))
		.map((name) => `${folder}/${name}`);
}

describe('the packed file', () => {
	let packed: string[];
	/** Bytes, packed and unpacked. */
	let size: { packed: number; unpacked: number };

	beforeAll(() => {
		const text = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts', '--offline'], {
			cwd: ROOT,
			encoding: 'utf8',
			stdio: ['ignore', 'pipe', 'ignore'],
			timeout: 60_000,
		});
		const [pack] = JSON.parse(text);
		packed = pack.files.map(({ path }: { path: string }) => path);
		size = { packed: pack.size, unpacked: pack.unpackedSize };
	}, 60_000);

	it('has every file that n8n is told to load', () => {
		const told: string[] = [...manifest.n8n.nodes, ...manifest.n8n.credentials];
		expect(told.length).toBeGreaterThan(0);
		expect(told.filter((path) => !packed.includes(path))).toEqual([]);
	});

	it('has what every source file becomes, with its icons, codex files and data', () => {
		const sources = ['nodes', 'credentials'].flatMap((folder) => filesIn(folder, /\.(ts|svg|json)$/));
		const built = sources
			.filter((path) => !path.endsWith('.d.ts'))
			.map((path) => `dist/${path.replace(/\.ts$/, '.js')}`);
		expect(built.filter((path) => !packed.includes(path))).toEqual([]);
	});

	it('has every template, the licence and, once it is written, the README', () => {
		const wanted = [
			...filesIn('workflows', /\.json$/),
			'package.json',
			'LICENSE',
			...(existsSync(join(ROOT, 'README.md')) ? ['README.md'] : []),
		];
		expect(wanted.filter((path) => !packed.includes(path))).toEqual([]);
	});

	it('has no sources, tests, maps, scripts or left-overs of removed sources', () => {
		const allowed =
			/^(package\.json|LICENSE|README\.md|CHANGELOG\.md|workflows\/[^/]+\.(json|md)|dist\/(nodes|credentials)\/.+\.(js|json|svg))$/;
		expect(packed.filter((path) => !allowed.test(path))).toEqual([]);
		const orphans = packed.filter(
			(path) =>
				/^dist\/.*\.js$/.test(path) &&
				!existsSync(join(ROOT, path.replace(/^dist\//, '').replace(/\.js$/, '.ts'))),
		);
		expect(orphans).toEqual([]);
	});

	it('is small', () => {
		expect(size.packed).toBeLessThan(500_000);
		expect(size.unpacked).toBeLessThan(2_500_000);
	});

	it('runs nothing when it is installed', () => {
		const hooks = ['preinstall', 'install', 'postinstall', 'prepare', 'prepack', 'postpack'];
		expect(Object.keys(manifest.scripts).filter((name) => hooks.includes(name))).toEqual([]);
	});

	it('loads only packages that it brings or that n8n has', () => {
		const known = new Set([...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies)]);
		const used = packed
			.filter((path) => path.endsWith('.js'))
			.flatMap((path) =>
				[
					...readFileSync(join(ROOT, path), 'utf8').matchAll(
						/(?:require|import)\(['"]([^'"./][^'"]*)['"]\)/g,
					),
				].map(([, name = '']) => name),
			)
			.filter((name) => !name.startsWith('node:'))
			.map((name) =>
				name
					.split('/')
					.slice(0, name.startsWith('@') ? 2 : 1)
					.join('/'),
			);
		expect([...new Set(used)].filter((name) => !known.has(name))).toEqual([]);
	});
});
