import fc from 'fast-check';
import { readPicture } from '../../nodes/shared/model';
import { jpeg, png, webp } from '../support/pictures';

describe('what a picture is', () => {
	test.each([
		['PNG', png(1, 640, 360), 'image/png'],
		['JPEG', jpeg(640, 360), 'image/jpeg'],
		['lossy WebP', webp('VP8 ', 640, 360), 'image/webp'],
		['lossless WebP', webp('VP8L', 640, 360), 'image/webp'],
		['WebP with extras', webp('VP8X', 640, 360), 'image/webp'],
	])('is read from the bytes of a %s', (_, bytes, mimeType) => {
		expect(readPicture(bytes)).toEqual({ mimeType, width: 640, height: 360 });
	});

	test('of a JPEG is read with a few bytes after its end', () => {
		const bytes = Buffer.concat([jpeg(), Buffer.alloc(9)]);
		expect(readPicture(bytes)).toEqual({ mimeType: 'image/jpeg', width: 16, height: 9 });
	});

	test.each([
		['PNG', png()],
		['JPEG', jpeg()],
		['WebP', webp('VP8L')],
	])('is nothing as soon as one byte of a %s is missing at the end', (_, bytes) => {
		for (let length = 0; length < bytes.length; length++) {
			expect([length, readPicture(bytes.subarray(0, length))]).toEqual([length, undefined]);
		}
	});

	test('is nothing for a JPEG that was cut off behind an end mark of a smaller picture inside it', () => {
		expect(readPicture(Buffer.concat([jpeg(), Buffer.alloc(5000, 0x5a)]))).toBeUndefined();
	});

	test('is nothing for a picture without size, for text, and for whatever else', () => {
		expect(readPicture(png(0, 0, 0))).toBeUndefined();
		expect(readPicture(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'))).toBeUndefined();
		fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => readPicture(bytes) === undefined));
	});

	test('is found without an error in bytes that were changed', () => {
		const originals = [png(), jpeg(), webp('VP8X')];
		const changes = fc.array(fc.tuple(fc.nat(120), fc.nat(255)), { minLength: 1, maxLength: 6 });
		fc.assert(
			fc.property(fc.nat(2), changes, (which, changed) => {
				const bytes = Buffer.from(originals[which] ?? []);
				for (const [at, value] of changed) bytes[at % bytes.length] = value;
				const facts = readPicture(bytes);
				return facts === undefined || (facts.width > 0 && facts.height > 0);
			}),
			{ numRuns: 2000 },
		);
	});
});
