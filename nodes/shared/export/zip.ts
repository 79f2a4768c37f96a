import { zipSync } from 'fflate';

/** The years that a ZIP's date can have. */
const [FIRST_YEAR, LAST_YEAR] = [1980, 2099];

/**
 * A ZIP of the files, in their order. Same files and day, same bytes, on any machine. Nothing is compressed: pictures and film are
 * already.
 */
export function zipOf(files: ReadonlyMap<string, Uint8Array>, at: string): Uint8Array {
	return zipSync(Object.fromEntries(files), { level: 0, mtime: noonOf(new Date(at)) });
}

/** A ZIP's dates have no time zone and are written in the machine's own, where every day has a noon. */
function noonOf(date: Date): Date {
	const year = Math.min(Math.max(date.getUTCFullYear(), FIRST_YEAR), LAST_YEAR);
	return new Date(year, date.getUTCMonth(), date.getUTCDate(), 12);
}
