/** What holds of every node's and credential's description. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type {
	ICredentialType,
	INodeProperties,
	INodePropertyCollection,
	INodePropertyOptions,
	INodeType,
} from 'n8n-workflow';

const ROOT = join(__dirname, '..', '..');
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const sourceOf = (built: string) => join(ROOT, built.replace(/^dist\//, '').replace(/\.js$/, '.ts'));
const NODES: string[] = manifest.n8n.nodes.map(sourceOf);
const CREDENTIALS: string[] = manifest.n8n.credentials.map(sourceOf);

async function load<T>(file: string): Promise<T> {
	const [Loaded] = Object.values(await import(file)) as Array<new () => T>;
	if (Loaded === undefined) throw new Error(`${file} has no class.`);
	return new Loaded();
}

type Field = INodeProperties & { path: string };

/** Every field, those of collections with the path that `getNodeParameter` would need. */
function fieldsOf(properties: readonly INodeProperties[], prefix = ''): Field[] {
	return properties.flatMap((property) => {
		const path = `${prefix}${property.name}`;
		const inner = (property.options ?? []).flatMap(
			(option: INodeProperties | INodePropertyOptions | INodePropertyCollection) =>
				'values' in option
					? [
							{ ...toField(option), path: `${path}.${option.name}` },
							...fieldsOf(option.values, `${path}.${option.name}.`),
						]
					: 'type' in option
						? fieldsOf([option], `${path}.`)
						: [],
		);
		return [{ ...property, path }, ...inner];
	});
}
function toField({ name, displayName }: INodePropertyCollection): INodeProperties {
	return { name, displayName, type: 'fixedCollection', default: {} };
}

function iconsOf(icon: unknown, folder: string): string[] {
	const { light, dark } = Object(icon);
	return [light, dark].map((each) => join(folder, String(each).replace(/^file:/, '')));
}

function sourcesIn(folder: string): string {
	return readdirSync(folder, { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.ts'))
		.map((name) => readFileSync(join(folder, name), 'utf8'))
		.join('\n');
}

it('lists every node and credential of the sources in the package', () => {
	const found = (folder: string, ending: string) =>
		readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
			.filter((name) => name.endsWith(ending))
			.map((name) => join(ROOT, folder, name));
	expect([...NODES].sort()).toEqual(found('nodes', '.node.ts').sort());
	expect([...CREDENTIALS].sort()).toEqual(found('credentials', '.credentials.ts').sort());
});

describe.each(NODES)('%s', (file) => {
	let node: INodeType;
	let fields: Field[];

	beforeAll(async () => {
		node = await load<INodeType>(file);
		fields = fieldsOf(node.description.properties);
	});

	it('says what n8n needs and a person reads', () => {
		const { displayName, name, description, version, defaults, group, inputs, outputs, subtitle } =
			node.description;
		expect({ displayName, name, description, version, defaults, group, subtitle }).toEqual({
			displayName: expect.stringMatching(/^[A-Z]/),
			name: expect.stringMatching(/^[a-z][A-Za-z]+$/),
			description: expect.stringMatching(/^[A-Z].*[^.]$/),
			version: expect.any(Number),
			defaults: { name: displayName },
			group: [inputs.length > 0 ? 'transform' : 'trigger'],
			subtitle: expect.stringMatching(/^=/),
		});
		// What has no input is begun by n8n itself.
		expect(inputs.length > 0 || node.webhook !== undefined).toBe(true);
		expect(node.description.outputNames?.length ?? outputs.length).toBe(outputs.length);
		expect(file.endsWith(`/${name.charAt(0).toUpperCase()}${name.slice(1)}.node.ts`)).toBe(true);
	});

	it('has a light and a dark icon that differ', () => {
		const [light = '', dark = ''] = iconsOf(node.description.icon, dirname(file)).map((path) =>
			readFileSync(path, 'utf8'),
		);
		expect(light).toContain('<svg');
		expect(dark).toContain('<svg');
		expect(light).not.toBe(dark);
	});

	it('has a codex file with its own name and search words', () => {
		const codex = JSON.parse(readFileSync(file.replace(/\.ts$/, '.json'), 'utf8'));
		expect(codex.node).toBe(`${manifest.name}.${node.description.name}`);
		expect(codex.categories.length).toBeGreaterThan(0);
		expect(codex.alias.length).toBeGreaterThan(2);
	});

	it('asks yes or no with Whether, and gives examples with e.g.', () => {
		for (const { type, description, placeholder, path } of fields) {
			if (type === 'boolean') expect([path, description]).toEqual([path, expect.stringMatching(/^Whether /)]);
			const isButton = type === 'collection' || type === 'fixedCollection';
			if (placeholder !== undefined)
				expect([path, placeholder]).toEqual([path, expect.stringMatching(isButton ? /^Add / : /^e\.g\. /)]);
		}
	});

	it('has a working default for each choice', () => {
		for (const { type, options, default: chosen, path } of fields.filter(
			(field) => field.type === 'options',
		)) {
			expect([path, type, options?.map((option) => Object(option).value)]).toEqual([
				path,
				'options',
				expect.arrayContaining([chosen]),
			]);
		}
	});

	it('has an implementation for each operation that can be chosen, and no other', () => {
		const operations = node.description.properties
			.filter(({ name }) => name === 'operation')
			.flatMap(({ displayOptions, options }) =>
				(displayOptions?.show?.resource ?? []).flatMap((resource) =>
					(options ?? []).map((option) => `${String(resource)}/${String(Object(option).value)}`),
				),
			);
		const actions = join(dirname(file), 'actions');
		const router = existsSync(join(actions, 'router.ts'))
			? readFileSync(join(actions, 'router.ts'), 'utf8')
			: '';
		const table = router.slice(
			router.indexOf('OPERATIONS'),
			router.indexOf('\nexport async function execute('),
		);
		const implemented = [...table.matchAll(/'([A-Za-z]+\/[A-Za-z]+)':/g)].map(([, name = '']) => name);
		expect(implemented.sort()).toEqual(operations.sort());
	});

	it('reads no setting that it does not show', () => {
		const shown = new Set(fields.map(({ path }) => path));
		const folder = dirname(file);
		const perItem = fields.some(({ name }) => name === 'whenItFails')
			? readFileSync(join(ROOT, 'nodes/shared/host/perItem.ts'), 'utf8')
			: '';
		const source = sourcesIn(folder) + perItem;
		const read = [
			...source.matchAll(/getNodeParameter\(\s*'([^']+)'/g),
			...source.matchAll(/\bnumber\('([^']+)'/g),
			...[...source.matchAll(/readOption\(context, itemIndex, '([^']+)'/g)].map(([whole, name]) => [
				whole,
				`options.${name}`,
			]),
		].map(([, name = '']) => name);
		expect(read.length).toBeGreaterThan(1);
		expect(read.filter((name) => !shown.has(name))).toEqual([]);
	});
});

describe.each(CREDENTIALS)('%s', (file) => {
	it('has icons that exist and differ, hides its secrets and can be tested', async () => {
		const credential = await load<ICredentialType>(file);
		const [light, dark] = iconsOf(credential.icon, dirname(file)).map((path) => readFileSync(path, 'utf8'));
		expect(light).not.toBe(dark);
		const secrets = credential.properties.filter(({ name }) => /key$|token|password|secret/i.test(name));
		expect(secrets.map(({ typeOptions }) => typeOptions?.password)).toEqual(secrets.map(() => true));
		expect(secrets.length).toBeGreaterThan(0);
		const testedBy = (await Promise.all(NODES.map((node) => load<INodeType>(node)))).flatMap((node) =>
			(node.description.credentials ?? []).flatMap(({ name, testedBy: method }) =>
				name === credential.name &&
				typeof method === 'string' &&
				node.methods?.credentialTest?.[method] !== undefined
					? [method]
					: [],
			),
		);
		expect(testedBy.length).toBeGreaterThan(0);
	});
});
