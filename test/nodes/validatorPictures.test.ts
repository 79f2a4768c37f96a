/** Which pictures a rule about pictures gets to see. */
import type { IBinaryData } from 'n8n-workflow';
import { picturesOf } from '../../nodes/StyleValidator/actions/pictures';
import { parseGuide } from '../../nodes/shared/style';
import { artefact } from '../support/samples';

const guide = parseGuide([{ kind: 'picture', minWidth: 10 }]);
const kept = { hash: 'a'.repeat(64), mimeType: 'image/png', bytes: 3, fileName: 'kept.png' };
const bytes = Buffer.from('png');
const read = () => Promise.resolve({ bytes, mimeType: 'image/png' });
const on = (binary: Record<string, Partial<IBinaryData>>) => ({
	json: {},
	binary: binary as Record<string, IBinaryData>,
});

it('gives the pictures that the run keeps, and nothing else', async () => {
	const media = [kept, { ...kept, hash: 'b'.repeat(64), mimeType: 'video/mp4' }];
	const work = artefact('a', { media });
	expect(await picturesOf(guide, work, { json: {} }, read)).toEqual([
		{ name: 'kept.png', head: new Uint8Array(bytes) },
	]);
});

it('gives a picture that cannot be read, or that was too large to keep, without its bytes', async () => {
	const gone = () => Promise.reject(new Error('gone'));
	expect(await picturesOf(guide, artefact('a', { media: [kept] }), { json: {} }, gone)).toEqual([
		{ name: 'kept.png', head: undefined },
	]);
	const item = on({
		still: { id: 'n8n:1', mimeType: 'image/png', fileName: 'huge.png' },
		first: { id: 'n8n:2', mimeType: 'image/png', fileName: 'kept.png' },
		brief: { id: 'n8n:3', mimeType: 'application/pdf' },
	});
	expect(await picturesOf(guide, artefact('a', { media: [kept] }), item, read)).toEqual([
		{ name: 'kept.png', head: new Uint8Array(bytes) },
		{ name: 'huge.png', head: undefined },
	]);
	expect(
		await picturesOf(guide, artefact('a'), on({ still: { id: '1', mimeType: 'image/png' } }), read),
	).toEqual([{ name: 'still', head: undefined }]);
});

it('reads nothing where no rule is about pictures', async () => {
	const words = parseGuide([{ kind: 'bannedWords', words: 'x' }]);
	const never = () => Promise.reject(new Error('read'));
	expect(await picturesOf(words, artefact('a', { media: [kept] }), { json: {} }, never)).toEqual([]);
});
