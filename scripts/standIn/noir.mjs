/**
 * The stand-in's scripted texts for the worked example, a noir rooftop chase. Written for this project. The second concept is
 * the one that the studio's guide sends back in the first round: it carries `CLEAN_MARK`, which no other text does.
 */

export const CLEAN_MARK = 'spotless glass';

/**
 * @typedef {object} ScriptedConcept
 * @property {string} title
 * @property {string} logline
 * @property {string} visualApproach
 * @property {string[]} keyFrames
 * @property {string[]} palette
 * @property {string[]} tone
 * @property {string} camera
 * @property {string} sound
 */

/** @param {string} brief */
export function isNoirChase(brief) {
	return /\b(noir|rooftops?|roof)\b/i.test(brief) || /\bchase\b/i.test(brief);
}

export const NOIR_INTENT = {
	title: 'Rooftop Chase',
	logline:
		'A courier who has seen too much runs across the roofs of the old quarter, one bad jump ahead of the man who wants her quiet.',
	genre: 'Noir thriller',
	tone: ['tense', 'gritty', 'nocturnal'],
	sceneGoals: [
		'Make the height felt before the first jump',
		'Keep hunter and hunted in one frame as the distance shrinks',
		'End on a choice, not on a fall',
	],
	audience: 'Adults who like hard-edged crime drama',
	mustHave: ['wet, worn surfaces', 'one practical light source in every frame', 'a jump that nearly fails'],
	mustAvoid: ['clean, glossy architecture', 'daylight', 'comic relief'],
	palette: ['#D98A3D', '#3E4A52', '#14110F'],
	format: 'Storyboard, 2.39:1',
};

/** @type {readonly ScriptedConcept[]} */
export const NOIR_CONCEPTS = [
	{
		title: 'Under the Sodium Lights',
		logline:
			'Two silhouettes tear across a tar roof, seen only from the gutter line, while failing street lamps decide who is visible.',
		visualApproach:
			'Low angles from the parapet; bodies cut black against orange haze. Rain, rust and steam eat the edges of every shape.',
		keyFrames: [
			'Her boots hit a puddle at lens height; the lamp in it breaks apart',
			'From the gutter: her leap across the alley, laundry whipping below',
			'His hat brim and the glow of one cigarette, too close behind',
			'A lamp dies; when it flickers back, only one of them is standing there',
		],
		palette: ['#D98A3D', '#14110F', '#6B7278'],
		tone: ['tense', 'grimy', 'breathless'],
		camera: 'Low, wide, close to the ground',
		sound: 'Boots on gravel, a buzzing lamp, no music',
	},
	{
		title: 'Clockwork from Above',
		logline:
			'Seen straight from above, two figures thread a maze of fans and ducts between towers of spotless glass, like parts of one machine.',
		visualApproach:
			'A locked overhead view: even light, white gravel, ordered rows of roof machinery. The chase becomes a pattern.',
		keyFrames: [
			'Overhead: two dots enter a grid of ventilation housings',
			'A fan turns; its shadow wipes one of the dots away',
			'The dots mirror each other on both sides of a polished skylight',
			'They meet in the one square of the grid that has no shadow',
		],
		palette: ['#D5DADD', '#F5F7F8', '#A9C1D1'],
		tone: ['cool', 'ordered', 'elegant'],
		camera: 'Straight down, locked',
		sound: 'A steady hum of fans',
	},
	{
		title: 'Out of Breath',
		logline:
			'We never leave the courier: a handheld run in her own gasps, where the pursuer is a sound long before he is a shape.',
		visualApproach:
			'Handheld at her shoulder, long takes, missed focus. Brick, tar and torn posters smear past; the city is only felt.',
		keyFrames: [
			'Her hand slips on a wet ladder rung, paint flaking under the nails',
			'A look back: nothing but steam, and steps that do not stop',
			'The jump, from inside it: sky, wall, sky, wall',
			'She presses against a chimney; a lighter clicks on the other side',
		],
		palette: ['#14110F', '#7C3B2E', '#7A8450'],
		tone: ['panicked', 'close', 'raw'],
		camera: 'Handheld, point of view of the pursued',
		sound: 'Breath, blood, a lighter',
	},
	{
		title: 'The Water Tower',
		logline:
			'The chase has stopped for one minute: hunter and hunted wait on two sides of a leaking water tower, both out of bullets.',
		visualApproach:
			'One set, one shaft of neon through the staves, drips marking time. Rust stains do what shadows usually do.',
		keyFrames: [
			'Water threads through old planks and runs red in the neon',
			'Two pairs of shoes on two sides of the same puddle',
			'She weighs a length of chain; he hears every link',
			'The plank above them gives, and the wait is over',
		],
		palette: ['#C8283A', '#8A4B2A', '#0B0B0C'],
		tone: ['held breath', 'claustrophobic'],
		camera: 'Slow circling dolly',
		sound: 'Dripping, chain links',
	},
	{
		title: 'Signs Going Dark',
		logline:
			'Advertising signs shut down one block after another; she must cross each roof while its sign still burns.',
		visualApproach:
			'Harsh coloured light that dies from left to right, dust and dead flies in every tube, darkness as the real pursuer.',
		keyFrames: [
			'A row of signs stretches to the river; the far one goes out',
			'She runs through the letters of a hotel name, her face changing colour',
			'He follows exactly at the edge of the dark',
			'The last sign sputters above the last gap',
		],
		palette: ['#D65C8F', '#1F4A3A', '#050506'],
		tone: ['urgent', 'feverish'],
		camera: 'Lateral tracking, long lens',
		sound: 'Transformers cutting out one by one',
	},
	{
		title: 'What the Pigeons Saw',
		logline:
			'A pigeon keeper watches a chase cross his coop in fragments through slats, and decides which way he saw her go.',
		visualApproach:
			'A witness behind dirty wire: slivers of motion, feathers in hard torchlight, faces never whole.',
		keyFrames: [
			'Birds burst upward before anyone is seen',
			'Through slats: a torn sleeve, a revolver, a running shadow',
			'The hunter bends down to the wire and asks, very politely',
			'The keeper points the wrong way with a shaking hand',
		],
		palette: ['#7D6A55', '#F2EBD9', '#15171E'],
		tone: ['uneasy', 'watchful'],
		camera: 'Static, obstructed',
		sound: 'Wings, then a silence that is worse',
	},
	{
		title: 'Fire Escape Waltz',
		logline:
			'Down six floors of iron stairs and up the next six: the roofs are only the rests in a chase that moves like a dance.',
		visualApproach:
			'Vertical panels; ladders and landings cut the frame in bars, rust flakes fall like snow past lit kitchens.',
		keyFrames: [
			'Looking down through four gratings at a hat coming up',
			'A kitchen window: a family at supper, a body passing behind the curtain',
			'The ladder tears out of the wall by one bolt',
			'Both hang from the same rung and look at each other for the first time',
		],
		palette: ['#D9B24C', '#4A4C4F', '#161D33'],
		tone: ['vertiginous', 'bitterly elegant'],
		camera: 'Crane, straight up and down',
		sound: 'Iron ringing in rhythm',
	},
	{
		title: 'The Long Gap',
		logline:
			'Everyone in the quarter knows the gap that nobody jumps; she arrives there first, with nowhere else to run.',
		visualApproach:
			'Built around one wide frame that the story keeps coming back to, each time darker, wetter and wider.',
		keyFrames: [
			'Old chalk marks at the edge: names, dates, crosses',
			'Her run-up, measured in heartbeats and split roof felt',
			'In the air, with the alley turning below like a drain',
			'He stops at the chalk, and takes off his hat',
		],
		palette: ['#E4E0D6', '#1A1816', '#B9772D'],
		tone: ['fatal', 'quiet'],
		camera: 'One wide master, three inserts',
		sound: 'Wind, then nothing at all',
	},
	{
		title: 'Smoke Signals',
		logline:
			'Chimneys of a laundry cover the roofs in steam; both follow coughs and sparks instead of sight.',
		visualApproach:
			'Near abstract: grey fields, a glowing match, soot on skin. Outlines appear only when somebody makes a mistake.',
		keyFrames: [
			'A roofscape drowned in steam, one match struck in it',
			'Her palm finds a hot flue; she swallows the scream',
			'His shape is everywhere, thrown by one lamp on moving smoke',
			'The steam stops all at once; they are an arm apart',
		],
		palette: ['#8C8984', '#E5B84B', '#4B2E1E'],
		tone: ['suffocating', 'ghostly'],
		camera: 'Long lens, shallow focus',
		sound: 'Hissing valves, one cough',
	},
	{
		title: 'Last Tram Below',
		logline:
			'Far below, the last tram draws a line of sparks; she races it across the roofs, because its stop is her only way out.',
		visualApproach:
			'Two speeds in one frame: the crawling light below, the broken run above. Grime on the lens, sparks as the only key light.',
		keyFrames: [
			'Sparks from the wire throw her shadow up a blackened wall',
			'A skylight breaks under his weight, and holds by its frame',
			'She slides down a banner that tears the whole way',
			'The tram doors close on a gloved hand',
		],
		palette: ['#6FA3D8', '#1C1B1A', '#5A3F28'],
		tone: ['driving', 'desperate'],
		camera: 'Parallel tracking from above and below',
		sound: 'Tram wire singing, glass, a bell',
	},
];

/** What the clean concept becomes when somebody asks for it again with more grit. @type {ScriptedConcept} */
export const GRITTY_REWORK = {
	title: 'Clockwork, Rusted',
	logline:
		'Seen from above, two figures thread a maze of rusting fans and patched ducts; every machine they pass coughs soot and gives one of them away.',
	visualApproach:
		'The overhead view is kept, but dirtied: one swinging work lamp, oil slicks, dented housings, rain that draws the pattern in grime.',
	keyFrames: [
		'Overhead: two dots enter a field of dented, dripping machinery',
		'A work lamp swings; their shadows jump from black to longer black',
		'A fan chokes on a torn coat and throws sparks over wet tar',
		'They meet in the one patch that the lamp never reaches',
	],
	palette: ['#121110', '#8A4B2A', '#D08A2E'],
	tone: ['mechanical', 'dirty', 'relentless'],
	camera: 'Straight down, swaying with the lamp',
	sound: 'Bearings grinding, rain on tin',
};
